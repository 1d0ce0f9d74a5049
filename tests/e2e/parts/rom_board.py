# SPDX-License-Identifier: Apache-2.0
"""A chip in its bootloader behind a serial server (tests/rom/fake_rom.cpp) that can be unplugged and comes back."""

from __future__ import annotations

from pathlib import Path

from parts.processes import Process, Registry, free_port
from parts.waiting import eventually


class RomBoard:
    """`address` stays the same, and so does what is in its flash."""

    def __init__(self, registry: Registry, program: Path, folder: Path, chip: str = "esp8266", *words: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self.address = f"rfc2217://127.0.0.1:{port}"
        self.flash = folder / "flash.bin"
        self._log = folder / "rom.log"
        argv = [str(program), "--chip", chip, "--port", str(port), "--flash", str(self.flash),
                "--reset-rise-ms", "5", *words]  # fmt: skip
        self._process = registry.add(Process(f"rom {folder.name}", argv, self._log))

    def plug_in(self) -> None:
        said = len(self._log.read_text()) if self._log.exists() else 0
        self._process.start()
        eventually(lambda: len(self._log.read_text()) > said, 10, "the chip is there")

    def unplug(self) -> None:
        self._process.terminate()
