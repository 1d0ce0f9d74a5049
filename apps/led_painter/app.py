# SPDX-License-Identifier: Apache-2.0
"""Paint each LED; the picture is there again next time."""

import badge
from badge import buttons, display, leds, settings

PALETTE = (
    (0, 0, 0),
    (120, 120, 120),
    (150, 0, 0),
    (150, 80, 0),
    (120, 120, 0),
    (0, 150, 0),
    (0, 110, 110),
    (0, 0, 160),
    (110, 0, 130),
)
PICTURE = "led_painter.leds"  # one digit for each LED: its color in the palette


def load():
    kept = settings.get(PICTURE, "")
    picture = [int(digit) for digit in kept if digit.isdigit()]
    # A kept picture may come from a board with more or fewer LEDs.
    picture = [color if color < len(PALETTE) else 0 for color in picture[: leds.count]]
    return picture + [0] * (leds.count - len(picture))


def light(picture):
    for i, color in enumerate(picture):
        leds.set(i, *PALETTE[color])


def draw(picture, cursor):
    display.clear()
    display.text(8, 8, "LED painter", size=2)
    step = display.width // leds.count
    for i, color in enumerate(picture):
        display.rect(i * step + 2, 70, step - 4, step - 4, display.rgb(*PALETTE[color]))
        display.rect(i * step + 2, 70, step - 4, step - 4, 0xFFFF if i == cursor else 0x4208, fill=False)
    display.text(8, 120, "< >: LED   A: color   SELECT: all")
    display.text(8, 142, "B: keep it and go back")
    display.show()


picture = load()
cursor = 0
while leds.count > 0:
    light(picture)
    draw(picture, cursor)
    button = buttons.wait()
    if button == buttons.B:
        settings.set(PICTURE, "".join(str(color) for color in picture))
        badge.exit()
    elif button == buttons.RIGHT:
        cursor = (cursor + 1) % leds.count
    elif button == buttons.LEFT:
        cursor = (cursor - 1) % leds.count
    elif button == buttons.A:
        picture[cursor] = (picture[cursor] + 1) % len(PALETTE)
    elif button == buttons.SELECT:
        picture = [picture[cursor]] * leds.count
