# SPDX-License-Identifier: Apache-2.0
"""One app on each kind of board that knows `ha`; all of them speak the link on a serial line."""

from __future__ import annotations

import atexit
import functools
import itertools
import json
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mpremote.romfs import make_romfs
from parts.board import Board
from parts.processes import Registry
from parts.qemu_board import QemuBoard

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
from make_mpy import make  # noqa: E402

BIN = Path(os.environ.get("OURO_BIN_DIR", ROOT / "build/dev/bin"))
# `uart` is MicroPython on an emulated chip with the heap of an ESP8266; circuitpython is an imitation.
RUNTIMES = ("native", "micropython", "uart", "cpython", "circuitpython")
CIRCUITPYTHON = Path(__file__).parent / "circuitpython/start.py"
MPY_CROSS = BIN.parent / "micropython/mpy-cross/mpy-cross"
_SETTINGS = {"HA_ID": "c0ffee01", "HA_NAME": "Board", "HA_LINK": "serial"}
_FRAME = re.compile(rb"\x1e(\[[^\x00-\x1f]*\])\n")
# Where a message has its time; what is left out says the same on every board.
_TIME = {"state": 3, "event": 4, "log": 3, "output": 3}

Message = list[Any]


class Device:
    """A board with one app: `tell` is the hub, `heard` what the board says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.printed = b""  # what is no frame
        self._bytes = b""
        self._messages: list[Message] = []
        self._ids = itertools.count(1)

    def _read(self, size: int) -> bytes:
        raise NotImplementedError

    def _write(self, data: bytes) -> None:
        raise NotImplementedError

    def _source(self) -> int:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def tell(self, *message: Any) -> None:
        self.send(b"\x1e" + json.dumps(message, ensure_ascii=False).encode() + b"\n")

    def send(self, data: bytes) -> None:
        self._write(data)

    def greet(self) -> None:
        """A hub attaches."""
        self.tell("who")
        self.tell("up", int(time.time() * 1000))
        self.wait("decl")

    def command(self, entity: str, value: object, cmd_id: str | None = None, *more: int) -> str:
        cmd_id = cmd_id or f"t-{next(self._ids)}"
        self.tell("set", entity, value, cmd_id, *(more or (5000,)))
        return cmd_id

    def end_of(self, cmd_id: str, within: float = 5) -> tuple[bool, str]:
        """How a command ended."""
        message = self.wait("done", lambda m: m[1] == cmd_id, within)
        return message[2], message[3]

    def asked(self) -> bytes:
        """The line that the app's button "Say" prints, once the app has said all that it says by itself."""
        before = -1
        while before < len(self.printed):
            before = len(self.printed)
            self.run_for(0.1)
        assert self.end_of(self.command("say", "PRESS")) == (True, "")
        while b"\n" not in self.printed[before:]:
            self._take(1)
        return self.printed[before:].split(b"\n")[0].rstrip(b"\r")

    def heard(self, word: str) -> list[Message]:
        """Every message of that word so far, without the word and without times."""
        self._take(0)
        return [_without_time(m) for m in self._messages if m[0] == word]

    def states(self, entity: str) -> list[object]:
        return [value for id, value in self.heard("state") if id == entity]

    def wait(self, word: str, found=lambda message: True, within: float = 5) -> Message:
        end = time.monotonic() + within
        while True:
            for message in self._messages:
                if message[0] == word and found(message):
                    return message
            left = end - time.monotonic()
            assert left > 0, f"no {word} in {within:g} s; heard {self._messages[-8:]}; printed {self.printed[-800:]!r}"
            self._take(left)

    def wait_state(self, entity: str, value: object, within: float = 5) -> None:
        self.wait("state", lambda m: m[1] == entity and m[2] == value and type(m[2]) is type(value), within)

    def wait_states(self, entity: str, *values: object, within: float = 5) -> None:
        """Until these are the last that it said of itself."""
        end = time.monotonic() + within
        while self.states(entity)[-len(values) :] != list(values):
            left = end - time.monotonic()
            assert left > 0, f"{entity} is not {values} in {within:g} s, but {self.states(entity)}"
            self._take(min(left, 0.1))

    def run_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._take(left)

    def wait_printed(self, text: bytes, within: float = 5) -> None:
        end = time.monotonic() + within
        while text not in self.printed:
            left = end - time.monotonic()
            assert left > 0, f"{text!r} was not printed in {within:g} s, but {self.printed[-800:]!r}"
            self._take(left)

    def forget(self) -> None:
        self._take(0)
        self._messages.clear()

    def _take(self, within: float) -> None:
        ready, _, _ = select.select([self._source()], [], [], within)
        if not ready:
            return
        data = self._read(65536)
        assert data, f"the program has ended; printed {self.printed[-2000:]!r}"
        self._bytes += data
        while frame := _FRAME.search(self._bytes):
            assert frame.end() - frame.start() <= 1024, "a frame is longer than the link allows"
            self._messages.append(json.loads(frame[1]))
            self.printed += self._bytes[: frame.start()]
            self._bytes = self._bytes[frame.end() :]
        if b"\x1e" not in self._bytes:
            self.printed += self._bytes
            self._bytes = b""


