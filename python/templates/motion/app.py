# SPDX-License-Identifier: Apache-2.0
"""A motion detector: a contact that the home sees, and how often it was moved since the start."""

import ha
from machine import Pin

config = ha.config(pin=4, inverted=False, hold_seconds=10.0)

detector = Pin(config.pin, Pin.IN)
motion = ha.binary_sensor("Motion", device_class="motion", off_delay=config.hold_seconds)
times = ha.sensor("Motions", state_class="total_increasing")
times.value = 0


@ha.on_press(detector, active=0 if config.inverted else 1)
def moved():
    motion.value = True
    times.value += 1


ha.run()
