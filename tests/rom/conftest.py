# SPDX-License-Identifier: Apache-2.0
"""A fake board for each test, and Espressif's esptool to flash it with."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

BIN = Path(os.environ.get("OURO_BIN_DIR", "build/dev/bin")).resolve()


class FakeBoard:
    """A running fake_rom; its flash is known once it has been stopped."""

    def __init__(self, folder: Path, *words: str):
        self.file = folder / "flash.bin"
        self.process = subprocess.Popen(
            [BIN / "fake_rom", "--flash", self.file, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        said = self.process.stdout.readline().strip()
        self.port = f"rfc2217://127.0.0.1:{said}" if said.isdigit() else words[words.index("--pty") + 1]

    def move_lines(self, tty: str, *moves: str) -> None:
        """DTR and RTS of a pseudo terminal, as two digits each time."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            for lines in moves:
                out.sendto(lines.encode(), f"{tty}.lines")

    def stop(self) -> bytes:
        """Its flash. Fails the test when a host did what no host should."""
        self.process.terminate()
        _, complaints = self.process.communicate(timeout=20)
        assert complaints == "" and self.process.returncode == 0, complaints
        return self.file.read_bytes()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Callable[..., FakeBoard]]:
    boards: list[FakeBoard] = []

    def start(*words: str) -> FakeBoard:
        boards.append(FakeBoard(tmp_path, *words))
        return boards[-1]

    yield start
    for one in boards:
        one.end()


def esptool(port: str, *words: Any, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "esptool", "--port", port, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
