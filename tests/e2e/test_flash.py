# SPDX-License-Identifier: Apache-2.0
"""From a bare chip to a device of the home: `ouro flash`, `ouro sync`, `ouro deploy`, and its topics at the broker."""

from __future__ import annotations

import json
import os
import re
import shlex
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT, House, program, temporary_house
from parts.bare_chip import BareChip
from parts.paced_line import PacedLine
from parts.unix_board import UnixBoard
from parts.usb import PICO_WITH_RESET, Usb
from parts.waiting import eventually

sys.path.append(str(ROOT / "tests/rom"))
from images import firmware

UID = "5ccf7f1234ab"
APP = """
import ha

warmth = ha.sensor("Warmth", "°C", device_class="temperature")
warmth.value = 21.5
ha.run()
"""


@dataclass
class Workshop:
    house: House
    chip: BareChip

    def run(self, *words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "OURO_DATA": "/nonexistent", **self.chip.lines}
        # A sanitizer wants to be loaded first; here the control lines are.
        env["ASAN_OPTIONS"] = f"{env.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0".lstrip(":")
        argv = [str(program("ouro")), *words]
        return subprocess.run(
            argv, capture_output=True, text=True, timeout=60, env=env, stdin=subprocess.DEVNULL, cwd=folder
        )

    def ok(self, *words: str, folder: Path | None = None) -> str:
        done = self.run(*words, folder=folder)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    with temporary_house() as house:
        chip = BareChip(house.registry, program("fake_rom"), program("unix-board"), house.folder / "chip")
        chip.start()
        yield Workshop(house, chip)


def stock_files(folder: Path, app: str) -> tuple[Path, Path]:
    """What a board with MicroPython as released is given: `ha`, its settings, the app."""
    app_folder = folder / "warmth"
    app_folder.mkdir()
    (app_folder / "app.py").write_text(app)
    settings = folder / "settings.toml"
    settings.write_text(f'HA_ID = "{UID}"\nHA_NAME = "Workshop"\n')
    return settings, app_folder


def test_row_1_13_a_bare_chip_becomes_a_device_of_the_home(workshop: Workshop, tmp_path: Path) -> None:
    house, chip = workshop.house, workshop.chip
    image = tmp_path / "firmware.bin"
    image.write_bytes(firmware("esp8266", 100_000))
    nothing = workshop.run("eval", "1", chip.device)
    assert nothing.returncode == 1, "an empty chip has no prompt"

    flashed = workshop.ok("flash", chip.device, "--firmware", str(image), "--json")
    result = next(line for line in map(json.loads, flashed.splitlines()) if line["type"] == "result")
    assert result["verified"] and result["runs"] == "MicroPython" and result["version"].startswith("1.")
    assert workshop.ok("eval", "6*7", chip.device) == "42\n"

    settings, app = stock_files(tmp_path, APP)
    workshop.ok("sync", str(ROOT / "python/ha"), ":ha", "--board", chip.device)
    workshop.ok("fs", "put", str(settings), str(ROOT / "python/desktop/machine.py"), ":", "--board", chip.device)
    workshop.ok("deploy", str(app), chip.device, "--health", "0.5")

    house.add_broker().start()
    house.add_hub(Usb(house.folder, os.path.realpath(chip.device))).start()
    house.hub.wait_online(UID)
    kept = lambda: house.access.retained("homeassistant/#", f"ouro/{UID}/#")  # noqa: E731
    state = f"ouro/{UID}/warmth/state"
    eventually(lambda: kept().get(state) == b"21.5", 10, "the value is at the broker")
    assert f"homeassistant/sensor/ouro_{UID}_warmth/config" in kept()

    boot = house.hub.board(UID)["boot"]
    chip.press_reset()
    eventually(lambda: house.hub.board(UID)["boot"] != boot, 20, "the app starts again by itself")
    house.hub.wait_online(UID)


def test_row_1_2_the_lines_of_the_first_page_bring_a_lamp_home(workshop: Workshop, tmp_path: Path) -> None:
    """As they stand there, but for the port's name, and for firmware that is not fetched."""
    house, chip = workshop.house, workshop.chip
    page = (ROOT / "README.md").read_text()
    (block,) = (block for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "ouro flash" in block)
    lines = [shlex.split(line, comments=True) for line in block.splitlines() if line.startswith("ouro ")]
    assert [line[1] for line in lines] == ["doctor", "ports", "flash", "new", "deploy"]
    image = tmp_path / "firmware.bin"
    image.write_bytes(firmware("esp8266", 100_000))
    names = {"/dev/ttyUSB0": chip.device, "esp32": str(image)}
    (chip.files / "machine.py").write_bytes((ROOT / "python/desktop/machine.py").read_bytes())  # Linux has none
    (chip.files / "settings.toml").write_text(f'HA_ID = "{UID}"\n')  # nor a number of its own
    for line in lines:
        done = workshop.run(*(names.get(word, word) for word in line[1:]), folder=tmp_path)
        assert done.returncode in ((0, 1) if line[1] == "doctor" else (0,)), f"{line}: {done.stdout}{done.stderr}"

    house.add_broker().start()
    house.add_hub(Usb(house.folder, os.path.realpath(chip.device))).start()
    house.hub.wait_online(UID)
    assert house.hub.set(UID, "lamp", True, wait=True).json()["outcome"] == "done"
    eventually(lambda: house.hub.board(UID)["states"]["lamp"]["value"] is True, 5, "the lamp is on")


