# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: F401
"""The screen. What is drawn is seen with the next show()."""

from _badge import bitmap, clear, line, pixel, rect, rgb, show, text
from _badge import screen as _screen

width, height = _screen()
