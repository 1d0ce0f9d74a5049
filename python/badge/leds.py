# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: F401
"""The LEDs: the app's from its first command until it ends."""

from _badge import led_clear as clear
from _badge import led_count as _led_count
from _badge import led_fill as fill
from _badge import led_set as set

ALL = 0xFF  # as the index of set()

count = _led_count()
