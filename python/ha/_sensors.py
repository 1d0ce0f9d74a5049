# SPDX-License-Identifier: Apache-2.0
"""What Home Assistant reads: sensors of every kind, and events."""

from ._entity import Entity
from ._loop import Timer, call, report, send
from ._platform import dumps
from ._transport import transport


class _Read(Entity):
    """A value that its handler reads every so often."""

    def __init__(self, name, every, **options):
        Entity.__init__(self, name, **options)
        self._every = every

    def __call__(self, handler):
        Timer(0, self._read, int(self._every * 1000 + 0.5))
        return Entity.__call__(self, handler)

    def announce(self):
        # With a handler the first value is about to be read; without one it is unknown until it is assigned.
        if self._handler is None or self._value is not None:
            Entity.announce(self)
        self._announced = True

    def _read(self):
        if not self._running:
            self._running = True
            call(self._handler, (), self._was_read)

    def _was_read(self, error, result):
        self._running = False
        if error is None:
            self._set(result)
            self.problem = None
        else:
            # Said once, not at every reading.
            if self.problem is None:
                self.problem = report(self.name, error)
            self._set(None)


class Sensor(_Read):
    """A number or text. `digits` rounds it; smaller changes than `delta` are not published."""

    kind = "sensor"

    def __init__(self, name, unit=None, every=30, digits=None, delta=0, **options):
        self._digits = digits
        self._delta = delta
        _Read.__init__(self, name, every, unit_of_measurement=unit, **options)

    def _set(self, new):
        if isinstance(new, float) and self._digits is not None:
            new = round(new, self._digits)
        old = self._value
        if self._delta and isinstance(new, (int, float)) and isinstance(old, (int, float)):
            if abs(new - old) < self._delta:
                return
        _Read._set(self, new)


class BinarySensor(_Read):
    """On or off: read by its handler, from a `pin`, or assigned. `off_delay` turns it off by itself, in seconds."""

    kind = "binary_sensor"

    def __init__(self, name, every=1, pin=None, inverted=False, off_delay=None, **options):
        self._pin = pin
        self._inverted = inverted
        self._off_delay = off_delay
        self._off_timer = None
        _Read.__init__(self, name, every, **options)
        if off_delay:
            self._value = False
        if pin is not None:
            from ._hardware import as_pin
            from ._pins import on_edge

            self._pin = as_pin(pin)
            self._read_pin()
            on_edge(self._pin, lambda _pin: Timer(0, self._read_pin))

    def _read_pin(self):
        self._set(bool(self._pin.value()) != self._inverted)

    def _set(self, new):
        if self._off_timer:
            self._off_timer.cancel()
            self._off_timer = None
        if new is not None:
            new = bool(new)
        if new and self._off_delay:
            self._off_timer = Timer(int(self._off_delay * 1000 + 0.5), lambda: self._set(False))
        _Read._set(self, new)


class Event(Entity):
    """Something that happens: `bell.fire("ring")`."""

    kind = "event"
    stateful = False

    def __init__(self, name, types, **options):
        self._types = [types] if isinstance(types, str) else list(types)
        Entity.__init__(self, name, event_types=self._types, **options)

    def fire(self, type=None, **data):
        """Says that it happened: a `type` that was declared, the first if none is given."""
        type = type or self._types[0]
        if type not in self._types:
            known = ", ".join(self._types)
            raise ValueError(f"{self.name} has no type {type!r}; it has {known}")
        send(transport.event, self.id, type, dumps(data))
