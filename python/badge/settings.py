# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: F401
"""A few values with names that survive power loss: the board's own and the apps'."""

from _badge import setting_get as get
from _badge import setting_keys as keys
from _badge import setting_remove as remove
from _badge import setting_set as set


def items():
    """All settings, as a list of (key, value)."""
    return [(key, get(key)) for key in keys()]
