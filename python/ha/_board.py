# SPDX-License-Identifier: Apache-2.0
"""What our firmware's hardware core does for `_ha`, in Python: one board's entities, commands and messages.

Serial and Mqtt say it, each in its way. Times are the uptime in milliseconds.
"""

import json
import os
import sys
from binascii import crc32, hexlify

from ._gate import Gate, is_cmd_id
from ._platform import ticks_diff, ticks_ms

_KINDS = "sensor binary_sensor switch light button event number select text lock cover".split()
_LEVELS = ("debug", "info", "warning", "error")
_KEPT = {"event": 16, "done": 16, "log": 8, "crash": 2, "call": 4}  # while nobody listens
_CALL_AGE_MS = 5_000
_ENTITIES_MAX = 32
_WATCHED_MAX = 16
_NAME_MAX = 64
_TEXT_MAX = 255
_JSON_MAX = 480
_HA_NAME_MAX = 48
_EPOCH_MIN_MS = 946_684_800_000  # 2000 and 2200: anything else is a hub that does not know the time
_EPOCH_MAX_MS = 7_258_118_400_000


class _Entity:
    """What was declared, its newest value (`at` below 0: none yet), and whether that still has to be said."""

    def __init__(self, id, kind, name, options):
        self.id = id
        self.kind = kind
        self.name = name
        self.options = options
        self.value = None
        self.at = -1
        self.unsaid = False


