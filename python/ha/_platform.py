# SPDX-License-Identifier: Apache-2.0
"""MicroPython's clock, tasks and texts, by the names that the rest uses; on CPython they are those of _cpython."""

import sys

if sys.implementation.name == "cpython":
    from ._cpython import breathe, dumps, running_loop, spawn, steps_of, ticks, traceback_of, wait

    ticks_add, ticks_diff, ticks_ms = ticks
else:
    import asyncio
    import io
    import json
    from time import ticks_add, ticks_diff, ticks_ms  # noqa: F401

    spawn = asyncio.create_task

    def running_loop():
        """Tasks may be made at any time here."""

    def steps_of(coroutine):
        """What `yield from` takes to wait for `coroutine`."""
        return coroutine

    def dumps(value):
        return json.dumps(value, separators=(",", ":"))

    def traceback_of(error):
        text = io.StringIO()
        sys.print_exception(error, text)
        return text.getvalue()

    async def _readable(link):
        yield asyncio.core._io_queue.queue_read(link)

    async def wait(link, ms):
        """Returns when `link` has something to read, or after `ms`."""
        try:
            await asyncio.wait_for_ms(_readable(link), ms)
        except asyncio.TimeoutError:  # noqa: UP041 - a class of its own here
            pass

    async def _breathe():
        await asyncio.sleep_ms(0)

    def breathe():
        """Lets tasks go on that can, for a program with a loop of its own."""
        if asyncio.core._task_queue.peek() or asyncio.core._io_queue.map:
            asyncio.run(_breathe())


def app_folder():
    """Where the app's own files are, with a slash at the end; empty for the current folder."""
    import __main__

    file = getattr(__main__, "__file__", "")
    return file[: file.rfind("/") + 1]
