# SPDX-License-Identifier: Apache-2.0
"""Your nickname, as large as it fits. The menu's settings say what it is, and in which color."""

import badge
from badge import buttons, display, leds, settings

LETTER_WIDTH, LETTER_HEIGHT = 8, 16  # pixels at size 1
SIZE_MAX = 6

name = settings.get("nickname", "badge")
accent = settings.get("accent", 0x07E0)


def size_for(text):
    fits = display.width // (LETTER_WIDTH * max(len(text), 1))
    return min(max(fits, 1), SIZE_MAX)


def parts(color):
    """Red, green and blue from 0 to 255 of a color as the screen takes it: 5, 6 and 5 bits."""
    return (color >> 11) * 8, (color >> 5 & 0x3F) * 4, (color & 0x1F) * 8


def draw(inverted):
    ink, paper = (0, accent) if inverted else (accent, 0)
    size = size_for(name)
    x = (display.width - len(name) * LETTER_WIDTH * size) // 2
    display.clear(paper)
    display.text(32, 10, "my name is", ink)
    display.text(x, (display.height - LETTER_HEIGHT * size) // 2 + 8, name, ink, size=size)
    display.show()


leds.fill(*[part // 4 for part in parts(accent)])  # LEDs are bright: a quarter is plenty
inverted = False
while True:
    draw(inverted)
    button = buttons.wait()
    if button == buttons.B:
        badge.exit()
    inverted = not inverted
