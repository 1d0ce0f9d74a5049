# SPDX-License-Identifier: Apache-2.0
"""A lamp on a pin."""

import ha
from machine import Pin

config = ha.config(pin=2)

lamp = ha.light("Lamp", pin=Pin(config.pin, Pin.OUT, value=0))

ha.run()
