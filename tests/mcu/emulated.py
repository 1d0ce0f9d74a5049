# SPDX-License-Identifier: Apache-2.0
"""The microcontroller image in QEMU: its power switch, its console, and tools that know nothing of us."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import serial
from parts.board import ControlSocket
from parts.processes import Process, Registry
from parts.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
IMAGE = Path(os.environ.get("OURO_AN521_IMAGE", ROOT / "build/an521/bin/ouro-an521.elf"))
PROMPT = b">>> "


class Console:
    """A person at the serial port."""

    def __init__(self, path: Path):
        self._port = serial.Serial(str(path), timeout=0.05)
        self._heard = b""

    def type(self, text: str | bytes) -> None:
        self._port.write(text if isinstance(text, bytes) else text.encode())

    def wait_for(self, part: bytes, within: float = 10) -> bytes:
        """What was said up to `part` and with it; what follows is for the next call."""
        deadline = time.monotonic() + within
        while part not in self._heard:
            assert time.monotonic() < deadline, f"no {part!r} within {within:g} s; heard {self._heard[-600:]!r}"
            self._heard += self._port.read(max(1, self._port.in_waiting))
        end = self._heard.index(part) + len(part)
        said, self._heard = self._heard[:end], self._heard[end:]
        return said

    def prompt(self) -> None:
        """Gets the friendly prompt, whatever was going on."""
        self.type(b"\r\x03\x02")
        self.wait_for(b"\r\n" + PROMPT)
        time.sleep(0.1)  # what was typed ahead may bring another prompt
        self._port.reset_input_buffer()
        self._heard = b""

    def run(self, line: str, within: float = 10) -> str:
        """Types one line at the prompt; what it printed."""
        self.type(line + "\r")
        heard = self.wait_for(b"\r\n" + PROMPT, within).decode(errors="replace")
        return heard.split("\r\n", 1)[1].removesuffix(PROMPT.decode()).strip()

    def close(self) -> None:
        self._port.close()

    def __enter__(self) -> Console:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Emulated:
    """One board: a folder that is its flash, and the emulator on it."""

    def __init__(self, registry: Registry, folder: Path, *options: str):
        self.folder = folder
        runner = ROOT / "firmware/ports/mps2_an521/qemu.py"
        argv = [sys.executable, str(runner), "--dir", str(folder), "--image", str(IMAGE), *options]
        self.process = registry.add(Process("mps2-an521", argv, folder.with_suffix(".log")))

    def start(self) -> None:
        self.process.start()
        eventually(self._answers, 20, "the board answers on its panel", every=0.05)

    def _answers(self) -> bool:
        assert self.process.alive, f"QEMU ended: {self.process.tail()}"
        if self.about["pid"] != self.process.pid:
            return False
        with self.panel() as panel:
            return bool(panel.ask("info"))

    def power_off(self) -> None:
        self.process.terminate()

    @property
    def about(self) -> dict[str, object]:
        return json.loads((self.folder / "board.json").read_text())

    def panel(self) -> ControlSocket:
        return ControlSocket(self.folder / "control.sock")

    def console(self) -> Console:
        return Console(self.folder / "uart0")

    def mpremote(self, *words: str) -> str:
        return self._tool("mpremote", "connect", str(self.folder / "uart0"), *words)

    def ampy(self, *words: str) -> str:
        return self._tool("ampy", "--port", str(self.folder / "uart0"), *words)

    def _tool(self, name: str, *words: str) -> str:
        tool = Path(sys.executable).with_name(name)
        done = subprocess.run([str(tool), *words], capture_output=True, text=True, timeout=40)
        assert done.returncode == 0, f"{name} {' '.join(words)}: {done.stdout[-600:]} {done.stderr[-600:]}"
        return done.stdout
