# SPDX-License-Identifier: Apache-2.0
"""Locks, blinds and gates: what moves, and must not start twice."""

from ._entity import Entity
from ._loop import Timer


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
