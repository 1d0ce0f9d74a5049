// SPDX-License-Identifier: Apache-2.0
// The unix port's standard variant with our firmware's big integers; CMakeLists.txt adds the compiler's flags.
#pragma once

#include "ports/unix/variants/standard/mpconfigvariant.h"

#undef MPZ_DIG_SIZE
#define MPZ_DIG_SIZE (32)