class PortDevice(Device):
    """One whose serial port is a terminal, open as `_port`."""

    _port: int

    def _source(self) -> int:
        return self._port

    def _read(self, size: int) -> bytes:
        return os.read(self._port, size)

    def _write(self, data: bytes) -> None:
        os.write(self._port, data)


class NativeDevice(PortDevice):
    """Our firmware, as a virtual board."""

    _serial = itertools.count(1)

    def __init__(self, folder: Path, app: Path, registry: Registry) -> None:
        Device.__init__(self, folder)
        # A Unix socket's path has room for 108 bytes.
        self._home = Path(f"/tmp/ouro-conf-{os.getpid()}-{next(self._serial)}")
        (self._home / "boards").mkdir(parents=True)
        self._mark = registry.mark()
        self._registry = registry
        board = Board(registry, BIN / "ouro-board", self._home / "boards" / "b", app)
        board.start()
        self._port = os.open(board.console, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._port)

    def close(self) -> None:
        os.close(self._port)
        self._registry.end(self._mark)
        shutil.rmtree(self._home, ignore_errors=True)


class PythonDevice(Device):
    """The same Python on an interpreter that we did not write."""

    def __init__(
        self, folder: Path, app: Path, interpreter: list[str], path_name: str, path_start: str, machine: str = "desktop"
    ) -> None:
        Device.__init__(self, folder)
        path = os.pathsep.join([*([path_start] if path_start else []), f"{ROOT}/python", f"{ROOT}/python/{machine}"])
        env = {**os.environ, path_name: path, **_SETTINGS}
        env.pop("OURO_PINS", None)
        self._child = subprocess.Popen(
            interpreter, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=app, env=env, bufsize=0
        )

    def _source(self) -> int:
        assert self._child.stdout
        return self._child.stdout.fileno()

    def _read(self, size: int) -> bytes:
        return os.read(self._source(), size)

    def _write(self, data: bytes) -> None:
        assert self._child.stdin
        self._child.stdin.write(data)

    def close(self) -> None:
        self._child.kill()
        self._child.wait(10)
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe:
                pipe.close()


class UartDevice(PortDevice):
    """The same Python in the ROMFS of a chip, the app on its disk."""

    def __init__(self, folder: Path, app: Path) -> None:
        Device.__init__(self, folder)
        (app / "main.py").write_text("import app\n")
        (app / "settings.toml").write_text("".join(f'{key} = "{value}"\n' for key, value in _SETTINGS.items()))
        self._board = QemuBoard(pty=True, romfs=_romfs_of_ha())
        put = [str(BIN / "ouro"), "fs", "put", "-r", f"{app}/.", ":"]
        env = {**os.environ, "OURO_BOARD": self._board.address, "OURO_DATA": "/nonexistent"}
        subprocess.run(put, env=env, check=True, capture_output=True, timeout=60)
        self._port = os.open(self._board.address, os.O_RDWR | os.O_NOCTTY)
        self._write(b"\x04")  # a soft reset: main.py runs
        self._forget_printed(b"MPY: soft reboot\r\n")

    def _forget_printed(self, end: bytes) -> None:
        """What was printed up to there is the prompt's, not the app's."""
        deadline = time.monotonic() + 10
        while end not in self.printed:
            assert time.monotonic() < deadline, f"the board does not start its app; it said {self.printed!r}"
            self._take(1)
        self.printed = self.printed.split(end, 1)[1]

    def close(self) -> None:
        os.close(self._port)
        self._board.close()


@functools.cache
def _romfs_of_ha() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ouro-romfs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make(str(MPY_CROSS), folder / "rom")
    (folder / "image").write_bytes(make_romfs(str(folder / "rom"), mpy_cross=None))
    return folder / "image"


Start = Callable[..., Device]


def start(runtime: str, folder: Path, source: str, toml: str, registry: Registry) -> Device:
    app = folder / "app"
    app.mkdir()
    (app / "app.py").write_text(source)
    (app / "app.toml").write_text(toml)
    if runtime == "native":
        return NativeDevice(folder, app, registry)
    if runtime == "uart":
        return UartDevice(folder, app)
    if runtime == "cpython":
        return PythonDevice(folder, app, [sys.executable, "-u", "app.py"], "PYTHONPATH", "")
    program = [str(BIN / "unix-board"), "-X", "heapsize=256k"]
    if runtime == "circuitpython":
        return PythonDevice(folder, app, [*program, str(CIRCUITPYTHON)], "MICROPYPATH", ".frozen", "circuitpython")
    return PythonDevice(folder, app, [*program, "app.py"], "MICROPYPATH", ".frozen")


def _without_time(message: Message) -> Message:
    at = _TIME.get(message[0])
    return [part for i, part in enumerate(message) if i not in (0, at)]
