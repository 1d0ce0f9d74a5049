# SPDX-License-Identifier: Apache-2.0
# The Python that is part of the firmware.
include("$(MPY_DIR)/extmod/asyncio")  # noqa: F821
package("badge", base_path="$(PORT_DIR)/python")  # noqa: F821
# Without the links of boards that run another firmware: ours is `_ha`.
HA = ("__init__", "_config", "_entities", "_home", "_loop", "_pins", "_platform", "_transport")
package("ha", tuple(name + ".py" for name in HA), base_path="$(PORT_DIR)/python")  # noqa: F821
