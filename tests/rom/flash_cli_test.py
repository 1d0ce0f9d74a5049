# SPDX-License-Identifier: Apache-2.0
"""`ouro flash` and the commands with esptool's names, against fake boards behind real ports."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import BIN
from images import BOOTLOADER, firmware

PORT_VARIABLES = {"ESPTOOL_PORT", "ESPTOOL_BAUD", "ESPTOOL_CHIP", "OURO_PORT", "OURO_BOARD"}


def ouro(*words: Any, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in PORT_VARIABLES}
    command = [BIN / "ouro", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False,
                          env=kept | environment, stdin=subprocess.DEVNULL)  # fmt: skip


def lines(done: subprocess.CompletedProcess[str], kind: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, done.stdout.splitlines()) if line["type"] == kind]


@pytest.fixture
def tty(tmp_path: Path) -> str:
    return str(tmp_path / "tty")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "firmware.bin"
    path.write_bytes(firmware("esp8266", 100_000))
    return path


# One command, either firmware; and what now runs is said, and on which board.
@pytest.mark.parametrize(
    ("chip", "banner", "said", "kind"),
    [
        ("esp8266", "Adafruit CircuitPython 3.1.1 on 2018-11-02; Feather HUZZAH with ESP8266", "CircuitPython 3.1.1",
         "Feather HUZZAH with ESP8266"),
        ("esp32", "MicroPython v1.25.0 on 2025-04-15; Generic ESP32 module with ESP32", "MicroPython 1.25.0",
         "Generic ESP32 module with ESP32"),
    ],
)  # fmt: skip
def test_row_1_4_and_1_13_flash_ends_with_what_now_runs(
    board, tmp_path: Path, chip: str, banner: str, said: str, kind: str
) -> None:
    image = tmp_path / "firmware.bin"
    image.write_bytes(firmware(chip, 100_000))
    fake = board("--chip", chip, "--instant", "--banner", banner + "\r\n>>> ")
    done = ouro("flash", fake.port, "--firmware", image)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith(f"{said} runs on ") and done.stdout.endswith(f"{kind}\n")
    offset = BOOTLOADER.get(chip, 0)
    flash = fake.stop()
    assert flash[offset + 4 : offset + 100_000] == image.read_bytes().ljust(100_000, b"\xff")[4:]


# What a raw module needs is found by itself, and said.
def test_row_1_12_and_2_20_a_raw_module_is_tried_again_with_dio(board, tmp_path: Path) -> None:
    image = tmp_path / "firmware.bin"
    content = bytearray(firmware("esp8266", 60_000))
    content[2] = 0  # qio
    image.write_bytes(content)
    fake = board("--chip", "esp8266", "--instant", "--dio-only")
    done = ouro("flash", fake.port, "--firmware", image, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    (result,) = lines(done, "result")
    assert result["profile"] == "raw-module" and result["runs"] == "MicroPython" and result["verified"]
    assert fake.stop()[2] == 2


def test_row_1_12_a_module_that_neither_profile_starts_is_told_so(board, tmp_path: Path) -> None:
    image = tmp_path / "firmware.bin"
    image.write_bytes(firmware("esp8266", 60_000))
    fake = board("--chip", "esp8266", "--instant", "--boot-mode", "7")
    done = ouro("flash", fake.port, "--firmware", image, "--connect-attempts", "1")
    assert done.returncode == 1
    assert "Neither the usual profile nor that of a raw module worked." in done.stderr
    assert "What to try: " in done.stderr
    fake.stop()


def test_row_1_11_write_flash_takes_esptools_words(board, image: Path, tty: str) -> None:
    fake = board("--chip", "esp8266", "--instant", "--download", "--pty", tty)
    words = ["--before", "no_reset", "--after", "no_reset", "-fm", "dio", "--flash_size=detect", "0", image]
    done = ouro("write_flash", *words, ESPTOOL_PORT=tty, ESPTOOL_BAUD="115200")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "MD5" in done.stdout
    flash = fake.stop()
    assert flash[4:100_000] == image.read_bytes()[4:]
    assert flash[2] == 2 and flash[3] >> 4 == 4


def test_an_unchanged_image_is_not_written_again(board, image: Path, tty: str) -> None:
    fake = board("--chip", "esp8266", "--instant", "--download", "--pty", tty)
    words = ["--before", "no-reset", "--after", "no-reset", "-b", "115200", "-p", tty, "--json", "0", image]
    first = ouro("write-flash", *words)
    assert first.returncode == 0, first.stdout + first.stderr
    assert lines(first, "written")[0]["written"] == 100_000
    second = ouro("write-flash", *words)
    (written,) = lines(second, "written")
    assert written["written"] == 0 and written["unchanged"] == 100_000 and written["verified"]
    fake.stop()


def test_row_1_10_flash_is_read_and_erased_when_somebody_means_it(board, tmp_path: Path, tty: str) -> None:
    content = bytes(range(256)) * 300
    (tmp_path / "flash.bin").write_bytes(content)
    fake = board("--chip", "esp32c3", "--instant", "--download", "--pty", tty)
    port = ["--before", "no-reset", "--after", "no-reset", "-b", "115200", "-p", tty]
    out = tmp_path / "read.bin"
    done = ouro("read-flash", *port, "0x100", "0x12000", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert out.read_bytes() == content[0x100:0x12100]
    done = ouro("erase-region", *port, "0x1000", "0x2000")
    assert done.returncode == 0, done.stdout + done.stderr
    refused = ouro("erase-flash", *port)
    assert refused.returncode == 5 and "--yes" in refused.stderr
    assert ouro("read-flash", *port, "0", "0x4000", out).returncode == 0
    assert out.read_bytes() == content[:0x1000] + b"\xff" * 0x2000 + content[0x3000:0x4000]
    done = ouro("erase_flash", *port, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(fake.stop()) == {0xFF}


def test_a_board_says_who_it_is(board, tty: str) -> None:
    fake = board("--chip", "esp32s3", "--instant", "--download", "--pty", tty, "--flash-mib", "8")
    port = ["--before", "no-reset", "--after", "no-reset", "-b", "115200", "-p", tty]
    assert "8MB" in ouro("flash-id", *port).stdout
    assert "ESP32-S3" in ouro("chip_id", *port).stdout
    done = ouro("read-mac", *port, "--json")
    (about,) = lines(done, "board")
    assert about["mac"] == "24:0a:c4:12:34:56" and about["chip"] == "ESP32-S3" and about["flash_size"] == 8 << 20
    wrong = ouro("chip-id", *port, "--chip", "esp32")
    assert wrong.returncode == 5 and "this is an ESP32-S3, not an ESP32" in wrong.stderr
    fake.stop()


@pytest.mark.parametrize("address", ["ws://board.local", "http://board.local"])
def test_an_address_that_reaches_python_alone_is_refused_at_once(image: Path, address: str) -> None:
    done = ouro("flash", address, "--firmware", image, timeout=5)
    assert done.returncode == 5 and "its bootloader only a serial port" in done.stderr
    assert "raw module" not in done.stderr


def test_a_chip_that_can_not_be_flashed_yet_is_named(tmp_path: Path) -> None:
    wrong = ouro("chip-id", "--chip", "esp32-c5")
    assert wrong.returncode == 5 and "ESP32-C5 can't be flashed from here yet" in wrong.stderr
    file = tmp_path / "p4.bin"
    content = bytearray(firmware("esp32c3", 100_000))
    content[12] = 18
    file.write_bytes(content)
    done = ouro("flash", "nowhere", "--firmware", file)
    assert done.returncode == 5 and "is for ESP32-P4" in done.stderr


def test_a_damaged_file_is_refused_before_the_port_is_opened(image: Path) -> None:
    content = bytearray(image.read_bytes())
    content[50_000] ^= 1
    image.write_bytes(content)
    done = ouro("flash", "/dev/there_is_no_such_port", "--firmware", image)
    assert done.returncode == 5
    assert "damaged" in done.stderr and "Fetch the file again" in done.stderr


def test_what_is_no_firmware_is_refused_before_the_port_is_opened(tmp_path: Path) -> None:
    page = tmp_path / "firmware.bin"
    page.write_text("<html>404</html>")
    done = ouro("flash", "nowhere", "-f", str(page))
    assert done.returncode == 5
    assert "is no firmware but a web page" in done.stderr and "ouro firmware list" in done.stderr


def test_image_info_says_what_a_file_is(image: Path, tmp_path: Path) -> None:
    done = ouro("image-info", image)
    assert done.returncode == 0 and "MicroPython or CircuitPython for ESP8266, 100000 bytes, intact" in done.stdout
    image.write_bytes(image.read_bytes()[:-100])
    done = ouro("image_info", image, "--json")
    assert done.returncode == 1
    (about,) = lines(done, "image")
    assert not about["intact"] and "cut off" in about["problem"]
    page = tmp_path / "page.bin"
    page.write_text("<html>404</html>")
    done = ouro("image-info", page)
    assert done.returncode == 1 and "a web page" in done.stderr


def test_row_1_10_a_busy_port_is_named_with_its_holder(board, image: Path, tty: str) -> None:
    fake = board("--chip", "esp8266", "--instant", "--pty", tty)
    holder = subprocess.Popen(["flock", tty, "sleep", "60"])
    try:
        for _ in range(100):
            if subprocess.run(["flock", "-n", tty, "true"], check=False).returncode != 0:
                break
        done = ouro("erase-flash", "--yes", "-p", tty)
        assert done.returncode == 5, done.stderr
        assert re.search(r"held by \w+ \(pid \d+\)", done.stderr)
    finally:
        holder.kill()
        holder.wait()
    fake.stop()


def test_nobody_there_is_told_with_what_to_try(board, tty: str) -> None:
    fake = board("--chip", "esp32", "--instant", "--pty", tty)
    done = ouro("chip-id", "-p", tty, "--connect-attempts", "1")
    assert done.returncode == 1
    assert "hold BOOT" in done.stderr and "no lines that reset it" in done.stderr
    fake.stop()


def test_row_1_5_what_a_wrong_strap_does_is_read_at_the_esp8266s_own_rate(board) -> None:
    fake = board("--chip", "esp8266", "--boot-mode", "7")
    done = ouro("chip-id", "-p", fake.port, "--connect-attempts", "1")
    assert done.returncode == 1
    assert "rst cause:2, boot mode:(7,6)" in done.stderr and "GPIO15" in done.stderr
    fake.stop()


def test_repl_shows_an_esp8266s_boot_log_at_its_rate(board, tty: str) -> None:
    fake = board("--chip", "esp8266", "--pty", tty)
    command = [BIN / "ouro", "repl", "--baud", "74880", tty]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as repl:
        assert repl.stderr and b"Connected" in repl.stderr.readline()
        fake.move_lines(tty, "01", "00")
        assert repl.stdout
        assert b"ets Jan  8 2013" in repl.stdout.readline() + repl.stdout.readline()
        repl.communicate(b"\x1d", timeout=10)
    fake.stop()


def test_ctrl_c_ends_it_and_nothing_else_is_tried(board, image: Path) -> None:
    fake = board("--chip", "esp8266", "--instant", "--no-lines")
    command = [BIN / "ouro", "flash", fake.port, "-f", image, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as flashing:
        assert flashing.stdout
        assert any(json.loads(line).get("phase") == "connect" for line in flashing.stdout)
        flashing.send_signal(signal.SIGINT)
        said, complaints = flashing.communicate(timeout=20)
    assert flashing.returncode == 1 and "stopped, as you asked" in complaints
    assert "raw module" not in said + complaints
    fake.stop()
