# SPDX-License-Identifier: Apache-2.0
"""CircuitPython's side of _platform, _console and _hardware: no `machine`, no polling; asyncio only if it is there."""

import time
import traceback
from binascii import hexlify

import board
import digitalio
import microcontroller
import supervisor
import usb_cdc

_THEIR_PERIOD = 1 << 29  # where supervisor's ticks begin anew
_PERIOD = 1 << 30  # where ours do, as MicroPython's: a timer reaches half of it
_LOOK_EVERY_S = 0.01
_NUMBERED = ("GP", "IO", "D", "A")  # what boards call their pins

# --- time, texts ----------------------------------------------------------------------------------

_ticks = 0


def ticks_ms():
    global _ticks
    _ticks = (_ticks + (supervisor.ticks_ms() - _ticks) % _THEIR_PERIOD) % _PERIOD
    return _ticks


def ticks_add(ticks, delta):
    return (ticks + delta) % _PERIOD


def ticks_diff(later, earlier):
    return (later - earlier + _PERIOD // 2) % _PERIOD - _PERIOD // 2


def traceback_of(error):
    return "".join(traceback.format_exception(error))


def wait_alone(link, ms):
    end = ticks_add(ticks_ms(), ms)
    while not link.ready() and ticks_diff(end, ticks_ms()) > 0:
        time.sleep(_LOOK_EVERY_S)


async def wait(link, ms):
    import asyncio

    end = ticks_add(ticks_ms(), ms)
    while not link.ready() and ticks_diff(end, ticks_ms()) > 0:
        await asyncio.sleep(_LOOK_EVERY_S)


# --- the console ----------------------------------------------------------------------------------


def readable():
    return usb_cdc.console.in_waiting > 0


def read(size):
    return usb_cdc.console.read(min(size, usb_cdc.console.in_waiting))


def write(data):
    if usb_cdc.console.connected:  # else nobody would take it, ever
        usb_cdc.console.write(data)


# --- the chip -------------------------------------------------------------------------------------


def chip_id():
    return hexlify(microcontroller.cpu.uid).decode()


reset = microcontroller.reset


class Watchdog:
    def __init__(self, seconds):
        import watchdog

        self._dog = microcontroller.watchdog
        self._dog.timeout = seconds
        self._dog.mode = watchdog.WatchDogMode.RESET

    def feed(self):
        self._dog.feed()


class Pin:
    """One of `board`'s pins, its name ("D5"), its number, or a DigitalInOut, by the names of MicroPython's Pin."""

    IN = 0
    OUT = 1
    PULL_UP = digitalio.Pull.UP
    PULL_DOWN = digitalio.Pull.DOWN

    def __init__(self, pin, mode=None, pull=None, value=0):
        self._name = str(pin)
        self._pin = pin if hasattr(pin, "switch_to_output") else digitalio.DigitalInOut(_found(pin))
        if mode == self.OUT:
            self._pin.switch_to_output(value=bool(value))
        elif mode == self.IN:
            self._pin.switch_to_input(pull=pull)

    def value(self, level=None):
        if level is None:
            return 1 if self._pin.value else 0
        if self._pin.direction == digitalio.Direction.OUTPUT:
            self._pin.value = bool(level)
        else:  # a pin of `board` is an input until it is said otherwise
            self._pin.switch_to_output(value=bool(level))
        return None

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(not self.value())

    def __str__(self):
        return self._name


def _found(pin):
    names = [pin] if isinstance(pin, str) else [name + str(pin) for name in _NUMBERED] if isinstance(pin, int) else []
    for name in names:
        if hasattr(board, name):
            return getattr(board, name)
    if names:
        raise ValueError(f"this board has no pin {pin}; dir(board) names them")
    return pin


def as_pin(pin):
    return pin if hasattr(pin, "toggle") else Pin(pin)
