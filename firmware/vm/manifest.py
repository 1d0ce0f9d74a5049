# SPDX-License-Identifier: Apache-2.0
# The Python that is part of the firmware.
include("$(MPY_DIR)/extmod/asyncio")  # noqa: F821
package("badge", base_path="$(PORT_DIR)/python")  # noqa: F821
# Without the links of boards that run another firmware: ours is `_ha`.
PARTS = """__init__ _config _doors _entity _hardware _home _loop _pins _platform _restart _sensors _switches
_transport""".split()
package("ha", tuple(part + ".py" for part in PARTS), base_path="$(PORT_DIR)/python")  # noqa: F821
package("tuya", ("__init__.py", "_products.py"), base_path="$(PORT_DIR)/python")  # noqa: F821
