# SPDX-License-Identifier: Apache-2.0
"""A real virtual board, and its hands and eyes: the control socket of docs/protocol.md section 3."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from parts.processes import Process, Registry
from parts.waiting import eventually

CALL = "call"
DOOR = "door_relay"
CONVERSATION = "conversation_relay"


@dataclass(frozen=True)
class PinChange:
    """`at` is CLOCK_MONOTONIC in seconds, stamped by the board at the moment of the change."""

    at: float
    name: str
    level: int


class ControlSocket:
    """One connection: requests answered in order, pin lines in between kept in `changes`."""

    def __init__(self, path: Path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(5)
        self._socket.connect(str(path))
        self._news = threading.Condition()
        self._answers: list[list[object]] = []
        self._ended = False
        self.changes: list[PinChange] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._socket.settimeout(None)
        self._thread.start()

    def _read(self) -> None:
        try:
            with self._socket.makefile("rb") as lines:
                for line in lines:
                    message = json.loads(line)
                    with self._news:
                        if message[0] == "pin":
                            _, _, level, t_us, name = message[:5]
                            self.changes.append(PinChange(t_us / 1e6, name, level))
                        else:
                            self._answers.append(message)
                        self._news.notify_all()
        except (OSError, ValueError):
            pass  # the board went away in the middle of a line
        with self._news:
            self._ended = True
            self._news.notify_all()

    def request(self, *words: object, within: float = 5) -> list[object]:
        with self._news:
            before = len(self._answers)
        self.send_raw(json.dumps(words).encode() + b"\n")
        with self._news:
            self._news.wait_for(lambda: len(self._answers) > before or self._ended, within)
            assert len(self._answers) > before, f"the board did not answer {words!r}"
            return self._answers[before]

    def ask(self, *words: object) -> object:
        """Like request, for one that must succeed; returns what follows "ok"."""
        answer = self.request(*words)
        assert answer[0] == "ok", f"{words!r} was refused: {answer!r}"
        return answer[1] if len(answer) > 1 else None

    def send_raw(self, data: bytes) -> None:
        self._socket.sendall(data)

    def wait_for(self, what: str, found: Callable[[PinChange], bool], within: float = 5, since: int = 0) -> PinChange:
        deadline = time.monotonic() + within
        seen = since
        with self._news:
            while True:
                while seen < len(self.changes):
                    if found(self.changes[seen]):
                        return self.changes[seen]
                    seen += 1
                left = deadline - time.monotonic()
                assert left > 0 and not self._ended, f"the board did not within {within:g} s: {what}; {self.changes!r}"
                self._news.wait(left)

    def wait_level(self, name: str, level: int, within: float = 5, since: int = 0) -> PinChange:
        return self.wait_for(f"{name} = {level}", lambda c: (c.name, c.level) == (name, level), within, since)

    def of(self, name: str, since: int = 0) -> list[PinChange]:
        return [c for c in self.changes[since:] if c.name == name]

    def close(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()
        self._thread.join(10)

    def __enter__(self) -> ControlSocket:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Board:
    """The `ouro-board` process and its folder (its flash): both survive a restart of the other."""

    def __init__(self, registry: Registry, program: Path, folder: Path, app: Path, profile: str = "intercom"):
        self.folder = folder
        argv = [str(program), "--dir", str(folder), "--board", profile, "--app", str(app)]
        self.process = registry.add(Process("ouro-board", argv, folder.parent.parent / f"{folder.name}.log"))

    def start(self) -> None:
        self.process.start()
        eventually(self._is_mine, 20, "the virtual board answers on its control socket", every=0.02)

    def _is_mine(self) -> bool:
        """True when board.json and the socket belong to this process, not to one that was killed."""
        assert self.process.alive, f"ouro-board ended: {self.process.tail()}"
        if self.about["pid"] != self.process.pid:
            return False
        with self.control() as control:
            return bool(control.ask("info"))

    @property
    def about(self) -> dict[str, object]:
        return json.loads((self.folder / "board.json").read_text())

    @property
    def uid(self) -> str:
        return str(self.about["uid"])

    @property
    def console(self) -> Path:
        """The pty of UART0."""
        return self.folder / "uart0"

    def control(self) -> ControlSocket:
        return ControlSocket(self.folder / "control.sock")

    def watch(self) -> ControlSocket:
        """A connection that records pins; the levels of now are in `changes` already."""
        control = self.control()
        control.ask("watch")
        control.ask("info")  # answered in order: the levels of now have been said by then
        return control

    def ring(self, ms: int = 200) -> None:
        with self.control() as control:
            control.ask("press", CALL, ms)

    def level(self, name: str) -> int:
        with self.control() as control:
            return int(str(control.ask("read", name)))
