# SPDX-License-Identifier: Apache-2.0
"""CPython's side of _platform: an app runs on a desk as it does on a board."""

import asyncio
import json
import time
import traceback

_PERIOD = 1 << 30  # where MicroPython's ticks begin anew
_LOOK_EVERY_MS = 10

_sleep = asyncio.sleep  # the real one, also where a program's own sleeps are taken away
_loop = None


def _ticks_ms():
    return time.monotonic_ns() // 1_000_000 % _PERIOD


def _ticks_add(ticks, delta):
    return (ticks + delta) % _PERIOD


def _ticks_diff(later, earlier):
    return (later - earlier + _PERIOD // 2) % _PERIOD - _PERIOD // 2


ticks = (_ticks_add, _ticks_diff, _ticks_ms)


def tasks_run():
    return True


def wait_alone(_link, _ms):
    """Not called: here tasks always run."""


def running_loop():
    """Tasks go to the loop that runs now, from here on."""
    global _loop
    _loop = asyncio.get_running_loop()


def _own_loop():
    global _loop
    if _loop is None or _loop.is_closed():
        _loop = asyncio.new_event_loop()
    return _loop


def spawn(coroutine):
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        loop = _own_loop()
    return loop.create_task(coroutine)


def steps_of(coroutine):
    return coroutine.__await__()


def dumps(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def traceback_of(error):
    return "".join(traceback.format_exception(error))


async def wait(_link, ms):
    # Terminals, pipes and sockets are looked at: the same on every system.
    await _sleep(min(ms, _LOOK_EVERY_MS) / 1000)


def breathe():
    loop = _own_loop()
    if asyncio.all_tasks(loop):
        loop.run_until_complete(asyncio.sleep(0))