class Board:
    """The names of `_ha`, and below them what the two ways have in common.

    A way has: `say(message)` for what is said once, a tuple of a word and its parts; `say_state(entity)`, which says
    it later (`unsaid`) if it must; `introduce()`, who and what it is, and then `say_again()`; `say_output(output)`;
    `say_watched()`.
    """

    def __init__(self, settings):
        self.uid = _uid(settings)
        self.name = str(settings.get("HA_NAME") or sys.platform + " " + self.uid[-6:])
        self.boot = int.from_bytes(os.urandom(4), "little") >> 1
        self.up = False
        self.link = None
        self.entities = []
        self.watched = []
        self.dropped = 0
        self._uptime_ms = 0
        self._ticks = ticks_ms()
        self._declared = False
        self._gate = Gate()
        self._commands = []
        self._news = []
        self._kept = []
        self._epoch_offset_ms = None
        self.outputs = []
        self._watchdog_s = settings.get("HA_WATCHDOG")
        self._watchdog = None

    def now(self):
        ticks = ticks_ms()
        self._uptime_ms += ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._uptime_ms

    @property
    def listened_to(self):
        """Whether what happens now can be said now."""
        return self.up and self._declared

    def hello(self):
        return {
            "uid": self.uid,
            "name": self.name,
            "board": "",
            "app": _app(),
            "runtime": sys.implementation.name,
            "version": ".".join(str(part) for part in sys.implementation.version[:3]),
            "boot": self.boot,
            "t_ms": self.now(),
            "decl": self._fingerprint(),
        }

    def _fingerprint(self):
        crc = 0
        for entity in self.entities:
            for part in (entity.id, entity.kind, entity.name, entity.options):
                crc = crc32(part.encode() + b"\xff", crc)
        return f"{crc & 0xFFFFFFFF:08x}"

    def find(self, id):
        for entity in self.entities:
            if entity.id == id:
                return entity
        return None

    # --- what the app says: the names of `_ha` ---------------------------------------------------

    def guard(self, pin, safe, max_on_ms, min_off_ms):
        """The output itself: what is written to another Pin of that number is not limited."""
        if max_on_ms < 0 or min_off_ms < 0:
            raise ValueError("a limit is 0 or more milliseconds")
        from ._output import Output  # only where there is a pin

        output = Output(pin, safe, max_on_ms, min_off_ms, self.wake, self._output_refused)
        self.outputs.append(output)
        return output

    def _output_refused(self, output, why):
        self.log("warning", f"{output.name} stays off: {why}")

    def declare(self, id, kind, name, options):
        if not 1 <= len(id) <= 32 or not all("a" <= c <= "z" or "0" <= c <= "9" or c == "_" for c in id):
            raise ValueError(f"'{id}' is no entity id: 1 to 32 of a-z, 0-9, _")
        if kind not in _KINDS:
            raise ValueError(f"there is no kind '{kind}' of entity")
        _within(name, _NAME_MAX, "the name of an entity")
        _within(options, _JSON_MAX, "the options of an entity, as JSON,")
        if len(self.entities) == _ENTITIES_MAX:
            return self.log("error", "an entity was refused: an app can have 32 entities")
        self.entities.append(_Entity(id, kind, name, options))

    def declared(self):
        self._declared = True
        self.introduce()

    def state(self, id, value):
        entity = self.find(id)
        if entity is None:
            return
        entity.value = _checked(value)
        entity.at = self.now()
        if self.listened_to:
            self.say_state(entity)
        else:
            entity.unsaid = True

    def event(self, id, type, data):
        if self.find(id) is None:
            return
        _within(type, _NAME_MAX, "the type of an event")
        _within(data, _JSON_MAX, "the data of an event, as JSON,")
        self._say(("event", id, type, data, self.now()))

    def done(self, cmd_id, ok, text):
        self._say(("done", cmd_id, bool(ok), text[:_TEXT_MAX]))

    def log(self, level, text):
        if level not in _LEVELS:
            raise ValueError("a level is debug, info, warning or error")
        self._say(("log", level, text[:_TEXT_MAX], self.now()))

    def watch(self, entity):
        _within(entity, _HA_NAME_MAX, "an entity of Home Assistant")
        if entity in self.watched:
            return
        if len(self.watched) == _WATCHED_MAX:
            return self.log("error", "not watched: an app watches at most 16 of Home Assistant's entities")
        self.watched.append(entity)
        if self.listened_to:
            self.say_watched()

    def call(self, number, action, target, data, asks=False):
        _within(action, _HA_NAME_MAX, "an action of Home Assistant")
        _within(target, _HA_NAME_MAX, "an entity of Home Assistant")
        _within(data, _JSON_MAX, "the data of a call, as JSON,")
        self._say(("call", number, action, target or None, data, bool(asks), self.now()))

    def poll(self):
        while self._commands:
            id, cmd_id, value, expires = self._commands.pop(0)
            if self.now() < expires:
                return id, cmd_id, value
            self.done(cmd_id, False, "expired")
        return None

    def news(self):
        return self._news.pop(0) if self._news else None

    def wake(self):
        """Something is due: whoever waits for `link` returns."""
        if self.link is not None:
            self.link.stirred = True

    def home_up(self):
        return self.up

    def epoch_ms(self):
        return None if self._epoch_offset_ms is None else self._epoch_offset_ms + self.now()

    def stop(self):
        if self.outputs:
            from ._output import all_safe

            all_safe()
            self.say_outputs()

    # --- keeping ----------------------------------------------------------------------------------

    def _say(self, message):
        if self.listened_to:
            self.say(message)
            return
        word = message[0]
        of_its_kind = [kept for kept in self._kept if kept[0] == word]
        if len(of_its_kind) == _KEPT[word]:
            self._kept.remove(of_its_kind[0])
            self.dropped += 1
        self._kept.append(message)

    def say_kept(self):
        """What happened while nobody listened, in its order."""
        kept, self._kept = self._kept, []
        for message in kept:
            # Nobody expects the answer to an old call any more.
            if message[0] == "call" and self.now() - message[-1] > _CALL_AGE_MS:
                self.dropped += 1
            else:
                self.say(message)

    def say_again(self):
        """All that there is to know, for a home that may know nothing of it."""
        for entity in self.entities:
            entity.unsaid = entity.at >= 0
        for output in self.outputs:
            output.unsaid = True
        self.say_states()
        self.say_outputs()
        if self.watched:
            self.say_watched()
        self.say_kept()

    def say_states(self):
        for entity in self.entities:
            if entity.unsaid:
                self.say_state(entity)

    def say_outputs(self):
        for output in self.outputs:
            if output.unsaid and self.listened_to:
                output.unsaid = False
                self.say_output(output)

    def keep_limits(self):
        """Returns the milliseconds until the next limit of an output, or until the watchdog wants to be fed."""
        wait_ms = self._feed() if self._watchdog_s else 60_000
        if not self.outputs:
            return wait_ms
        from ._output import look

        wait_ms = min(wait_ms, look())
        self.say_outputs()
        return wait_ms

    def _feed(self):
        """The chip starts anew if this is not called again in time: when a handler never comes back."""
        if self._watchdog is None:
            from ._hardware import Watchdog

            self._watchdog = Watchdog(self._watchdog_s)
        self._watchdog.feed()
        return min(self._watchdog_s * 250, 1000)

    def output_time(self, output):
        return self.now() - max(0, ticks_diff(self._ticks, output.since))

    @property
    def busy(self):
        """Commands or news wait for the app."""
        return bool(self._commands or self._news)

    # --- what the home says -----------------------------------------------------------------------

    def hear_set(self, message):
        cmd_id = message[3] if len(message) > 3 else None
        if not is_cmd_id(cmd_id):
            return self.log("warning", "a command without a valid cmd_id was ignored")
        entity = self.find(message[1])
        refusal, expires = self._gate.check(message, entity, self.now(), len(self._commands))
        if refusal:
            return self.done(cmd_id, False, refusal)
        self._commands.append((message[1], cmd_id, message[2], expires))

    def hear_time(self, epoch_ms):
        if isinstance(epoch_ms, int) and _EPOCH_MIN_MS < epoch_ms < _EPOCH_MAX_MS:
            self._epoch_offset_ms = epoch_ms - self.now()

    def hear_state(self, entity, state, attributes):
        if entity not in self.watched or not (state is None or isinstance(state, str)):
            return
        # The newest of each is what counts.
        self._news = [news for news in self._news if news[0] != entity]
        self._news.append((entity, state, attributes if isinstance(attributes, dict) else {}))

    def hear_answer(self, number, ok, text="", response=None):
        if isinstance(number, int) and isinstance(ok, bool) and len(self._news) < 2 * _WATCHED_MAX:
            response = response if isinstance(response, dict) else None
            self._news.append((number, ok, text if isinstance(text, str) else "", response))


