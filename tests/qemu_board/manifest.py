# SPDX-License-Identifier: Apache-2.0
# asyncio as every port for microcontrollers has it, and the mount of the board's disk.
include("$(MPY_DIR)/extmod/asyncio")  # noqa: F821 - makemanifest.py provides it
freeze("python")  # noqa: F821
