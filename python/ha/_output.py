# SPDX-License-Identifier: Apache-2.0
"""Outputs with limits, as well as Python can keep them. What only our firmware can promise: docs/stock-boards.md."""

from ._hardware import Pin, as_pin
from ._platform import ticks_diff, ticks_ms

_LOOK_EVERY_MS = 50

_outputs = []
_timer = None


class Output:
    """A pin that goes back to `safe` after `max_on_ms`, and stays there for `min_off_ms`; 0 is no limit.

    `unsaid` is set at each change, `cause` says why: "app", "guard", "safe". Then `changed()` is called, maybe by an
    interrupt; `refused(output, why)` when a limit forbids what the program wants.
    """

    def __init__(self, pin, safe, max_on_ms, min_off_ms, changed, refused):
        self._pin = Pin(pin, Pin.OUT, value=safe) if isinstance(pin, (int, str)) else as_pin(pin)
        self._pin.value(safe)
        self.name = "pin_" + _digits(pin)
        self.is_on = False
        self.cause = "safe"
        self.unsaid = True
        self.since = ticks_ms()
        self.limits = (max_on_ms, min_off_ms)
        self._safe = 1 if safe else 0
        self._new = True  # off since nobody knows when
        self._locked_out = False
        self._changed = changed
        self._refused = refused
        _outputs.append(self)
        if max_on_ms:
            _start_timer()

    def value(self, level=None):
        """The level, or sets it: True, 1, False, 0."""
        if level is None:
            return self._pin.value()
        look()
        if (1 if level else 0) == self._safe:
            self._locked_out = False
            if self.is_on:
                self._switch(False, "app")
        elif not self.is_on:
            why = self._why_not()
            if why:
                self._refused(self, why)
            else:
                self._switch(True, "app")

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(not self._pin.value())

    def make_safe(self):
        self._switch(False, "safe")

    def look(self, now):
        """Switches off what was on for too long; returns the milliseconds until it will be, None if it will not."""
        limit = self.limits[0]
        if not self.is_on or not limit:
            return None
        left = limit - ticks_diff(now, self.since)
        if left > 0:
            return left
        self._locked_out = True
        self._switch(False, "guard")
        return None

    def _why_not(self):
        if self._locked_out:
            return "its time was up; switch it off first"
        if not self._new and ticks_diff(ticks_ms(), self.since) < self.limits[1]:
            return "it has not been off for min_off yet"
        return None

    def _switch(self, on, cause):
        self._pin.value(self._safe ^ 1 if on else self._safe)
        if on != self.is_on:
            self.is_on = on
            self.cause = cause
            self.since = ticks_ms()
            self.unsaid = True
            self._new = False
            self._changed()


def _digits(pin):
    digits = "".join(c for c in str(pin) if "0" <= c <= "9")
    return digits or "x"


def look(_timer=None):
    """Keeps all limits, also from a timer of the chip while a handler holds up everything else.

    Returns the milliseconds until the next limit, at most a minute.
    """
    now = ticks_ms()
    wait_ms = 60_000
    for output in _outputs:
        left = output.look(now)
        if left is not None and left < wait_ms:
            wait_ms = left
    return wait_ms


def all_safe():
    for output in _outputs:
        output.make_safe()


def _start_timer():
    global _timer
    if _timer is not None:
        return
    try:
        from machine import Timer
    except ImportError:
        _timer = False  # the loop alone keeps the limits
        return
    for number in (-1, 0):  # -1: one in software, which not every chip has
        try:
            _timer = Timer(number)
            _timer.init(period=_LOOK_EVERY_MS, mode=Timer.PERIODIC, callback=look)
            return
        except (ValueError, OSError):
            _timer = False
