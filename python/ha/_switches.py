# SPDX-License-Identifier: Apache-2.0
"""What a person switches and presses, and the values that a person sets."""

from ._entity import Entity


class Switch(Entity):
    """On or off, from here or from the home. With `pin` it needs no handler."""

    kind = "switch"

    def __init__(self, name, pin=None, value=False, **options):
        Entity.__init__(self, name, **options)
        if pin is not None:
            from ._hardware import as_pin

            pin = as_pin(pin)
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
