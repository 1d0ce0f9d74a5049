# SPDX-License-Identifier: Apache-2.0
"""What is due, and when: commands, timers, and messages that have to wait."""

import asyncio
import io
import sys
from time import ticks_add, ticks_diff, ticks_ms

import _ha
from _ha import epoch_ms, home_up  # noqa: F401

_OUTBOX_MAX = 32
_WAIT_MAX_MS = 60_000
_RETRY_MS = 100

entities = {}  # id: Entity
on_news = []  # what hears of the home's news: functions of the tuple that `_ha.news` gives
_unannounced = []
_timers = []
_outbox = []


class Busy(Exception):
    """What was asked for is being done already."""


class Timer:
    """One call in the future; `cancel()` takes it back."""

    def __init__(self, ms, function, every_ms=0):
        self._at = ticks_add(ticks_ms(), ms)
        self._function = function
        self._every_ms = every_ms
        _timers.append(self)
        _ha.wake()

    def cancel(self):
        if self in _timers:
            _timers.remove(self)

    def remaining(self, now):
        return ticks_diff(self._at, now)

    def fire(self, now):
        if self._every_ms:
            # Counted from when it was due, so that it does not drift; what was missed is not made up for.
            self._at = ticks_add(self._at, self._every_ms)
            if self.remaining(now) <= 0:
                self._at = ticks_add(now, self._every_ms)
        else:
            _timers.remove(self)
        call(self._function, (), _report_timer)


def after(seconds, function):
    """Calls `function`, plain or async, once in `seconds`, at most six days. The answer has `cancel()`."""
    return Timer(int(seconds * 1000 + 0.5), function)


def log(message, level="info"):
    """Writes a line to the board's log: level debug, info, warning or error."""
    _ha.log(level, str(message))


def report(what, error):
    """Shows an exception on the console and in the log; returns it in one line."""
    traceback = io.StringIO()
    sys.print_exception(error, traceback)
    print(traceback.getvalue(), end="")
    line = type(error).__name__
    if str(error):
        line += ": " + str(error)
    _ha.log("error", (what + ": " + line + "\n" + traceback.getvalue())[:255])
    return line


def _report_timer(error, _result):
    if error:
        report("timer", error)


# --- messages: in order, and kept for a while when the other side has no room --------------------


def send(function, *args):
    if not _outbox:
        try:
            function(*args)
            return
        except OSError:
            pass
    if len(_outbox) == _OUTBOX_MAX:
        _outbox.pop(0)
    _outbox.append((function, args))


def _flush():
    while _outbox:
        function, args = _outbox[0]
        try:
            function(*args)
        except OSError:
            return
        _outbox.pop(0)


def add_entity(entity):
    entities[entity.id] = entity
    _unannounced.append(entity)
    _ha.wake()


def _announce():
    if _unannounced:
        send(_ha.declared)
    while _unannounced:
        _unannounced.pop(0).announce()


# --- handlers, plain and async -------------------------------------------------------------------


def call(function, args, finished):
    """Calls a handler. `finished(error, result)` comes once: now, or when an async handler has ended."""
    try:
        result = function(*args)
    except Exception as error:
        finished(error, None)
        return
    if hasattr(result, "throw"):
        asyncio.create_task(_wait_for(result, finished))
    else:
        finished(None, result)


async def _wait_for(coroutine, finished):
    try:
        result = await coroutine
    except asyncio.CancelledError as error:
        finished(error, None)
        raise
    except Exception as error:
        finished(error, None)
    else:
        finished(None, result)


def _take_commands():
    command = _ha.poll()
    while command:
        entity = entities.get(command[0])
        if entity is None:
            send(_ha.done, command[1], False, "not_found")
        else:
            entity.obey(command[2], command[1])
            if entity.exclusive:
                command = _refuse_meanwhile(entity.id)
                continue
        command = _ha.poll()


def _take_news():
    news = _ha.news()
    while news:
        for hear in on_news:
            hear(news)
        news = _ha.news()


def _refuse_meanwhile(busy_id):
    """A plain handler has kept us; commands to the same entity that came in the meantime are not run after it."""
    command = _ha.poll()
    while command and command[0] == busy_id:
        send(_ha.done, command[1], False, "busy")
        command = _ha.poll()
    return command


# --- the loop ------------------------------------------------------------------------------------


def _step():
    """Does all that is due; returns the milliseconds until something is due again."""
    _flush()
    _announce()
    _take_commands()
    _take_news()
    now = ticks_ms()
    for timer in list(_timers):
        if timer in _timers and timer.remaining(now) <= 0:
            timer.fire(now)
    wait = _RETRY_MS if _outbox else _WAIT_MAX_MS
    now = ticks_ms()
    for timer in _timers:
        wait = min(wait, timer.remaining(now))
    return max(wait, 0)


async def _link_readable():
    yield asyncio.core._io_queue.queue_read(_ha.link)


async def arun():
    """Runs for ever beside other tasks of asyncio."""
    while True:
        wait = _step()
        if wait == 0:
            await asyncio.sleep_ms(0)
            continue
        try:
            await asyncio.wait_for_ms(_link_readable(), wait)
        except asyncio.TimeoutError:  # noqa: UP041 - a class of its own here
            pass


def run():
    """Runs for ever: the last line of most apps."""
    asyncio.run(arun())


async def _breathe():
    await asyncio.sleep_ms(0)


def tick():
    """Does what is due and returns at once, for an app with a loop of its own."""
    _step()
    if asyncio.core._task_queue.peek() or asyncio.core._io_queue.map:
        asyncio.run(_breathe())
