# SPDX-License-Identifier: Apache-2.0
"""An imitation of CircuitPython on MicroPython, from which it descends: its modules, and none of those it lacks.

Runs app.py as code.py is run there. What is imitated follows docs.circuitpython.org; a real board was not at hand.
"""

import asyncio  # with MicroPython's clock, before that is hidden
import io
import select
import sys
import time

asyncio.Event  # noqa: B018 - loaded when it is first asked for
real_sys, real_time, real_io, real_select = sys, time, io, select


class Thing:
    def __init__(self, **names):
        for name in names:
            setattr(self, name, names[name])


class Console:
    """usb_cdc.console"""

    connected = True

    def __init__(self):
        self._poller = real_select.poll()
        self._poller.register(real_sys.stdin, real_select.POLLIN)

    @property
    def in_waiting(self):
        return 1 if any(events & real_select.POLLIN for _, events in self._poller.poll(0)) else 0

    def read(self, size):
        assert size <= self.in_waiting, "that would wait"
        return real_sys.stdin.buffer.read(size)

    def write(self, data):
        real_sys.stdout.buffer.write(data)
        return len(data)


class Pull:
    UP = "up"
    DOWN = "down"


class Direction:
    INPUT = "input"
    OUTPUT = "output"


class DigitalInOut:
    taken = []

    def __init__(self, pin):
        assert isinstance(pin, BoardPin), "not a pin"
        if pin in self.taken:
            raise ValueError(str(pin) + " in use")
        self.taken.append(pin)
        self.direction = Direction.INPUT
        self._level = False

    def switch_to_output(self, value=False):
        self.direction = Direction.OUTPUT
        self._level = value

    def switch_to_input(self, pull=None):
        assert pull in (None, Pull.UP, Pull.DOWN)
        self.direction = Direction.INPUT
        self._level = pull == Pull.UP

    @property
    def value(self):
        return self._level

    @value.setter
    def value(self, level):
        assert isinstance(level, bool)
        if self.direction != Direction.OUTPUT:
            raise AttributeError("Cannot set value when direction is input.")
        self._level = level


class BoardPin:
    def __init__(self, name):
        self.name = name

    def __str__(self):
        return "board." + self.name


def format_exception(error):
    text = real_io.StringIO()
    real_sys.print_exception(error, text)
    return [text.getvalue()]


modules = sys.modules
modules["board"] = Thing(**{f"D{number}": BoardPin(f"D{number}") for number in range(2, 14)})
modules["digitalio"] = Thing(DigitalInOut=DigitalInOut, Direction=Direction, Pull=Pull)
modules["microcontroller"] = Thing(cpu=Thing(uid=bytearray(b"\xc0\xff\xee\x01")), reset=sys.exit)
modules["supervisor"] = Thing(ticks_ms=lambda: real_time.ticks_ms() & 0x1FFFFFFF)
modules["usb_cdc"] = Thing(console=Console(), data=None)
modules["traceback"] = Thing(format_exception=format_exception)
modules["time"] = Thing(monotonic=lambda: real_time.ticks_ms() / 1000, sleep=real_time.sleep, time=real_time.time)
modules["io"] = Thing(StringIO=real_io.StringIO, BytesIO=real_io.BytesIO)
modules["select"] = Thing()
modules["sys"] = Thing(
    implementation=Thing(name="circuitpython", version=(9, 2, 1)),
    modules=None,
    path=real_sys.path,
    platform="RP2040",
    stdin=real_sys.stdin,
    stdout=real_sys.stdout,
)

with open("app.py") as program:
    code = program.read()


class Modules:
    """sys.modules. asyncio is a library there: as if it were loaded by the app, or by the first who makes a task."""

    library = asyncio

    def __contains__(self, name):
        if name == "asyncio":
            return "asyncio" in code or self.library.core._task_queue.peek() is not None
        return name in modules


modules["sys"].modules = Modules()
del asyncio, io, select, sys, time
__file__ = "app.py"
exec(code)
