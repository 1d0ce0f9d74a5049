# SPDX-License-Identifier: Apache-2.0
"""Gives each client of a control socket one of the board's serial lines, clean, with this machine's clock told."""

from __future__ import annotations

import enum
import os
import socket
import threading
import time
from pathlib import Path

ANEW = b"\x18"  # docs/protocol.md, section 3
COUNT = 4


class State(enum.Enum):
    FREE = enum.auto()
    CLEARING = enum.auto()  # up to the board's ANEW all is the last client's
    TELLING = enum.auto()  # the board is told the time; its answer is ours
    OPEN = enum.auto()


class Line:
    """One thread takes what the board says, for a client or for nobody; another one, what a client says."""

    def __init__(self) -> None:
        self._socket, self.board_end = socket.socketpair()
        self._lock = threading.Lock()
        self._state = State.FREE
        self._client: socket.socket | None = None

    def start(self) -> None:
        """Once the emulator has its end."""
        self.board_end.close()
        threading.Thread(target=self._hear_board, daemon=True).start()

    def take(self, client: socket.socket) -> bool:
        """Whether the line was free; if so, it is the client's."""
        with self._lock:
            if self._state is not State.FREE:
                return False
            self._state = State.CLEARING
            self._client = client
        return send(self._socket, ANEW)

    def _hear_board(self) -> None:
        while data := receive(self._socket):
            while data:
                data = self._take(data)
        self._let_go()
        self._socket.close()

    def _take(self, data: bytes) -> bytes:
        """What is left of the board's words after the first part."""
        with self._lock:
            state, client = self._state, self._client
        if state is State.CLEARING:
            _, mark, rest = data.partition(ANEW)
            if mark:
                self._state = State.TELLING
                send(self._socket, b'["clock",%d]\n' % (time.monotonic_ns() // 1000))
            return rest
        if state is State.TELLING:
            _, answered, rest = data.partition(b"\n")
            if answered:
                self._state = State.OPEN
                threading.Thread(target=self._hear_client, args=[client], daemon=True).start()
            return rest
        said, broken, rest = data.partition(ANEW)
        if client:
            send(client, said)
        if broken:
            self._let_go()
        return rest

    def _hear_client(self, client: socket.socket) -> None:
        while data := receive(client):
            if not send(self._socket, data.replace(ANEW, b"?")):  # the mark is ours
                break
        with self._lock:
            self._state = State.FREE
            self._client = None
        client.close()

    def _let_go(self) -> None:
        with self._lock:
            if self._client:
                hang_up(self._client)


def receive(end: socket.socket) -> bytes:
    """Nothing when the other side is gone."""
    try:
        return end.recv(65536)
    except OSError:
        return b""


def send(end: socket.socket, data: bytes) -> bool:
    """False when the other side is gone; whoever reads from it hears of that too."""
    try:
        end.sendall(data)
    except OSError:
        return False
    return True


def hang_up(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was faster


class PanelLines:
    """Listens at `path`, for its owner only. A client too many is let go at once, all of them when the board resets."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        mask = os.umask(0o177)
        self._listener.bind(str(path))
        os.umask(mask)
        self._lines: list[Line] = []
        self._accepts = False

    def renew(self) -> list[int]:
        """New lines for a board that is about to start: the ends that it gets."""
        self._lines = [Line() for _ in range(COUNT)]
        return [line.board_end.fileno() for line in self._lines]

    def start(self) -> None:
        """Once the board has its ends."""
        for line in self._lines:
            line.start()
        if not self._accepts:
            self._accepts = True
            self._listener.listen()
            threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if not any(line.take(client) for line in self._lines):
                client.close()
