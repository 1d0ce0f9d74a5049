# SPDX-License-Identifier: Apache-2.0
"""The kinds of entity. Options that are not explained here are Home Assistant's own, by its names."""

from ._loop import Busy, Timer, add_entity, call, entities, report, send
from ._platform import dumps
from ._transport import transport

_ID_MAX = 32


def _slug(name):
    """ "Call button" -> "call_button" """
    words = "".join(c if "a" <= c <= "z" or "0" <= c <= "9" else " " for c in name.lower()).split()
    return "_".join(words)[:_ID_MAX]


class Entity:
    """Something that Home Assistant shows. Assigning `value` publishes it when it changed."""

    kind = ""
    stateful = True
    exclusive = False  # a command that comes while the handler runs is answered "busy", also when it blocks

    def __init__(self, name, id=None, **options):
        self.name = name
        self.id = id or _slug(name)
        if self.id in entities:
            raise ValueError(f"there is an entity {self.id!r} already; give this one another name or id=")
        self.problem = None  # what went wrong the last time its handler ran
        self._handler = None
        self._value = None
        self._assigned = False
        self._announced = False
        self._published = False
        self._running = False
        given = {key: option for key, option in options.items() if option is not None}
        send(transport.declare, self.id, self.kind, name, dumps(given))
        add_entity(self)

    def __call__(self, handler):
        """Makes `handler` the handler: what `@ha.switch("Lamp")` does with the function below it."""
        self._handler = handler
        return self

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, new):
        self._assigned = True
        self._set(new)

    def announce(self):
        """The home knows of the entity now: it may hear its values."""
        self._announced = True
        if self.stateful:
            self._publish()

    def _publish(self):
        self._published = True
        send(transport.state, self.id, self._value)

    def command(self, value=None):
        """Does what the home would do with `value`. Raises `Busy` while the last command is being done."""
        self._start(value, None)

    def obey(self, value, cmd_id):
        """Carries out a command from the home and answers it."""
        try:
            self._start(value, cmd_id)
        except Busy:
            send(transport.done, cmd_id, False, "busy")
        except ValueError as error:
            send(transport.done, cmd_id, False, str(error))

    def _start(self, value, cmd_id):
        if self._running:
            raise Busy(f"{self.name} is busy")
        wanted = self._accept(value)
        self._running = True
        self._assigned = False

        def finished(error, result):
            self._running = False
            text = self._outcome(error, wanted, result)
            if cmd_id is not None:
                send(transport.done, cmd_id, error is None, text)

        call(self._handle, (wanted,), finished)

    def _outcome(self, error, wanted, result):
        if error is None:
            self.problem = None
            if not self._assigned:
                self._obeyed(wanted, result)
            return ""
        if isinstance(error, Busy):
            return "busy"
        self.problem = report(self.name, error)
        return self.problem

    def _set(self, new):
        if self._published and new == self._value and type(new) is type(self._value):
            return
        self._value = new
        if self._announced:
            self._publish()

    def _accept(self, value):
        """Checks a command; what it returns goes to the handler."""
        return value

    def _handle(self, wanted):
        return self._handler(wanted) if self._handler else None

    def _obeyed(self, wanted, result):
        self._set(wanted if result is None else result)


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
            self.problem = None
            self._set(result)
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
            self._read_pin()
            pin.irq(lambda _pin: Timer(0, self._read_pin))

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


class Switch(Entity):
    """On or off, from here or from the home. With `pin` it needs no handler."""

    kind = "switch"

    def __init__(self, name, pin=None, value=False, **options):
        Entity.__init__(self, name, **options)
        self._pin = pin
        self._value = value

    def toggle(self):
        self.command(not self._value)

    def _accept(self, value):
        if not isinstance(value, bool):
            raise ValueError(f"{self.name} takes true or false")
        return value

    def _handle(self, wanted):
        if self._pin is not None:
            self._pin.value(wanted)
        return Entity._handle(self, wanted)


class Light(Switch):
    kind = "light"


class Button(Entity):
    """Something to press."""

    kind = "button"
    stateful = False

    def _handle(self, _wanted):
        return self._handler() if self._handler else None

    def _obeyed(self, _wanted, _result):
        pass


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


class Number(Entity):
    kind = "number"

    def __init__(self, name, min=0, max=100, step=1, value=None, **options):
        self._min = min
        self._max = max
        Entity.__init__(self, name, min=min, max=max, step=step, **options)
        self._value = value

    def _accept(self, value):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not self._min <= value <= self._max:
            raise ValueError(f"{self.name} takes a number from {self._min} to {self._max}")
        return value


class Select(Entity):
    kind = "select"

    def __init__(self, name, options, value=None, **more):
        self._options = list(options)
        Entity.__init__(self, name, options=self._options, **more)
        self._value = value

    def _accept(self, value):
        if value not in self._options:
            known = ", ".join(self._options)
            raise ValueError(f"{self.name} takes one of {known}")
        return value


class Text(Entity):
    kind = "text"

    def __init__(self, name, min=0, max=255, value=None, **options):
        self._min = min
        self._max = max
        Entity.__init__(self, name, min=min, max=max, **options)
        self._value = value

    def _accept(self, value):
        if not isinstance(value, str) or not self._min <= len(value) <= self._max:
            raise ValueError(f"{self.name} takes a text of {self._min} to {self._max} characters")
        return value


class Lock(Entity):
    """A lock; its handler gets True for unlock, False for lock. `relock` locks by itself, in seconds.

    A handler may set `value` on its way: LOCKED, UNLOCKING, UNLOCKED, LOCKING, JAMMED.
    """

    kind = "lock"
    exclusive = True

    def __init__(self, name, relock=None, **options):
        Entity.__init__(self, name, **options)
        self._relock = relock
        self._value = "LOCKED"

    def _accept(self, value):
        if value not in ("LOCK", "UNLOCK"):
            raise ValueError(f"{self.name} takes LOCK or UNLOCK")
        return value == "UNLOCK"

    def _obeyed(self, wanted, _result):
        self._set("UNLOCKED" if wanted else "LOCKED")
        if wanted and self._relock:
            Timer(int(self._relock * 1000 + 0.5), lambda: self.command("LOCK"))


class Cover(Entity):
    """A blind or a gate; its handler gets OPEN, CLOSE, STOP or a position, and returns or sets the state."""

    kind = "cover"
    exclusive = True

    def _obeyed(self, _wanted, result):
        if result is not None:
            self._set(result)
