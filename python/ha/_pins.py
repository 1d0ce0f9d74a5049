# SPDX-License-Identifier: Apache-2.0
"""Outputs that stay safe, and contacts that bounce."""

from ._hardware import Pin, as_pin
from ._loop import Timer, call, report
from ._transport import transport

_LOOK_EVERY_MS = 20


def output(pin, safe=0, max_on=0, min_off=0):
    """An output with limits that hold whatever becomes of this program, in seconds; 0 leaves a limit as it is.

    After `max_on` it goes back to `safe` by itself; before `min_off` is over it does not turn on again.
    """
    limited = transport.guard(pin, safe, int(max_on * 1000 + 0.5), int(min_off * 1000 + 0.5))
    return Pin(pin, Pin.OUT, value=safe) if limited is None else limited


def on_edge(pin, called):
    """Calls `called(pin)` at each change of its level, where the chip cannot by looking again and again."""
    if hasattr(pin, "irq"):
        pin.irq(called)
    else:
        _Look(pin, called)


class _Look:
    def __init__(self, pin, called):
        self._pin = pin
        self._called = called
        self._level = pin.value()
        Timer(0, self._look, _LOOK_EVERY_MS)

    def _look(self):
        level = self._pin.value()
        if level != self._level:
            self._level = level
            self._called(self._pin)


class _Contact:
    """Counts presses: at the first edge, then not before it has been quiet and released."""

    def __init__(self, pin, active, quiet_ms, function):
        self._pin = pin
        self._active = bool(active)
        self._quiet_ms = quiet_ms
        self._function = function
        self._down = False
        self._settle_timer = None
        self._settle()  # held when the board starts is a press, too
        on_edge(pin, self._edge)

    def _edge(self, _pin):
        self._press()  # the first edge of a contact at rest: which way it goes need not be asked
        if self._settle_timer:
            self._settle_timer.cancel()
        self._settle_timer = Timer(self._quiet_ms, self._settle)

    def _settle(self):
        if bool(self._pin.value()) == self._active:
            self._press()
        else:
            self._down = False

    def _press(self):
        if not self._down:
            self._down = True
            Timer(0, self._pressed)

    def _pressed(self):
        call(self._function, (), self._done)

    def _done(self, error, _result):
        if error:
            report("on_press", error)


def on_press(pin, active=0, debounce=0.05):
    """Calls the function below it at each new press of a contact on `pin`; `active` is the level of a press."""

    def decorate(function):
        _Contact(as_pin(pin), active, int(debounce * 1000 + 0.5), function)
        return function

    return decorate
