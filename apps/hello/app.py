# SPDX-License-Identifier: Apache-2.0
"""The first app: some text, one LED, two buttons."""

import badge
from badge import buttons, display, leds

# Colors have red, green and blue from 0 to 255.
COLORS = [(255, 255, 255), (255, 80, 80), (80, 255, 80), (80, 160, 255)]


def draw(color):
    # Nothing is seen before show(): so nobody watches half a picture.
    display.clear()
    display.text(20, 40, "Hello!", display.rgb(*color), size=4)
    display.text(20, 130, "A: another color   B: back")
    display.show()
    leds.set(0, *color)


chosen = 0
draw(COLORS[chosen])
while True:
    button = buttons.wait()  # until somebody presses one; the board does not mind waiting
    if button == buttons.B:
        badge.exit()
    if button == buttons.A:
        chosen = (chosen + 1) % len(COLORS)
        draw(COLORS[chosen])
