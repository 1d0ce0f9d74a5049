# SPDX-License-Identifier: Apache-2.0
"""What all entities have in common. Options that are not explained are Home Assistant's own, by its names."""

from ._loop import Busy, add_entity, call, entities, report, send
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
            self._publish(self._value)

    def _publish(self, value):
        send(transport.state, self.id, value)
        self._published = True

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
        if self._announced:
            self._publish(new)
        self._value = new

    def _accept(self, value):
        """Checks a command; what it returns goes to the handler."""
        return value

    def _handle(self, wanted):
        return self._handler(wanted) if self._handler else None

    def _obeyed(self, wanted, result):
        self._set(wanted if result is None else result)