def test_a_reset_in_the_middle_of_a_program_ends_it_at_once(workshop: Workshop, tmp_path: Path) -> None:
    chip = workshop.chip
    image = tmp_path / "firmware.bin"
    image.write_bytes(firmware("esp8266", 60_000))
    workshop.ok("flash", chip.device, "--firmware", str(image))
    beats = chip.files / "beats"
    (chip.files / "main.py").write_text("import time\nwhile True:\n open('beats', 'a').write('.')\n time.sleep(0.05)\n")
    chip.press_reset()
    eventually(beats.exists, 5, "main.py runs after a reset")
    ask = ["chip-id", "--port", chip.device, "--baud", "115200", "--after", "no-reset"]
    workshop.ok(*ask)
    held = beats.stat().st_size
    workshop.ok(*ask, "--before", "no-reset")
    assert beats.stat().st_size == held, "a chip in its bootloader runs no program"
    chip.press_reset()
    eventually(lambda: beats.stat().st_size > held, 5, "the program runs again")


DRIVE_OF_BOARD = """
def bootloader():
    import os
    os.mkdir({drive!r})
    with open({drive!r} + "/INFO_UF2.TXT", "w") as file:
        file.write("UF2 Bootloader v3.0\\r\\nModel: Raspberry Pi RP2\\r\\nBoard-ID: RPI-RP2\\r\\n")
    raise SystemExit
"""


def uf2_file(blocks: int) -> bytes:
    """For an RP2040."""
    pieces = []
    for number in range(blocks):
        words = (0x0A324655, 0x9E5D5157, 0x2000, 0x10000000 + 256 * number, 256, number, blocks, 0xE48BFF56)
        pieces.append(struct.pack("<8I", *words).ljust(508, bytes([number])) + struct.pack("<I", 0x0AB16F30))
    return b"".join(pieces)


def test_a_board_at_its_prompt_shows_its_drive_takes_a_uf2_and_says_what_runs(tmp_path: Path) -> None:
    files, drive, image = tmp_path / "board", tmp_path / "drive", tmp_path / "firmware.uf2"
    files.mkdir()
    (files / "machine.py").write_text(DRIVE_OF_BOARD.format(drive=str(drive)))
    image.write_bytes(uf2_file(20))
    with UnixBoard(program("unix-board"), files) as board, PacedLine(board.line) as line:
        words = ["flash", line.device, "--firmware", str(image), "--drive", str(drive), "--json"]
        done = subprocess.run([program("ouro"), *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (drive / "firmware.uf2").read_bytes() == image.read_bytes()
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["board"], result["runs"], result["port"]) == ("RPI-RP2", "MicroPython", line.device)
    assert result["version"].startswith("1.")


def test_a_program_of_the_pico_sdk_is_asked_for_its_drive_on_usb(tmp_path: Path) -> None:
    files, drive, image = tmp_path / "board", tmp_path / "drive", tmp_path / "firmware.uf2"
    files.mkdir()
    image.write_bytes(uf2_file(20))
    pico = ROOT / "tests/e2e/parts/pico_reset.c"
    # Whatever speaks there has no `machine`: it knows no way by itself, and the 1200-baud touch moves nothing.
    with UnixBoard(program("unix-board"), files) as board, PacedLine(board.line) as line:
        usb = Usb(tmp_path, line.device, PICO_WITH_RESET, pico)
        words = ["flash", "/dev/ttyACM0", "--firmware", str(image), "--drive", str(drive), "--json"]
        argv, env = usb.with_it([str(program("ouro")), *words])
        env = {**os.environ, **env, "OURO_BOOT_DRIVE": str(drive)}
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (drive / "firmware.uf2").read_bytes() == image.read_bytes()
    assert "1200" not in done.stdout


def test_a_damaged_uf2_leaves_the_board_at_its_prompt(tmp_path: Path) -> None:
    files, drive, image = tmp_path / "board", tmp_path / "drive", tmp_path / "firmware.uf2"
    files.mkdir()
    (files / "machine.py").write_text(DRIVE_OF_BOARD.format(drive=str(drive)))
    image.write_bytes(uf2_file(20)[:-512])
    with UnixBoard(program("unix-board"), files) as board, PacedLine(board.line) as line:
        words = ["flash", line.device, "--firmware", str(image), "--drive", str(drive)]
        done = subprocess.run([program("ouro"), *words], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "UF2" in done.stderr
    assert not drive.exists()
