# SPDX-License-Identifier: Apache-2.0
"""A push button: each press is an event in the home, for a bell or an automation."""

import ha
from machine import Pin

config = ha.config(pin=4, pressed=0)  # the level while it is pressed

contact = Pin(config.pin, Pin.IN, Pin.PULL_UP if config.pressed == 0 else None)
button = ha.event("Button", ["press"], device_class="button")


@ha.on_press(contact, active=config.pressed)
def pressed():
    button.fire("press")


ha.run()
