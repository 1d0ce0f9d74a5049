# SPDX-License-Identifier: Apache-2.0
# The Python that is part of the firmware.
include("$(MPY_DIR)/extmod/asyncio")  # noqa: F821
package("badge", base_path="$(PORT_DIR)/python")  # noqa: F821
package("ha", base_path="$(PORT_DIR)/python")  # noqa: F821
