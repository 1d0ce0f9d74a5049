# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: F401
"""What the board measures about itself; None where it has no way to know."""

from _badge import battery, signal, temperature, usb
