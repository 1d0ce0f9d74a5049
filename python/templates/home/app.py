# SPDX-License-Identifier: Apache-2.0
"""A board that acts in the home: a push button switches a light of another device."""

import ha
from machine import Pin

config = ha.config(pin=4, entity="light.hall")

contact = Pin(config.pin, Pin.IN, Pin.PULL_UP)


@ha.on_press(contact)
def pressed():
    ha.call(config.entity.split(".")[0] + ".toggle", config.entity)


@ha.binary_sensor("Seen", every=1)
def seen():
    """Whether it is on, as Home Assistant says it; None while it does not say."""
    state = ha.state(config.entity)
    return None if state is None else state == "on"


ha.run()
