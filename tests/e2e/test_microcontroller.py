# SPDX-License-Identifier: Apache-2.0
"""The badge's image on an emulated microcontroller, in the hub's folder of boards: to the hub it is a virtual board."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, House, temporary_house
from parts.board import Board
from parts.waiting import eventually

IMAGE = Path(os.environ.get("OURO_AN521_IMAGE", ROOT / "build/an521/bin/ouro-an521.elf"))
RUNNER = ROOT / "firmware/ports/mps2_an521/qemu.py"
PNG = b"\x89PNG\r\n\x1a\n"

APP = """\
import ha
from badge import display

lamp = ha.switch("Lamp")


@ha.sensor("Room", "°C", every=1)
def room():
    return 21.5


@lamp
def set_lamp(on):
    display.clear(display.rgb(255, 0, 0) if on else 0)
    display.show()


ha.run()
"""


class Emulated(Board):
    """Started by the emulator's runner; the rest is a virtual board's."""

    def __init__(self, house: House, *options: str):
        super().__init__(house.registry, RUNNER, house.boards / "mcu", Path("/"))
        self.process.argv = [sys.executable, str(RUNNER), "--dir", str(self.folder), "--image", str(IMAGE), *options]

    def install(self, name: str, source: Path) -> None:
        """Puts an app on the board's flash, as anybody would with a tool that knows nothing of us."""
        words = ["fs", "mkdir", ":pyapps", "+", "fs", "mkdir", f":pyapps/{name}"]
        words += ["+", "fs", "cp", str(source), f":pyapps/{name}/app.py"]
        tool = Path(sys.executable).with_name("mpremote")
        argv = [str(tool), "connect", str(self.console), *words]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


def screen(house: House) -> bytes:
    return house.hub.request("GET", f"/api/boards/{house.board.uid}/screen.png").content


def control(house: House, *words: object) -> list[object]:
    answer = house.hub.request("POST", f"/api/boards/{house.board.uid}/control", list(words))
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if not IMAGE.exists():
        pytest.fail(f"{IMAGE} is not built; try ./dev build an521, or set OURO_AN521_IMAGE", pytrace=False)
    app = tmp_path_factory.mktemp("apps") / "app.py"
    app.write_text(APP)
    with temporary_house() as house:
        house.add_broker()
        house.boards.mkdir(exist_ok=True)
        house.board = Emulated(house)
        house.board.start()
        house.board.install("room", app)
        house.board.process.terminate()
        house.board = Emulated(house, "--app", "room")
        house.add_hub()
        house.start_all()
        yield house


def test_the_hub_shows_the_board_its_entities_and_what_they_say(emulated: House) -> None:
    board = emulated.hub.board(emulated.board.uid)
    assert (board["profile"], board["app"]) == ("badge", "room")
    assert {(entity["id"], entity["kind"]) for entity in board["entities"]} == {("room", "sensor"), ("lamp", "switch")}
    eventually(
        lambda: emulated.hub.board(emulated.board.uid)["states"].get("room", {}).get("value") == 21.5,
        20,
        "the room's temperature is known",
    )


def test_a_command_from_the_hub_is_seen_on_the_board_s_screen(emulated: House) -> None:
    eventually(lambda: screen(emulated).startswith(PNG), 20, "the badge's screen is there")
    before = screen(emulated)
    assert struct.unpack(">II", before[16:24]) == (320, 170)
    done = emulated.hub.set(emulated.board.uid, "lamp", True, wait=True, ttl_ms=20_000)
    assert done.json()["outcome"] == "done", done.text
    eventually(lambda: screen(emulated) != before, 20, "the screen has changed")


def test_requests_reach_the_board_while_the_hub_watches_its_face(emulated: House) -> None:
    eventually(lambda: screen(emulated).startswith(PNG), 20, "the badge's screen is there")
    assert control(emulated, "read", "a") == ["ok", 1]
    assert control(emulated, "hold", "a") == ["ok"]
    assert control(emulated, "read", "a") == ["ok", 0]
    assert control(emulated, "release", "a") == ["ok"]
