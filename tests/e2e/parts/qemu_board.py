# SPDX-License-Identifier: Apache-2.0
"""A board that we did not write, with a UART and the heap of an ESP8266: MicroPython on QEMU's mps2-an385."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tty
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
IMAGE = ROOT / "build/an521/bin/qemu-board.elf"
_LEDS = 0x40028000
_ROMFS = 0x21100000


class QemuBoard:
    """`address` is its UART as TCP, as QEMU serves it; with `pty` it is a device instead, and `line` its open end.

    `romfs` is a file with what its ROMFS has from the start.
    """

    def __init__(self, pty: bool = False, romfs: Path | None = None) -> None:
        qemu = shutil.which("qemu-system-arm")
        if not qemu or not IMAGE.exists():
            pytest.fail(f"{IMAGE.name} and qemu-system-arm are needed: ./dev build an521", pytrace=False)
        self.line = -1
        if pty:
            board, self.line = os.openpty()
            tty.setraw(self.line)
            self.address = os.ttyname(self.line)
            # QEMU's own pty would look for people once a second only.
            uart = ["-add-fd", f"fd={board},set=1", "-chardev", "serial,id=uart,path=/dev/fdset/1"]
        else:
            listener = socket.create_server(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
            board = listener.detach()
            uart = ["-chardev", f"socket,id=uart,fd={board},server=on,wait=off"]
        loader = ["-device", f"loader,file={romfs},addr={_ROMFS:#x},force-raw=on"] if romfs else []
        self._monitor, monitor = socket.socketpair()
        self._qemu = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "KILL"),
                *(qemu, "-machine", "mps2-an385", "-semihosting", "-kernel", str(IMAGE), "-display", "none"),
                *("-chardev", f"socket,id=monitor,fd={monitor.fileno()}", "-mon", "chardev=monitor,mode=control"),
                *(*uart, "-serial", "chardev:uart", *loader),
            ],
            stdin=subprocess.DEVNULL,
            pass_fds=[board, monitor.fileno()],
        )
        os.close(board)
        monitor.close()
        self._answers = self._monitor.makefile()
        self._ask("qmp_capabilities")

    def led(self, number: int) -> bool:
        """Whether that pin is high, seen from outside: no program of the board is asked."""
        said = self._ask("human-monitor-command", **{"command-line": f"xp /1wx {_LEDS:#x}"})
        return bool(int(str(said).split(":")[1], 16) >> number & 1)

    def _ask(self, what: str, **arguments: str) -> object:
        self._monitor.sendall(json.dumps({"execute": what, "arguments": arguments}).encode())
        for line in self._answers:  # greetings and events besides
            answer = json.loads(line)
            assert "error" not in answer, answer
            if "return" in answer:
                return answer["return"]
        raise AssertionError("QEMU has ended")

    def close(self) -> None:
        self._qemu.kill()
        self._qemu.wait(5)
        self._answers.close()
        self._monitor.close()
        if self.line >= 0:
            os.close(self.line)

    def __enter__(self) -> QemuBoard:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
