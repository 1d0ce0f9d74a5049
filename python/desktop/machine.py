# SPDX-License-Identifier: Apache-2.0
"""A `machine` for where there is none: pins that a test or a person moves. For CPython and MicroPython on Linux.

`drive(4, 0)` moves an input; `level(13)` and `changes` tell what the program did with its outputs. With the variable
OURO_PINS, a folder, another program can do both: it writes inputs as files named by their number, and each change of an
output becomes a line "milliseconds number level" of the file `out`.

With the variable MOCK_SLEEP, on CPython, a program's own sleeps take no time: `time.sleep(5)` as little as
`await asyncio.sleep(5)`. `force_real=True` in the call makes one of them wait all the same.
"""

import os
import time

changes = []  # (number, level) of every change of an output

_levels = {}
_handlers = {}
_folder = os.getenv("OURO_PINS")


def _ticks_ms():
    return time.monotonic_ns() // 1_000_000 if hasattr(time, "monotonic_ns") else time.ticks_ms()


class _Pin:
    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_FALLING = 1
    IRQ_RISING = 2

    def __init__(self, number, mode=None, pull=None, value=None):
        self.number = number
        self.init(mode, pull, value)

    def init(self, mode=None, pull=None, value=None):
        if mode == self.IN and self.number not in _levels:
            _levels[self.number] = 1 if pull == self.PULL_UP else 0
        if value is not None:
            self.value(value)

    def value(self, level=None):
        if level is None:
            return self._read()
        level = 1 if level else 0
        if _levels.get(self.number) != level:
            _levels[self.number] = level
            changes.append((self.number, level))
            if _folder:
                with open(_folder + "/out", "a") as file:
                    file.write(f"{_ticks_ms()} {self.number} {level}\n")
        return None

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(not self.value())

    def _read(self):
        if _folder:
            try:
                with open(f"{_folder}/{self.number}") as file:
                    return int(file.read(1) or _levels.get(self.number, 0))
            except OSError:
                pass
        return _levels.get(self.number, 0)

    def __repr__(self):
        return f"Pin({self.number})"


if _folder:
    Pin = _Pin  # nobody tells when a file changes: such pins are looked at
else:

    class Pin(_Pin):
        def irq(self, handler=None, trigger=3):
            _handlers[self.number] = handler and (lambda: handler(self))


def drive(number, level):
    """Moves an input, as a hand or a wire does."""
    before = _levels.get(number)
    _levels[number] = 1 if level else 0
    if _levels[number] != before and _handlers.get(number):
        _handlers[number]()


def level(number):
    return _levels.get(number, 0)


def reset():
    raise SystemExit


soft_reset = reset


def _complete_python():
    """What MicroPython's programs expect of CPython's modules."""
    import asyncio
    import gc

    if hasattr(time, "ticks_ms"):
        return
    period = 1 << 30
    time.ticks_ms = lambda: _ticks_ms() % period
    time.ticks_add = lambda ticks, delta: (ticks + delta) % period
    time.ticks_diff = lambda later, earlier: (later - earlier + period // 2) % period - period // 2
    time.sleep_ms = lambda ms: time.sleep(ms / 1000)
    asyncio.sleep_ms = lambda ms: asyncio.sleep(ms / 1000)
    gc.mem_free = lambda: 0


def _mock_sleep():
    import asyncio

    sleep_really, wait_really = time.sleep, asyncio.sleep

    def sleep(seconds, force_real=False):
        if force_real:
            sleep_really(seconds)

    def wait(seconds, result=None, force_real=False):
        return wait_really(seconds if force_real else 0, result)

    time.sleep, asyncio.sleep = sleep, wait


if os.getenv("MOCK_SLEEP") and hasattr(time, "monotonic_ns"):
    _mock_sleep()
_complete_python()
