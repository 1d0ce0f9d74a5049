# SPDX-License-Identifier: Apache-2.0
"""The clock, tasks and texts, by the names that the rest uses: MicroPython's, or those of _cpython or _circuitpython.

asyncio is loaded by the first who needs it: an app without tasks runs without it.
"""

import sys

if sys.implementation.name == "cpython":
    from ._cpython import (  # noqa: F401
        breathe,
        dumps,
        running_loop,
        spawn,
        steps_of,
        tasks_run,
        ticks,
        traceback_of,
        wait,
        wait_alone,
    )

    ticks_add, ticks_diff, ticks_ms = ticks
elif sys.implementation.name == "circuitpython":
    from ._circuitpython import ticks_add, ticks_diff, ticks_ms, traceback_of, wait, wait_alone  # noqa: F401
else:
    import io
    from time import ticks_add, ticks_diff, ticks_ms  # noqa: F401

    _poller = None

    def traceback_of(error):
        text = io.StringIO()
        sys.print_exception(error, text)
        return text.getvalue()

    def wait_alone(link, ms):
        """Returns when `link` has something to read, or after `ms`; for a program without tasks."""
        global _poller
        if _poller is None:
            import select

            _poller = select.poll()
            _poller.register(link, select.POLLIN)
        _poller.poll(ms)

    async def _readable(link):
        import asyncio

        yield asyncio.core._io_queue.queue_read(link)

    async def wait(link, ms):
        """The same among tasks."""
        import asyncio

        try:
            await asyncio.wait_for_ms(_readable(link), ms)
        except asyncio.TimeoutError:  # noqa: UP041 - a class of its own here
            pass


if sys.implementation.name != "cpython":
    import json

    def tasks_run():
        """Whether somebody uses asyncio."""
        return "asyncio" in sys.modules

    def spawn(coroutine):
        import asyncio

        return asyncio.create_task(coroutine)

    def running_loop():
        """Tasks may be made at any time here."""

    def steps_of(coroutine):
        """What `yield from` takes to wait for `coroutine`."""
        return coroutine

    def dumps(value):
        return json.dumps(value, separators=(",", ":"))

    async def _pause():
        import asyncio

        await asyncio.sleep(0)

    def breathe():
        """Lets tasks go on that can, for a program with a loop of its own."""
        if not tasks_run():
            return
        import asyncio

        if asyncio.core._task_queue.peek() or asyncio.core._io_queue.map:
            asyncio.run(_pause())


def app_folder():
    """Where the app's own files are, with a slash at the end; empty for the current folder."""
    import __main__

    file = getattr(__main__, "__file__", "")
    return file[: file.rfind("/") + 1]
