# SPDX-License-Identifier: Apache-2.0
"""`ouro write-flash` and esptool's, turn by turn, on a line with a rate and a flash with erase and program times.

usage: bench/flash.py BIN_DIR [RATE …]
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/rom"))
from images import BOOTLOADER, firmware

IMAGES = {"esp8266": 614_400, "esp32": 1_700_000}
RATES = [115200, 460800, 921600]
CHANGED = 0.01
SECTOR = 0x1000


@dataclass
class Ours:
    seconds: float  # of the whole command
    writing: float  # from the first byte of the image to the proof
    sent: int


class Board:
    """A stand-in in its bootloader, behind a pseudo terminal."""

    def __init__(self, bin_dir: Path, folder: Path, chip: str):
        self.tty = folder / "tty"
        self.chip = chip
        command = [bin_dir / "fake_rom", "--chip", chip, "--download", "--pty", self.tty]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout and self.process.stdout.readline()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


def run_ours(bin_dir: Path, board: Board, rate: int, image: Path) -> Ours:
    offset = hex(BOOTLOADER.get(board.chip, 0))
    command = [bin_dir / "ouro", "write-flash", "-p", board.tty, "-b", str(rate), "--before", "no-reset", "--after",
               "no-reset", "--json", offset, image]  # fmt: skip
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    writing = begin
    sent = 0
    for line in process.stdout:
        said = json.loads(line)
        if said["type"] == "step" and said["text"].startswith("Write "):
            writing = time.monotonic()
        if said["type"] == "written":
            assert said["verified"]
            sent = said["sent"]
    end = time.monotonic()
    assert process.wait() == 0
    return Ours(end - begin, end - writing, sent)


def run_esptool(board: Board, rate: int, image: Path) -> float:
    offset = hex(BOOTLOADER.get(board.chip, 0))
    command = [sys.executable, "-m", "esptool", "--chip", board.chip, "--port", board.tty, "--baud", str(rate),
               "--before", "no-reset", "--after", "no-reset", "write-flash", offset, image]  # fmt: skip
    begin = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begin


def changed(content: bytes) -> bytes:
    """One sector in a hundred of the program is another, and all sums are right again."""
    program = 0x10000 - BOOTLOADER["esp32"]
    copy = bytearray(content[:-32])
    sectors = (len(copy) - program) // SECTOR - 1
    for i in range(max(1, int(sectors * CHANGED))):
        sector = program + (1 + i * 97 % sectors) * SECTOR
        for byte in (sector + 100, sector + 200):  # twice, so that the checksum stays
            copy[byte] ^= 0xFF
    return bytes(copy) + hashlib.sha256(copy[program:]).digest()


def compare(bin_dir: Path, folder: Path, chip: str, rate: int, image: Path) -> tuple[Ours, float]:
    board = Board(bin_dir, folder, chip)
    ours = run_ours(bin_dir, board, rate, image)
    board.end()
    board = Board(bin_dir, folder, chip)
    theirs = run_esptool(board, rate, image)
    board.end()
    wire = ours.sent * 10 / rate / ours.writing
    print(f"{chip:8} {rate:7} baud: ours {ours.seconds:6.1f} s ({wire:.3f} of the wire), esptool {theirs:6.1f} s")
    return ours, theirs


def again(bin_dir: Path, folder: Path, image: Path) -> tuple[float, float]:
    """How many times faster one changed sector in a hundred is, and the seconds that an unchanged image takes."""
    board = Board(bin_dir, folder, "esp32")
    first = run_ours(bin_dir, board, 115200, image)
    unchanged = run_ours(bin_dir, board, 115200, image)
    other = folder / "changed.bin"
    other.write_bytes(changed(image.read_bytes()))
    few = run_ours(bin_dir, board, 115200, other)
    board.end()
    print(
        f"esp32    again at 115200 baud: all of it {first.seconds:.1f} s, one sector in a hundred {few.seconds:.1f} s,"
    )
    print(f"         nothing changed {unchanged.seconds:.2f} s")
    return first.seconds / few.seconds, unchanged.seconds


def main() -> None:
    bin_dir = Path(sys.argv[1]).resolve()
    rates = [int(rate) for rate in sys.argv[2:]] or RATES
    ratios: dict[int, float] = {}
    wire = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rate in rates:
            ours_total = theirs_total = 0.0
            for chip, size in IMAGES.items():
                image = folder / f"{chip}.bin"
                image.write_bytes(firmware(chip, size))
                ours, theirs = compare(bin_dir, folder, chip, rate, image)
                ours_total += ours.seconds
                theirs_total += theirs
                if rate == RATES[0]:
                    share = ours.sent * 10 / rate / ours.writing
                    wire = share if wire == 0 else min(wire, share)
            ratios[rate] = theirs_total / ours_total
        faster, unchanged = again(bin_dir, folder, folder / "esp32.bin")
    words = [f"wire_115200={wire:.3f}"]
    words += [f"esptool_over_ours_{rate}={ratio:.2f}" for rate, ratio in ratios.items()]
    print("flash:", *words, f"changed_1pct={faster:.1f}", f"unchanged_s={unchanged:.2f}")


main()
