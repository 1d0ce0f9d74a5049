# SPDX-License-Identifier: Apache-2.0
"""A board that we did not write, with a ROM partition: flash that is erased before it is written, kept in a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parts.paced_line import PacedLine
from parts.unix_board import UnixBoard

ROM_SIZE = 320 * 1024  # as an ESP8266's
SECTOR_SIZE = 4096


class Rom:
    """The partition. `kind` is "memory" (by rom_ioctl) or "object" (a device with blocks)."""

    def __init__(self, folder: Path, kind: str = "memory", size: int = ROM_SIZE, worn: int | None = None) -> None:
        self.path = folder / "rom.flash"
        self.path.write_bytes(b"\xff" * size)
        self.env = {"UNIX_BOARD_ROM": str(self.path), "UNIX_BOARD_ROM_KIND": kind}
        if worn is not None:
            self.env["UNIX_BOARD_ROM_WORN"] = str(worn)

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @content.setter
    def content(self, image: bytes) -> None:
        self.path.write_bytes(image + self.content[len(image) :])


@contextmanager
def romfs_board(program: Path, folder: Path, rom: Rom, **line: float | None) -> Iterator[PacedLine]:
    """The board, switched on; its files are in `folder`/board. `line` are words of PacedLine."""
    (folder / "board").mkdir(exist_ok=True)
    with (
        UnixBoard(program, folder / "board", env=rom.env) as board,
        PacedLine(board.line, **line) as paced,  # type: ignore[arg-type]
    ):
        yield paced
