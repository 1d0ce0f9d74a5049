# SPDX-License-Identifier: Apache-2.0
"""The bytes of the console, without waiting for them."""

import io
import sys

_READ_MAX = 1024  # in one go, so that a sender of many bytes does not keep the app from its turn
_POLL = 3  # MicroPython's number for "can it be read?"

if sys.implementation.name == "circuitpython":
    from ._circuitpython import read as _read
    from ._circuitpython import readable as _readable
    from ._circuitpython import write as _write

    _AT_ONCE = _READ_MAX
else:
    import select

    if sys.implementation.name == "cpython":
        import os

        def _read(size):
            return os.read(0, size)

        def _write(data):
            sys.stdout.flush()
            while data:
                data = data[os.write(1, data) :]

        _AT_ONCE = _READ_MAX
        _IN = 0
    else:
        _read = sys.stdin.buffer.read
        _write = sys.stdout.buffer.write  # not stdout's own: that makes "\r\n" of "\n"
        _AT_ONCE = 1  # more than there is would be waited for
        _IN = sys.stdin

    _poller = select.poll()
    _poller.register(_IN, select.POLLIN)

    def _readable():
        return any(events & select.POLLIN for _, events in _poller.poll(0))


class Console:
    def __init__(self):
        self._ended = False

    def readable(self):
        return not self._ended and _readable()

    def read(self):
        """What has come, at most 1,024 bytes; nothing if that is nothing."""
        data = b""
        while len(data) < _READ_MAX and self.readable():
            more = _read(_AT_ONCE)
            self._ended = not more
            data += more or b""
        return data

    write = staticmethod(_write)


class Link(getattr(io, "IOBase", object)):
    """What a program waits for: `stirred`, or that `readable()` says yes."""

    def __init__(self, readable):
        self._readable = readable
        self.stirred = False

    def ready(self):
        return self.stirred or self._readable()

    def ioctl(self, request, argument):
        if request != _POLL:
            return -1
        return argument & 1 if self.ready() else 0
