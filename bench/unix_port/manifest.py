# SPDX-License-Identifier: Apache-2.0
# What the standard variant freezes, as far as it is in the source tree itself.
include("$(MPY_DIR)/extmod/asyncio")  # noqa: F821 - makemanifest.py provides it
