# SPDX-License-Identifier: Apache-2.0
"""A bad network between a board and its broker: slow, in single bytes, standing still, or cut with a reset."""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from contextlib import suppress


class BadNetwork:
    """Passes connections on to `port` on loopback; its faults may be changed at any time.

    `latency`: seconds that each piece takes, in each direction. `slices`: single bytes, each in a packet of its own.
    `stalled`: nothing passes, and nobody hangs up.
    """

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.latency = 0.0
        self.slices = False
        self.stalled = False
        self.connections = 0
        self._open: list[socket.socket] = []
        self._closed = False
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def cut(self) -> None:
        """Resets every connection, both ways, in the middle of whatever is being said."""
        ends, self._open = self._open, []
        for end in ends:
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.close()

    def close(self) -> None:
        self._closed = True
        self.cut()
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed:
            ready, _, _ = select.select([self._listener], [], [], 0.2)
            if not ready:
                continue
            near, _ = self._listener.accept()
            try:
                far = socket.create_connection(self._target, 5)
            except OSError:
                near.close()
                continue
            self.connections += 1
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open.append(end)
            for source, sink in ((near, far), (far, near)):
                thread = threading.Thread(target=self._pass, args=(source, sink), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError, ValueError):
            while not self._closed:
                if self.stalled or not select.select([source], [], [], 0.2)[0]:
                    time.sleep(0.05 if self.stalled else 0)
                    continue
                data = source.recv(1 if self.slices else 65536)
                if not data:
                    break
                time.sleep(self.latency)
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.close()

    def __enter__(self) -> BadNetwork:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
