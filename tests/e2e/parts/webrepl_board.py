# SPDX-License-Identifier: Apache-2.0
"""MicroPython's own WebREPL: its login, its WebSocket and its prompt, behind a socket of this machine.

What `webrepl.py` does on a board happens here: the upgrade, and sending a second client away. The rest is MicroPython.
"""

from __future__ import annotations

import base64
import hashlib
import os
import select
import socket
import subprocess
import threading
from pathlib import Path

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_SERVE = """
import os, unix_board, websocket, _webrepl
_webrepl.password({password!r})
os.dupterm(_webrepl._webrepl(websocket.websocket(open({descriptor}, 'r+b'))))
unix_board.serve()
"""


class WebReplBoard:
    """Each connection finds a fresh Python; its files are those of `folder`."""

    def __init__(self, program: Path, folder: Path, password: str) -> None:
        self._program = program
        self._folder = folder
        self._password = password
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._wake, self._woken = os.pipe()
        self._child: subprocess.Popen[bytes] | None = None
        self._client: socket.socket | None = None
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.refused = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while self._wake not in select.select([self._listener, self._wake], [], [])[0]:
            client, _ = self._listener.accept()
            if self._child and not self._has_left(0.5):
                self.refused += 1
                client.close()
                continue
            self._end_child()
            self._client = client
            self._upgrade(client)

    def _has_left(self, within: float) -> bool:
        """Whether the client has closed its end; what it sent before may still be unread."""
        poll = select.poll()
        poll.register(self._client, select.POLLRDHUP)
        return bool(poll.poll(within * 1000))

    def _end_child(self) -> None:
        if self._child:
            self._child.kill()
            self._child.wait(5)
            self._child = None
        if self._client:
            self._client.close()
            self._client = None

    def _upgrade(self, client: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            request += client.recv(1000)
        key = next(line.split(b": ")[1] for line in request.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key"))
        accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())
        client.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        code = _SERVE.format(password=self._password, descriptor=client.fileno())
        self._child = subprocess.Popen(
            [str(self._program), "-X", "heapsize=256k", "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            pass_fds=[client.fileno()],
        )

    def close(self) -> None:
        os.write(self._woken, b"x")
        self._thread.join(5)
        self._listener.close()
        os.close(self._wake)
        os.close(self._woken)
        self._end_child()

    def __enter__(self) -> WebReplBoard:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
