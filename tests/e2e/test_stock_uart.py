# SPDX-License-Identifier: Apache-2.0
"""`ha` on an emulated chip with the heap of an ESP8266, in frames on its UART: what fits there serves a home."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import BIN, ROOT, House, program, temporary_house
from parts.paced_line import PacedLine
from parts.qemu_board import QemuBoard
from parts.usb import Usb
from parts.waiting import eventually

UID = "e6614c320b"
ENTITIES = 10
LAMP = 1
MAX_ON_S = 3
RESERVE_BYTES = 8_000  # what must be left for an app, of 38 KiB

APP = f"""\
import gc

import ha

seen = [0]
lamp = ha.switch("Lamp", pin=ha.output({LAMP}, max_on={MAX_ON_S}))
bell = ha.event("Bell", ["ring"])
for number in range({ENTITIES - 4}):
    ha.sensor("Spare %d" % number, "°C", device_class="temperature")


@ha.button("Ring")
def ring():
    bell.fire("ring")


@ha.sensor("Free memory", "B", every=0.5)
def free_memory():
    gc.collect()
    seen[0] ^= 1  # so that it is told each time
    return gc.mem_free() | seen[0]


ha.run()
"""


@dataclass
class UartHouse:
    house: House
    board: QemuBoard
    line: PacedLine

    def topic(self, entity: str, word: str) -> str:
        return f"ouro/{UID}/{entity}/{word}"

    def value(self, entity: str) -> object:
        return self.house.hub.board(UID)["states"].get(entity, {}).get("value")

    def switch(self, on: bool) -> None:
        done = self.house.hub.set(UID, "lamp", on, wait=True)
        assert done.json()["outcome"] == "done", done.text
        eventually(lambda: self.board.led(LAMP) == on, 2, f"the LED is {on}")

    def type_in(self, keys: bytes) -> None:
        """At the board itself, as from a second terminal."""
        os.write(self.board.line, keys)

    def start_again(self) -> None:
        """Ctrl-C and Ctrl-D: another life of the program."""
        boot = self.house.hub.board(UID)["boot"]
        self.type_in(b"\x03")
        eventually(lambda: self.line.heard.endswith(b">>> "), 5, "the prompt")
        assert not self.board.led(LAMP)
        self.type_in(b"\x03\x04")  # should the hub have spoken to the prompt meanwhile
        eventually(lambda: self.house.hub.board(UID)["boot"] != boot, 10, "another start of the program")


def put_on(board: QemuBoard, folder: Path) -> None:
    """As a person does: `ha` into the ROMFS with mpremote, the app onto the disk with ours."""
    make = [sys.executable, str(ROOT / "python/make_mpy.py"), str(BIN.parent / "micropython/mpy-cross/mpy-cross")]
    deploy = [sys.executable, "-m", "mpremote", "connect", board.address, "romfs", "--no-mpy", "deploy"]
    app = folder / "app"
    app.mkdir()
    (app / "app.py").write_text(APP)
    (app / "main.py").write_text("import app\n")
    (app / "settings.toml").write_text(f'HA_ID = "{UID}"\nHA_NAME = "Small board"\n')
    put = [str(program("ouro")), "fs", "put", "-r", f"{app}/.", ":"]
    env = {**os.environ, "OURO_BOARD": board.address, "OURO_DATA": "/nonexistent"}
    for words in ([*make, str(folder / "rom")], [*deploy, str(folder / "rom")], put):
        done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def uart() -> Iterator[UartHouse]:
    with temporary_house() as house, QemuBoard(pty=True) as board:
        put_on(board, house.folder)
        os.write(board.line, b"\x04")  # a soft reset: main.py runs
        line = PacedLine(board.line, baud=115200)
        house.add_broker().start()
        house.add_hub(Usb(house.folder, line.device)).start()
        uart = UartHouse(house, board, line)
        try:
            house.hub.wait_online(UID)
            yield uart
        finally:
            line.close()


def test_a_board_with_38_kib_of_heap_is_a_device_with_ten_entities(uart: UartHouse) -> None:
    card = uart.house.hub.board(UID)
    assert (card["name"], card["runtime"], len(card["entities"])) == ("Small board", "micropython", ENTITIES)
    kept = uart.house.access.retained("homeassistant/#", f"ouro/{UID}/#")
    assert f"homeassistant/switch/ouro_{UID}_lamp/config" in kept
    assert kept[f"ouro/{UID}/status"] == b"online"
    eventually(lambda: uart.value("lamp") is False, 5, "the lamp is off")


def test_its_lamp_obeys_the_home_and_its_bell_is_heard_there(uart: UartHouse) -> None:
    with uart.house.access.listen(f"ouro/{UID}/#") as mqtt:
        uart.switch(True)
        mqtt.wait_text(uart.topic("lamp", "state"), "ON")
        uart.switch(False)
        mqtt.wait_text(uart.topic("lamp", "state"), "OFF")
        uart.house.access.publish(uart.topic("ring", "set"), "PRESS")
        mqtt.wait_for("the ring", lambda m: m.topic == uart.topic("bell", "event"))


def test_it_has_room_for_an_app_after_a_hundred_commands(uart: UartHouse) -> None:
    ends = [uart.house.hub.set(UID, "ring", "PRESS", wait=True).json() for _ in range(100)]
    assert ends[0]["outcome"] == "done"
    too_fast = {"rate_limited", "ring: more than 4 commands within a second"}  # by the board's count, or by the hub's
    assert {end["text"] for end in ends if end["outcome"] != "done"} <= too_fast
    with uart.house.access.listen(uart.topic("free_memory", "state")) as mqtt:
        uart.house.hub.set(UID, "ring", "PRESS", wait=True)
        told = mqtt.wait_for("its memory", lambda m: not m.retained, 10)
    assert int(told.text) > RESERVE_BYTES


def test_its_output_is_safe_when_the_hub_is_lost_and_all_is_told_to_the_next(uart: UartHouse) -> None:
    uart.switch(True)
    uart.house.hub.stop()
    assert uart.board.led(LAMP)
    eventually(lambda: not uart.board.led(LAMP), MAX_ON_S + 2, "its time is up")
    uart.house.hub.start()
    uart.house.hub.wait_online(UID)
    eventually(lambda: uart.value("lamp") is not None, 5, "the lamp is known again")


def test_its_output_is_safe_when_its_program_ends(uart: UartHouse) -> None:
    uart.switch(False)
    uart.switch(True)
    uart.start_again()
    eventually(lambda: uart.value("lamp") is False, 15, "the lamp is off")  # as often as the hub says that it is there
