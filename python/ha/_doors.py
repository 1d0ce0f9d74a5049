# SPDX-License-Identifier: Apache-2.0
"""Locks, blinds and gates: what moves, and must not start twice."""

from ._entity import Entity
from ._loop import Busy, Timer

_AGAIN_MS = 1000


class Lock(Entity):
    """A lock; its handler gets True for unlock, False for lock. `relock` locks by itself, in seconds.

    A handler may set `value` on its way: LOCKED, UNLOCKING, UNLOCKED, LOCKING, JAMMED.
    """

    kind = "lock"
    exclusive = True

    def __init__(self, name, relock=None, **options):
        Entity.__init__(self, name, **options)
        self._relock = relock
        self._timer = None
        self._value = "LOCKED"

    def _accept(self, value):
        if value not in ("LOCK", "UNLOCK"):
            raise ValueError(f"{self.name} takes LOCK or UNLOCK")
        return value == "UNLOCK"

    def _obeyed(self, wanted, _result):
        self._set("UNLOCKED" if wanted else "LOCKED")

    def _outcome(self, error, wanted, result):
        if error is None:  # else the last unlocking is still to be ended
            if self._timer:
                self._timer.cancel()
            self._timer = Timer(int(self._relock * 1000 + 0.5), self._lock) if wanted and self._relock else None
        return Entity._outcome(self, error, wanted, result)

    def _lock(self):
        try:
            self.command("LOCK")
        except Busy:
            self._timer = Timer(_AGAIN_MS, self._lock)


class Cover(Entity):
    """A blind or a gate; its handler gets OPEN, CLOSE or STOP, and returns or sets the state."""

    kind = "cover"
    exclusive = True

    def _obeyed(self, _wanted, result):
        if result is not None:
            self._set(result)
