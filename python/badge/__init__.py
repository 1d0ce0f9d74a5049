# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: F401
"""The board with a face: screen, LEDs, buttons, settings, apps and gauges."""

from time import sleep_ms as delay_ms

from _badge import counters

from . import apps, buttons, display, leds, power, settings
from .buttons import on_button


def exit():
    """Ends the app, back to the menu."""
    raise SystemExit
