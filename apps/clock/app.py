# SPDX-License-Identifier: Apache-2.0
"""Time and date, and the seconds around the LEDs."""

import time

import badge
from badge import buttons, display, leds

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
GRAY = display.rgb(150, 150, 150)


def centered(y, text, color, size):
    # A letter is 8 pixels wide at size 1.
    display.text((display.width - len(text) * 8 * size) // 2, y, text, color, size=size)


def draw(now):
    year, month, day, hour, minute, second, weekday = now[:7]
    display.clear()
    if year < 2024:
        # Nobody has told the board what time it is: it counts from 1970.
        centered(60, "The time is not set", 0xFFFF, 2)
        centered(100, "Settings, Clock; or connect it to its hub", GRAY, 1)
        display.show()
        return
    centered(30, f"{hour:02}:{minute:02}:{second:02}", 0xFFFF, 4)
    centered(110, f"{DAYS[weekday]}, {year}-{month:02}-{day:02}", GRAY, 2)
    display.show()
    leds.clear()
    leds.set(second * leds.count // 60, 0, 60, 120)


shown = None
while not buttons.is_pressed(buttons.B):
    now = time.localtime()
    if now != shown:
        draw(now)
        shown = now
    badge.delay_ms(50)
