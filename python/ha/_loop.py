# SPDX-License-Identifier: Apache-2.0
"""What is due, and when: commands, timers, and messages that have to wait."""

from ._platform import (
    breathe,
    running_loop,
    spawn,
    tasks_run,
    ticks_add,
    ticks_diff,
    ticks_ms,
    traceback_of,
    wait,
    wait_alone,
)
from ._transport import has_tasks, serve, stop, transport

epoch_ms = transport.epoch_ms
home_up = transport.home_up

_OUTBOX_MAX = 32
_WAIT_MAX_MS = 60_000
_RETRY_MS = 100
_BLOCKED_MS = 50  # a handler that took as long has kept what came meanwhile waiting

entities = {}  # id: Entity
on_news = []  # what hears of the home's news: functions of the tuple that `transport.news` gives
_unannounced = []
_has_declared = False
_timers = []
_outbox = []


class Busy(Exception):
    """What was asked for is being done already."""


class Timer:
    """One call in the future; `cancel()` takes it back."""

    def __init__(self, ms, function, every_ms=0):
        if max(ms, every_ms) > 144 * 3_600_000:  # the clock's ticks reach little further
            raise ValueError("a timer reaches six days at most")
        self._at = ticks_add(ticks_ms(), ms)
        self._function = function
        self._every_ms = every_ms
        _timers.append(self)
        transport.wake()

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
    transport.log(level, str(message))


def report(what, error):
    """Shows an exception on the console and in the log; returns it in one line."""
    traceback = traceback_of(error)
    print(traceback, end="")
    line = type(error).__name__
    if str(error):
        line += ": " + str(error)
    transport.log("error", (what + ": " + line + "\n" + traceback)[:255])
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
        except (TypeError, ValueError) as error:  # whoever said it has gone on
            report("not sent", error)
        _outbox.pop(0)


def add_entity(entity):
    entities[entity.id] = entity
    _unannounced.append(entity)
    transport.wake()


def _announce():
    global _has_declared
    if _unannounced or not _has_declared:  # an app with no entity says so once
        _has_declared = True
        send(transport.declared)
    while _unannounced:
        _unannounced.pop(0).announce()


# --- handlers, plain and async -------------------------------------------------------------------


def call(function, args, finished):
    """Calls a handler. `finished(error, result)` comes when it has ended: now, or later if it is async.

    It comes again, with the error, when the result is nothing that it can use.
    """
    try:
        result = function(*args)
        if hasattr(result, "throw"):
            spawn(_wait_for(result, finished))
        else:
            finished(None, result)
    except Exception as error:
        finished(error, None)


async def _wait_for(coroutine, finished):
    import asyncio

    try:
        finished(None, await coroutine)
    except asyncio.CancelledError as error:
        finished(error, None)
        raise
    except Exception as error:
        finished(error, None)


def _take_commands():
    command = transport.poll()
    while command:
        entity = entities.get(command[0])
        if entity is None:
            send(transport.done, command[1], False, "not_found")
        else:
            began = ticks_ms()
            entity.obey(command[2], command[1])
            if entity.exclusive and ticks_diff(ticks_ms(), began) >= _BLOCKED_MS:
                command = _refuse_meanwhile(entity.id)
                continue
        command = transport.poll()


def _take_news():
    news = transport.news()
    while news:
        for hear in on_news:
            hear(news)
        news = transport.news()


def _refuse_meanwhile(busy_id):
    """A plain handler has kept us; commands to the same entity that came in the meantime are not run after it."""
    serve()
    command = transport.poll()
    while command and command[0] == busy_id:
        send(transport.done, command[1], False, "busy")
        command = transport.poll()
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
    wait_ms = min(serve(), _RETRY_MS if _outbox else _WAIT_MAX_MS)
    now = ticks_ms()
    for timer in _timers:
        wait_ms = min(wait_ms, timer.remaining(now))
    return max(wait_ms, 0)


async def arun(test_mode=False, max_iterations=None):
    """Runs for ever beside other tasks of asyncio; see `run`."""
    import asyncio

    running_loop()
    passes = 0
    while passes != max_iterations:
        passes += 1
        wait_ms = _step()
        if wait_ms == 0 or test_mode:
            await asyncio.sleep(0)
        else:
            await wait(transport.link, wait_ms)


def _run_alone(test_mode, passes):
    """The same without asyncio, until somebody uses that; returns the passes that are left."""
    while passes != 0 and not tasks_run():
        if passes is not None:
            passes -= 1
        wait_ms = _step()
        if wait_ms and not test_mode and not tasks_run():
            wait_alone(transport.link, wait_ms)
    return passes


def run(test_mode=False, max_iterations=None):
    """Runs for ever: the last line of most apps.

    `max_iterations` ends it after so many passes, whatever fails in them; in `test_mode` they do not wait.
    """
    try:
        passes = max_iterations if has_tasks else _run_alone(test_mode, max_iterations)
        if passes != 0:
            import asyncio

            asyncio.run(arun(test_mode, passes))
    finally:
        stop()


def tick():
    """Does what is due and returns at once, for an app with a loop of its own."""
    _step()
    breathe()
