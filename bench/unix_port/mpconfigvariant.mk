# The standard variant, as our firmware is built: see mpconfigvariant.h.
