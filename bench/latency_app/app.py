# SPDX-License-Identifier: Apache-2.0
"""What bench/latency measures with: an input that is an entity, and switches that drive an output.

There are many switches because a board takes at most four commands a second for each entity.
"""

import ha
from machine import Pin

call = Pin(4, Pin.IN, Pin.PULL_UP)
led = Pin(2, Pin.OUT)

ha.binary_sensor("Edge", pin=call, inverted=True)


def make_switch(number):
    @ha.switch(f"Led {number}")
    def set_led(on):
        led.value(on)


for number in range(20):
    make_switch(number)

ha.run()
