# SPDX-License-Identifier: Apache-2.0
"""Pins, the watchdog and the number of the chip, by MicroPython's names."""

import sys

if sys.implementation.name == "circuitpython":
    from ._circuitpython import Pin, Watchdog, as_pin, chip_id, reset  # noqa: F401
else:
    from binascii import hexlify

    from machine import Pin  # noqa: F401

    def as_pin(pin):
        """What apps may give for a pin, as a Pin."""
        return pin

    def chip_id():
        from machine import unique_id

        return hexlify(unique_id()).decode()

    def reset():
        from machine import reset

        reset()

    def Watchdog(seconds):  # noqa: N802 - a class, where it comes from
        from machine import WDT

        try:
            return WDT(timeout=seconds * 1000)
        except (TypeError, ValueError):
            return WDT()  # an ESP8266's time is fixed
