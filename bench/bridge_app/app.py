# SPDX-License-Identifier: Apache-2.0
"""What bench/bridge measures with: an output that follows an input, by way of Python."""

import time

from machine import Pin

call = Pin(4, Pin.IN, Pin.PULL_UP)
led = Pin(2, Pin.OUT)
led.value(1)  # running
call.irq(lambda pin: led.value(pin.value()))
while True:
    time.sleep(60)
