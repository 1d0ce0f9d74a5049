# SPDX-License-Identifier: Apache-2.0
"""The page's flash dialog in Chromium, a real hub, and chips behind serial servers: web/e2e/flash.spec.ts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from conftest import ROOT, House, program, temporary_house
from parts.board import Board
from parts.rom_board import RomBoard
from parts.waiting import eventually

sys.path.append(str(ROOT / "tests/rom"))
from images import firmware

BANNER = "MicroPython v1.28.0 on 2026-04-06; {} with {}\r\n>>> "
BOARDS = {"esp8266": ("ESP module", "ESP8266"), "esp32": ("Generic ESP32 module", "ESP32")}


@pytest.fixture
def workshop() -> Iterator[tuple[House, dict[str, str]]]:
    """A hub with a virtual badge and an app to bring to it, chips to flash, and firmware for them."""
    with temporary_house() as house:
        house.add_broker().start()
        house.boards.mkdir()
        house.board = Board(house.registry, program("ouro-board"), house.boards / "badge", ROOT / "apps/hello", "badge")
        house.board.start()
        hub = house.add_hub()
        (house.folder / "firmware").mkdir()
        hub.process.env |= {
            "OURO_FIRMWARE_DIR": str(house.folder / "firmware"),
            "OURO_APPS_DIR": str(ROOT / "apps"),
        }
        hub.start()
        eventually(lambda: (b := hub.board(house.board.uid)) and b["online"], 20, "the badge is online")
        chips = {name: chip(house, name, "esp8266", "--instant") for name in ("quick", "keys", "phone")}
        chips |= {name: chip(house, name, "esp32") for name in ("slow", "stopped")}
        for kind, size in (("esp8266", 100_000), ("esp32", 600_000)):
            file = house.folder / f"firmware-{kind}.bin"
            file.write_bytes(firmware(kind, size))
            chips[kind] = str(file)
        yield house, chips


def chip(house: House, name: str, kind: str, *words: str) -> str:
    board = RomBoard(
        house.registry, program("fake_rom"), house.folder / name, kind, "--banner", BANNER.format(*BOARDS[kind]), *words
    )
    board.plug_in()
    return board.address


@pytest.mark.timeout(600)
def test_row_1_13_the_page_takes_a_bare_chip_to_a_prompt(workshop: tuple[House, dict[str, str]]) -> None:
    """Playwright says more than one line could: each of its tests is a person with a board in the hand."""
    house, chips = workshop
    address = f"{house.hub.url}/#token={house.hub.token}"
    run = subprocess.run(
        ["npm", "--prefix", str(ROOT / "web"), "run", "--silent", "e2e:flash"],
        capture_output=True,
        text=True,
        timeout=580,
        env={**os.environ, "OURO_URL": address, "OURO_CHIPS": json.dumps(chips)},
    )
    print(run.stdout[-20_000:])
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]
