# SPDX-License-Identifier: Apache-2.0
"""Boards that run MicroPython as released, with `ha` as plain Python: over the serial port."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from conftest import ROOT, House, program, temporary_house
from parts.paced_line import PacedLine
from parts.stock_board import SerialStockBoard, StockFiles
from parts.usb import Usb
from parts.waiting import eventually, never

CALL, DOOR, CONVERSATION = 4, 13, 12
UNLOCK = "pyntercom/intercom/unlock"
CALL_DETECTED = "pyntercom/intercom/call_detected"
TOLERANCE = 0.25  # seconds: this board looks at its line between two steps of the program


@dataclass
class StockHouse:
    house: House
    board: StockFiles
    uid: str

    def topic(self, entity: str, word: str) -> str:
        return f"ouro/{self.uid}/{entity}/{word}"

    def wait_state(self, entity: str, value: object, within: float = 10) -> None:
        def is_so() -> bool:
            state = self.house.hub.board(self.uid)["states"].get(entity)
            return state is not None and state["value"] == value

        eventually(is_so, within, f"{entity} is {value}")


@dataclass
class SerialHouse(StockHouse):
    line: PacedLine


def type_in(line: PacedLine, board: SerialStockBoard, text: bytes) -> None:
    """Keys at the board's prompt, as from a second terminal."""
    os.write(board.line, text)


@pytest.fixture(scope="module")
def serial_house() -> Iterator[SerialHouse]:
    """The intercom's app, unmodified, on a board with a serial port on USB."""
    with temporary_house() as house:
        settings = {"HA_ID": "e6614c311b", "HA_NAME": "Stock door"}
        board = SerialStockBoard(program("unix-board"), house.folder / "stock", ROOT / "apps/intercom", settings)
        line = PacedLine(board.line, baud=115200)
        house.add_broker().start()
        house.add_hub(Usb(house.folder, line.device)).start()
        try:
            type_in(line, board, b"import main\r")
            house.hub.wait_online("e6614c311b")
            yield SerialHouse(house, board, "e6614c311b", line)
        finally:
            line.close()
            board.close()


@pytest.fixture
def serial(serial_house: SerialHouse) -> SerialHouse:
    """At rest: the door is shut and nobody rings."""
    serial_house.wait_state("door", "LOCKED", 15)
    serial_house.wait_state("ringing", False, 15)
    return serial_house


def check_sequence(board: StockFiles, since: int) -> None:
    """One whole opening after move number `since`, with the times of the intercom's settings."""
    talk_on = board.wait_move(CONVERSATION, 1, 3, since)
    door_on = board.wait_move(DOOR, 1, 3, since)
    door_off = board.wait_move(DOOR, 0, 8, since)
    talk_off = board.wait_move(CONVERSATION, 0, 3, since)
    assert door_on.at - talk_on.at == pytest.approx(1.0, abs=TOLERANCE)
    assert door_off.at - door_on.at == pytest.approx(5.0, abs=TOLERANCE)
    assert talk_off.at - door_on.at == pytest.approx(5.0, abs=TOLERANCE)


def test_row_1_6_a_board_without_wifi_is_a_device_of_home_assistant(serial: SerialHouse) -> None:
    card = serial.house.hub.board(serial.uid)
    assert (card["name"], card["runtime"]) == ("Stock door", "micropython")
    assert {e["id"] for e in card["entities"]} >= {"door", "doorbell", "ringing", "auto_unlock", "free_memory"}
    kept = serial.house.access.retained("homeassistant/#", f"ouro/{serial.uid}/#")
    assert f"homeassistant/lock/ouro_{serial.uid}_door/config" in kept
    assert kept[serial.topic("door", "state")] == b"LOCKED"
    assert kept[f"ouro/{serial.uid}/status"] == b"online"


def test_row_2_1_and_2_4_a_ring_on_a_stock_board_is_told_once_and_kept_nowhere(serial: SerialHouse) -> None:
    with serial.house.access.listen("ouro/#", "pyntercom/#") as mqtt:
        start = len(mqtt.messages)
        serial.board.press(CALL, 0.3)
        mqtt.wait_text(CALL_DETECTED, "call_detected", since=start)
        mqtt.wait_for("the event", lambda m: m.topic == serial.topic("doorbell", "event"), since=start)
        mqtt.wait_text(serial.topic("ringing", "state"), "ON", since=start)
        mqtt.wait_text(serial.topic("ringing", "state"), "OFF", 7, since=start)
        heard = [m for m in mqtt.messages[start:] if m.topic == CALL_DETECTED]
        assert len(heard) == 1 and not heard[0].retained


def test_row_2_5_and_2_8_unlock_runs_one_sequence_however_often_it_is_said(serial: SerialHouse) -> None:
    since = len(serial.board.moves())
    serial.house.access.publish(UNLOCK, "open")
    serial.board.wait_move(CONVERSATION, 1, 3, since)
    serial.house.access.publish(UNLOCK, "open")
    check_sequence(serial.board, since)
    assert len(serial.board.moves()[since:]) == 4
    serial.wait_state("door", "LOCKED")


def test_row_2_6_and_2_7_what_is_no_command_of_now_opens_nothing(serial: SerialHouse) -> None:
    since = len(serial.board.moves())
    for payload in ("OPEN", "open\n", "x" * 10_000, ""):
        serial.house.access.publish(UNLOCK, payload)
    serial.house.hub.stop()
    serial.house.access.publish(UNLOCK, "open", retain=True)
    serial.house.access.publish(serial.topic("door", "set"), "UNLOCK", retain=True)
    serial.house.hub.start()
    serial.house.hub.wait_online(serial.uid)
    never(lambda: serial.board.moves()[since:], 1.5, "a relay moves")


def test_row_2_10_ctrl_c_ends_the_program_with_its_outputs_safe_and_the_prompt_is_there(serial: SerialHouse) -> None:
    since = len(serial.board.moves())
    serial.house.access.publish(UNLOCK, "open")
    serial.board.wait_move(DOOR, 1, 5, since)
    type_in(serial.line, serial.board, b"\x03")
    serial.board.wait_move(DOOR, 0, 2, since)
    serial.board.wait_move(CONVERSATION, 0, 2, since)
    eventually(lambda: serial.line.heard.endswith(b">>> "), 5, "the prompt")
    type_in(serial.line, serial.board, b"6*7\r")
    eventually(lambda: re.search(rb"6\*7\r*\n42\r*\n", serial.line.heard), 5, "the prompt answers")
    # As a soft reset does: the modules of the program are read again.
    type_in(serial.line, serial.board, b"import sys; [sys.modules.pop(m) for m in list(sys.modules)]; import main\r")
    boot = serial.house.hub.board(serial.uid)["boot"]
    eventually(lambda: serial.house.hub.board(serial.uid)["boot"] != boot, 10, "another start of the program")
    serial.wait_state("door", "LOCKED")


def test_a_hub_that_comes_back_hears_everything_again(serial: SerialHouse) -> None:
    serial.house.hub.stop()
    serial.board.press(CALL)
    rung = time.monotonic()
    serial.house.hub.start()
    serial.house.hub.wait_online(serial.uid)
    entry = serial.house.hub.wait_timeline(serial.uid, "event", "the ring", lambda e: e["id"] == "doorbell", within=10)
    age = time.time() - entry["at_ms"] / 1000
    assert abs(age - (time.monotonic() - rung)) < 30
