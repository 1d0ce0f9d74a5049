# SPDX-License-Identifier: Apache-2.0
"""A fresh start now and then, for boards that are out of reach."""

from ._loop import Timer, entities, log
from ._transport import stop

_HOURS_MAX = 144  # as far as the clock of ticks reaches
_AGAIN_MS = 1000


def restart_every(hours):
    """Starts the board anew after so many hours, at most 144, as soon as no handler runs; outputs go safe first."""
    if isinstance(hours, bool) or not isinstance(hours, (int, float)) or not 0 < hours <= _HOURS_MAX:
        raise ValueError(f"a board restarts after more than 0 and at most {_HOURS_MAX} hours, not {hours!r}")
    return Timer(int(hours * 3_600_000), _restart)


def _restart():
    if any(entity._running for entity in entities.values()):
        Timer(_AGAIN_MS, _restart)
        return
    log("restarting, as restart_every asks")
    stop()
    from ._hardware import reset

    reset()
