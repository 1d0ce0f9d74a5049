# SPDX-License-Identifier: Apache-2.0
"""Memory, battery or signal as a bar, on the screen and on the LEDs. LEFT and RIGHT choose which."""

import gc

import badge
from badge import buttons, display, leds, power


def memory():
    used = gc.mem_alloc()
    return used, used / (used + gc.mem_free()), f"{used // 1024} KiB used"


def battery():
    millivolts = power.battery()
    if millivolts is None:
        return None
    # A lithium cell is empty at 3.3 V and full at 4.2 V.
    return millivolts, (millivolts - 3300) / 900, f"{millivolts / 1000:.2f} V"


def signal():
    dbm = power.signal()
    if dbm is None:
        return None
    return dbm, (dbm + 90) / 60, f"{dbm} dBm"  # -90 dBm is hardly there, -30 dBm is beside the sender


# Each gives the value, how full its bar is from 0 to 1, and how the value is written; or None.
METERS = (("Memory", memory), ("Battery", battery), ("Signal", signal))

LEFT, TOP, HEIGHT = 20, 70, 40


def color_of(level):
    return (0, 160, 0) if level < 0.6 else (160, 120, 0) if level < 0.85 else (180, 0, 0)


def draw(name, reading):
    width = display.width - 2 * LEFT
    display.clear()
    display.text(LEFT, 20, name, size=2)
    leds.clear()
    if reading is None:
        display.text(LEFT, TOP + 12, "not available")
    else:
        level = min(max(reading[1], 0), 1)
        display.rect(LEFT, TOP, width, HEIGHT, fill=False)
        display.rect(LEFT + 2, TOP + 2, int((width - 4) * level), HEIGHT - 4, display.rgb(*color_of(level)))
        display.text(LEFT, TOP + HEIGHT + 10, reading[2])
        for i in range(round(level * leds.count)):
            leds.set(i, *color_of(i / leds.count))
    display.text(LEFT, display.height - 18, "< >: another meter   B: back")
    display.show()


chosen = 0
while True:
    name, measure = METERS[chosen]
    draw(name, measure())
    button = buttons.wait(200)
    if button == buttons.B:
        badge.exit()
    if button == buttons.RIGHT:
        chosen = (chosen + 1) % len(METERS)
    if button == buttons.LEFT:
        chosen = (chosen - 1) % len(METERS)
