# SPDX-License-Identifier: Apache-2.0
"""A chip with Espressif's bootloader (tests/rom/fake_rom.cpp) that runs MicroPython once its flash holds firmware."""

from __future__ import annotations

import shlex
import socket
import subprocess
from pathlib import Path

from parts.processes import Process, Registry
from parts.waiting import eventually

_LINES = Path(__file__).with_name("control_lines.c")
_START = "import unix_board; unix_board.start()"


class BareChip:
    """`device` is its serial port, `files` what lies in its file system. Its flash is empty at first."""

    def __init__(self, registry: Registry, rom: Path, micropython: Path, folder: Path, chip: str = "esp8266") -> None:
        self.files = folder / "files"
        self.pins = folder / "pins"
        self.files.mkdir(parents=True)
        self.pins.mkdir()
        self.device = str(folder / "tty")
        self._lines = f"{self.device}.lines"
        self._shim = folder / "control_lines.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self._shim, _LINES], check=True)
        program = shlex.join(["env", "-C", str(self.files), str(micropython), "-X", "heapsize=256k", "-c", _START])
        argv = [str(rom), "--chip", chip, "--pty", self.device, "--reset-rise-ms", "5", "--program", program]
        self._process = registry.add(Process("bare chip", argv, folder / "chip.log", {"OURO_PINS": str(self.pins)}))

    def start(self) -> None:
        self._process.start()
        eventually(lambda: Path(self._lines).exists(), 10, "the chip has its port")

    @property
    def lines(self) -> dict[str, str]:
        """With these variables a program's DTR and RTS reach the chip: a pseudo terminal alone has none."""
        return {"LD_PRELOAD": str(self._shim), "OURO_CONTROL_LINES": self._lines}

    def press_reset(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            for lines in (b"01", b"00"):
                out.sendto(lines, self._lines)
