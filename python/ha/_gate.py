# SPDX-License-Identifier: Apache-2.0
"""Which commands may go on: the five rules of docs/protocol.md, as our firmware has them below Python."""

import json

_REMEMBERED_IDS = 32
_PER_SECOND = 4
_WAITING_MAX = 8
_TTL_MS = 5_000
_TTL_MAX_MS = 60_000
_WORDS = {"button": ("PRESS",), "lock": ("LOCK", "UNLOCK"), "cover": ("OPEN", "CLOSE", "STOP")}
_TAKERS = ("switch", "light", "button", "number", "select", "text", "lock", "cover")
_CMD_ID_MAX = 24
_TEXT_MAX = 255


def is_cmd_id(text):
    if not isinstance(text, str) or not 1 <= len(text) <= _CMD_ID_MAX:
        return False
    return all("a" <= c <= "z" or "A" <= c <= "Z" or "0" <= c <= "9" or c in "_-" for c in text)


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value - value == 0


def _is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _fits(kind, options, value):
    if kind in ("switch", "light"):
        return isinstance(value, bool)
    if kind in _WORDS:
        return value in _WORDS[kind]
    if kind == "number":
        options = json.loads(options)
        return _is_number(value) and options.get("min", value) <= value <= options.get("max", value)
    if not isinstance(value, str) or len(value.encode()) > _TEXT_MAX:
        return False
    return kind == "text" or value in json.loads(options).get("options", ())


class Gate:
    """Remembers what it has let through; times are the board's uptime in milliseconds."""

    def __init__(self):
        self._ids = []
        self._recent = {}  # entity: when its last commands came

    def check(self, command, entity, now, waiting):
        """The word for why `command` is refused, or None and the time after which it is not to be started.

        `command` is ["set",id,value,cmd_id,ttl_ms,sent_ms] with a good cmd_id; `entity` None if there is none.
        """
        value, cmd_id, ttl_ms, sent_ms = (command + [None, None, None])[2:6]
        if entity is None or entity.kind not in _TAKERS:
            return "not_found", 0
        ttl_ms = _TTL_MS if ttl_ms is None else ttl_ms
        whole = _is_whole(ttl_ms) and (sent_ms is None or _is_whole(sent_ms))
        if not whole or not 1 <= ttl_ms <= _TTL_MAX_MS or not _fits(entity.kind, entity.options, value):
            return "invalid_argument", 0
        sent_ms = now if sent_ms is None else sent_ms
        # What was sent in the board's future was meant for another start of it.
        if not 0 <= sent_ms <= now + 1000 or now >= sent_ms + ttl_ms:
            return "expired", 0
        if cmd_id in self._ids:
            return "duplicate", 0
        self._ids.append(cmd_id)
        if len(self._ids) > _REMEMBERED_IDS:
            self._ids.pop(0)
        if self._is_too_fast(entity.id, now):
            return "rate_limited", 0
        if waiting >= _WAITING_MAX:
            return "busy", 0
        return None, sent_ms + ttl_ms

    def _is_too_fast(self, id, now):
        recent = self._recent.setdefault(id, [])
        if len(recent) == _PER_SECOND:
            if now - recent[0] < 1000:
                return True
            recent.pop(0)
        recent.append(now)
        return False
