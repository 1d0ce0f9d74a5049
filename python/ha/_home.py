# SPDX-License-Identifier: Apache-2.0
"""The rest of the home: states of other devices, and actions on them."""

import json

from ._loop import Timer, on_news, report, send
from ._loop import call as call_handler
from ._platform import steps_of
from ._transport import transport

_ANSWER_MS = 10_000
_NUMBER_MAX = 0x7FFFFFFF

_watched = {}  # entity: _Watched
_calls = {}  # number: Call
_last_number = 0


class _Watched:
    """An entity of Home Assistant, as last heard."""

    def __init__(self, entity):
        self.entity = entity
        self.state = None  # Home Assistant's text; None while it is unknown
        self.attributes = {}
        self.handlers = []
        send(transport.watch, entity)

    def hear(self, state, attributes):
        changed = state != self.state
        self.state = state
        self.attributes = attributes
        if changed:
            for handler in self.handlers:
                call_handler(handler, (state,), self._handled)

    def _handled(self, error, _result):
        if error:
            report(self.entity, error)


def _watch(entity):
    if not isinstance(entity, str) or entity.count(".") != 1:
        raise ValueError(f"{entity!r} is no entity of Home Assistant, which would be like light.hall")
    if entity not in _watched:
        _watched[entity] = _Watched(entity)
    return _watched[entity]


def state(entity):
    """The state of one of Home Assistant's entities, as it says it: `"on"`, `"21.5"`.

    None until it is known, and while there is no connection. The first question starts the watching.
    """
    return _watch(entity).state


def attributes(entity):
    """What else is known of it: `{"friendly_name": …, "unit_of_measurement": …}` and whatever is short."""
    return _watch(entity).attributes


def on(entity):
    """Calls the function below it with the new state whenever it changes, None when it becomes unknown."""

    def decorate(function):
        _watch(entity).handlers.append(function)
        return function

    return decorate


class Call:
    """An action on its way: `ok` is None until it is known. Awaiting it returns when it is done, with the answer.

    It raises OSError with Home Assistant's reason when it failed.
    """

    def __init__(self, action):
        self.action = action
        self.ok = None
        self.reason = ""
        self.response = None  # what was asked for, as a dict
        self._ended = None  # an event, once somebody waits for it

    def end(self, ok, reason, response):
        self.ok = ok
        self.reason = reason
        self.response = response
        if self._ended:
            self._ended.set()
        if not ok:
            transport.log("warning", f"{self.action}: {reason}")

    def __iter__(self):
        if self.ok is None:
            if self._ended is None:
                import asyncio

                self._ended = asyncio.Event()
            yield from steps_of(self._ended.wait())
        if not self.ok:
            raise OSError(self.reason)
        return self.response

    __await__ = __iter__


def call(action, target=None, **data):
    """Asks Home Assistant for an action: `ha.call("light.turn_on", "light.hall", brightness=80)`.

    Sent once, at once; whether it may be done, the hub's configuration says. Await the answer or leave it.
    """
    return _send(action, target, data)


def ask(action, target=None, **data):
    """Asks an action that answers: `await ha.ask("weather.get_forecasts", "weather.home", type="daily")`.

    Awaiting it gives the answer as a dict. One that is larger than the link takes is an OSError: ask for less.
    """
    return _send(action, target, data, True)


def _send(action, target, data, *asks):
    global _last_number
    _last_number = _last_number % _NUMBER_MAX + 1
    number = _last_number
    send(transport.call, number, action, target or "", json.dumps(data), *asks)
    made = _calls[number] = Call(action)
    made.timer = Timer(_ANSWER_MS, lambda: _end(number, False, "no answer"))
    return made


def notify(message, service="persistent_notification.create", **data):
    """Shows a message to the people of the home; `service` is another way to reach them, such as `notify.phone`."""
    return call(service, message=str(message), **data)


def _end(number, ok, reason, response=None):
    made = _calls.pop(number, None)
    if made:
        made.timer.cancel()
        made.end(ok, reason, _read(response))


def _hear(news):
    if isinstance(news[0], int):
        _end(*news)
    elif news[0] in _watched:
        _watched[news[0]].hear(news[1], _read(news[2]))


def _read(said):
    """Our firmware gives JSON."""
    return json.loads(said) if isinstance(said, str) else said


on_news.append(_hear)