def _within(text, size_max, what):
    size = len(text.encode())
    if size > size_max:
        raise ValueError(f"{what} takes {size} bytes, and {size_max} fit")


def _checked(value):
    if isinstance(value, str):
        _within(value, _TEXT_MAX, "a value")
    elif isinstance(value, float):
        return value if value - value == 0 else None  # not a number is no value
    elif value is not None and not isinstance(value, (bool, int)):
        raise TypeError(f"a value is a bool, number, str or None, not {type(value).__name__}")
    return value


def _uid(settings):
    """The chip's number; where there is none, HA_ID or one that is made once and kept in a file."""
    if settings.get("HA_ID"):
        return str(settings["HA_ID"])
    try:
        from ._hardware import chip_id

        return chip_id()[-32:]
    except (ImportError, AttributeError):
        pass
    try:
        with open(".ouro_id") as file:
            return file.read().strip()
    except OSError:
        uid = hexlify(os.urandom(6)).decode()
        with open(".ouro_id", "w") as file:
            file.write(uid)
        return uid


def _app():
    import __main__

    parts = getattr(__main__, "__file__", "").split("/")
    name = parts[-1].rsplit(".", 1)[0].strip("<>")
    return parts[-2] if name == "app" and len(parts) > 1 else name


def parse(data, kind):
    """The dict or list that these bytes are in JSON; None for all else, and for what is too much for this board."""
    try:
        said = json.loads(data)
    except (ValueError, RuntimeError, MemoryError):
        return None
    return said if isinstance(said, kind) else None
