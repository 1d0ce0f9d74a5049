# SPDX-License-Identifier: Apache-2.0
"""Espressif's own esptool works with the fake board as with a real one, so that tests of ours may believe it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import esptool
from images import BOOTLOADER, firmware

CHIPS = {"esp8266": "ESP8266", "esp32": "ESP32", "esp32c3": "ESP32-C3", "esp32s3": "ESP32-S3"}
# Over RFC 2217 pyserial takes a third of a second for each change of its timeout: most is tested over a pty.
IN_DOWNLOAD_MODE = ["--before", "no-reset", "--after", "no-reset"]


@pytest.mark.parametrize("stub", [True, False], ids=["stub", "rom"])
@pytest.mark.parametrize("chip", CHIPS)
def test_esptool_writes_and_verifies(board, tmp_path: Path, chip: str, stub: bool) -> None:
    image = tmp_path / "firmware.bin"
    size = 60_000 if chip == "esp8266" else 90_000
    image.write_bytes(firmware(chip, size))
    offset = BOOTLOADER.get(chip, 0)
    fake = board("--chip", chip, "--instant", "--download", "--pty", str(tmp_path / "tty"))
    words = [] if stub else ["--no-stub"]
    done = esptool(
        fake.port, "--chip", chip, *IN_DOWNLOAD_MODE, "--baud", "460800", *words, "write-flash", hex(offset), image
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert CHIPS[chip] in done.stdout
    assert ("Hash of data verified" in done.stdout) == (stub or chip != "esp8266")
    flash = fake.stop()
    assert flash[offset : offset + size] == image.read_bytes().ljust(size, b"\xff")


@pytest.mark.parametrize("chip", CHIPS)
def test_esptool_reads_and_erases(board, tmp_path: Path, chip: str) -> None:
    content = bytes(range(256)) * 64
    (tmp_path / "flash.bin").write_bytes(content)
    fake = board("--chip", chip, "--instant", "--download", "--pty", str(tmp_path / "tty"))
    out = tmp_path / "read.bin"
    for words, expected in [
        ([], content),
        (["erase-region", "0x1000", "0x2000"], content[:0x1000] + b"\xff" * 0x2000 + content[0x3000:]),
        (["erase-flash"], b"\xff" * len(content)),
    ]:
        if words:
            done = esptool(fake.port, *IN_DOWNLOAD_MODE, *words)
            assert done.returncode == 0, done.stdout + done.stderr
        done = esptool(fake.port, *IN_DOWNLOAD_MODE, "read-flash", "0", len(content), out)
        assert done.returncode == 0, done.stdout + done.stderr
        assert out.read_bytes() == expected
    assert set(fake.stop()) == {0xFF}


@pytest.mark.parametrize("chip", CHIPS)
def test_esptool_resets_a_board_and_knows_its_chip_its_mac_and_its_flash(board, chip: str) -> None:
    fake = board("--chip", chip, "--flash-mib", "16", "--instant")
    done = esptool(fake.port, "--no-stub", "flash-id")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "16MB" in done.stdout
    mac = "5c:cf:7f:12:34:ab" if chip == "esp8266" else "24:0a:c4:12:34:56"
    assert mac in done.stdout
    assert "Hard resetting" in done.stdout
    fake.stop()


@pytest.mark.parametrize("chip", ["esp32", "esp32s2", "esp32s3", "esp32c3", "esp32c2", "esp32c6", "esp32h2"])
def test_esptool_reads_the_same_revision_from_the_fuses(board, tmp_path: Path, chip: str) -> None:
    tty = str(tmp_path / "tty")
    fake = board("--chip", chip, "--instant", "--download", "--pty", tty, "--revision", "103")
    done = esptool(tty, *IN_DOWNLOAD_MODE, "--no-stub", "chip-id")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "revision v1.3" in done.stdout
    fake.stop()


def test_esptool_finds_an_esp32c2_with_the_smaller_crystal(board, tmp_path: Path) -> None:
    tty = str(tmp_path / "tty")
    fake = board("--chip", "esp32c2", "--instant", "--download", "--pty", tty, "--crystal", "26")
    done = esptool(tty, *IN_DOWNLOAD_MODE, "--no-stub", "--baud", "460800", "flash-id")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "26MHz" in done.stdout
    fake.stop()
