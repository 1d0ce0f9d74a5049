# SPDX-License-Identifier: Apache-2.0
"""What the board measures about itself, and what it can't."""

import gc

import badge
from badge import buttons, display, power

GRAY = display.rgb(130, 130, 130)


def volts(millivolts):
    return f"{millivolts / 1000:.2f} V"


def yes_or_no(on):
    return "yes" if on else "no"


# What it is called, where the number comes from, and how it is written.
ROWS = (
    ("Battery", power.battery, volts),
    ("USB power", power.usb, yes_or_no),
    ("Temperature", power.temperature, lambda degrees: f"{degrees:.1f} C"),
    ("Signal", power.signal, lambda dbm: f"{dbm} dBm"),
    ("Free memory", gc.mem_free, lambda size: f"{size} bytes"),
)


def draw():
    display.clear()
    for line, (name, measure, written) in enumerate(ROWS):
        value = measure()
        y = 6 + line * 30
        display.text(6, y, name, GRAY)
        if value is None:
            # The board has no way to know: it says so, rather than show a number that nobody measured.
            display.text(130, y, "not available", GRAY)
        else:
            display.text(130, y, written(value))
    display.text(6, display.height - 16, "B: back", GRAY)
    display.show()


while True:
    draw()
    if buttons.wait(1000) == buttons.B:  # None after a second without a press
        badge.exit()
