# SPDX-License-Identifier: Apache-2.0
"""Battery sensors from the MCU to Home Assistant: simulated MCU, virtual board, real Mosquitto, real Home Assistant."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest
from conftest import ROOT, House, program, temporary_house
from parts.board import Board
from parts.home_assistant import HomeAssistant, Watch
from parts.waiting import eventually

# An MCU that an event met at the wrong moment waits 65 s for its acknowledgement before it tries again.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
MCU_PATIENCE = 90

SILENT = ("unavailable", "unknown", None)


@dataclass
class Sensors:
    house: House
    assistant: HomeAssistant
    pir: Board
    door: Board

    def entity_id(self, board: Board, entity: str) -> str:
        unique_id = f"ouro_{board.uid}_{entity}"
        rows = [e for e in self.assistant.registry("entity") if e["unique_id"] == unique_id]
        assert len(rows) == 1, f"{unique_id}: {len(rows)} entities in the registry"
        return str(rows[0]["entity_id"])

    def state(self, entity_id: str) -> str | None:
        seen = self.assistant.state(entity_id)
        return str(seen["state"]) if seen else None

    def wait_state(self, board: Board, entity: str, wanted: str, within: float = 20) -> None:
        name = self.entity_id(board, entity)
        eventually(lambda: self.state(name) == wanted, within, f"{name} is {wanted}", every=0.1)


def do(board: Board, *words: object) -> None:
    with board.control() as control:
        control.ask("tuya", *words)


def told(board: Board) -> int:
    """How many events the MCU takes for told: those that were acknowledged."""
    with board.control() as control:
        return int(control.ask("tuya")["told"])  # type: ignore[index]


def session(board: Board) -> str:
    with board.control() as control:
        return str(control.ask("tuya")["session"])  # type: ignore[index]


def sense(board: Board, what: str, active: bool) -> None:
    """Something moves or opens, or no more; while the MCU is at rest, as most of the time."""
    eventually(lambda: session(board) == "off", MCU_PATIENCE, "the MCU has cut the power", every=0.1)
    do(board, what, active)


def rises(watch: Watch, entity_id: str, since: int = 0) -> int:
    """How often it went on."""
    states = [c.state for c in watch.changes[since:] if c.entity_id == entity_id and c.state not in SILENT]
    return sum(state == "on" and (i == 0 or states[i - 1] != "on") for i, state in enumerate(states))


@pytest.fixture(scope="module")
def sensors() -> Iterator[Sensors]:
    with temporary_house() as house:
        broker = house.add_broker()
        house.boards.mkdir()
        make = partial(Board, house.registry, program("ouro-board"))
        pir = make(house.boards / "hall", ROOT / "apps/pir", "pir")
        door = make(house.boards / "gate", ROOT / "apps/door_sensor", "door")
        house.add_hub()
        broker.start()
        assistant = HomeAssistant(house.registry, house.folder / "ha", broker.access)
        assistant.start()
        for part in (pir, door, house.hub):
            part.start()
        for board in (pir, door):
            house.hub.wait_online(board.uid)
        assistant.wait_running()
        sensors = Sensors(house, assistant, pir, door)
        for board, entity in ((pir, "motion"), (door, "door")):
            eventually(partial(known, sensors, board, entity), 30, f"{entity} is discovered", every=0.2)
        yield sensors


def known(sensors: Sensors, board: Board, entity: str) -> bool:
    return any(e["unique_id"] == f"ouro_{board.uid}_{entity}" for e in sensors.assistant.registry("entity"))


@pytest.fixture(autouse=True)
def at_rest(sensors: Sensors) -> None:
    """Nothing moves, the door is closed, and both MCUs have told all they had to tell."""
    for board, what, entity in ((sensors.pir, "motion", "motion"), (sensors.door, "door", "door")):
        before = told(board)
        sense(board, what, False)
        eventually(lambda b=board, n=before: told(b) > n, MCU_PATIENCE, f"{board.uid} rests", every=0.1)
        sensors.wait_state(board, entity, "off")


def test_row_4_12_motion_goes_on_and_off(sensors: Sensors) -> None:
    motion = sensors.entity_id(sensors.pir, "motion")
    with sensors.assistant.watch() as watch:
        before = told(sensors.pir)
        sense(sensors.pir, "motion", True)
        watch.wait_for("motion", lambda c: (c.entity_id, c.state) == (motion, "on"), 15)
        eventually(lambda: told(sensors.pir) == before + 1, 10, "the MCU has it acknowledged", every=0.1)
        sense(sensors.pir, "motion", False)
        watch.wait_for("no motion", lambda c: (c.entity_id, c.state) == (motion, "off"), 15)
        assert rises(watch, motion) == 1
    shown = sensors.assistant.state(motion)
    assert shown["attributes"]["device_class"] == "motion"


def test_row_4_17_the_door_opens_and_closes(sensors: Sensors) -> None:
    sense(sensors.door, "door", True)
    sensors.wait_state(sensors.door, "door", "on")
    sense(sensors.door, "door", False)
    sensors.wait_state(sensors.door, "door", "off")


def test_row_4_18_the_battery_and_its_flag_are_shown(sensors: Sensors) -> None:
    for board, what in ((sensors.pir, "motion"), (sensors.door, "door")):
        for level, percent in ((0, "100"), (2, "40")):
            do(board, "battery", level)
            sense(board, what, level == 0)
            sensors.wait_state(board, "battery", percent)
            sensors.wait_state(board, "battery_low", "off")
    rows = {e["unique_id"]: e for e in sensors.assistant.registry("entity")}
    for entity in ("battery", "battery_low", "signal", "supply"):
        assert rows[f"ouro_{sensors.pir.uid}_{entity}"]["entity_category"] == "diagnostic"


def test_row_4_19_the_product_is_on_the_card(sensors: Sensors) -> None:
    product = {"id": "Okurono2XLVRV0fB", "version": "1.1.0"}
    assert sensors.house.hub.board(sensors.pir.uid)["product"] == product
    shown = sensors.house.hub.cli("board", "show", sensors.pir.uid)
    assert "Okurono2XLVRV0fB 1.1.0" in shown.stdout


def test_row_4_25_a_motion_is_said_without_discovery(sensors: Sensors) -> None:
    uid = sensors.pir.uid
    with sensors.house.access.listen("#") as mqtt:
        start = mqtt.mark_end(5)
        sense(sensors.pir, "motion", True)
        mqtt.wait_text(f"ouro/{uid}/motion/state", "ON", 15, since=start)
        eventually(lambda: session(sensors.pir) == "off", 15, "the MCU has cut the power", every=0.1)
        end = mqtt.mark_end(5)
        said = [m.topic for m in mqtt.messages[start:end] if not m.retained]
    assert not [topic for topic in said if topic.startswith("homeassistant/")]
    for entity in ("battery", "battery_low", "motion"):
        assert said.count(f"ouro/{uid}/{entity}/state") == 1, said


def test_row_4_23_a_motion_while_the_broker_is_away_comes_when_it_is_back(sensors: Sensors) -> None:
    motion = sensors.entity_id(sensors.pir, "motion")
    broker = sensors.house.broker
    with sensors.assistant.watch() as watch:
        before = told(sensors.pir)
        broker.stop()
        sense(sensors.pir, "motion", True)
        eventually(lambda: session(sensors.pir) == "joining", 10, "the module waits for the broker", every=0.1)
        time.sleep(3)
        assert told(sensors.pir) == before, "nobody has heard of it"
        broker.start()
        watch.wait_for("motion", lambda c: (c.entity_id, c.state) == (motion, "on"), 40)
        eventually(lambda: told(sensors.pir) == before + 1, 10, "acknowledged", every=0.1)
        assert rises(watch, motion) == 1


def test_row_4_13_nothing_is_acknowledged_that_only_a_hub_has_heard(sensors: Sensors) -> None:
    """The broker hangs with the report in its socket; the hub is killed, and another one starts."""
    motion = sensors.entity_id(sensors.pir, "motion")
    house = sensors.house
    with sensors.assistant.watch() as watch:
        before = told(sensors.pir)
        os.kill(house.broker.process.pid, signal.SIGSTOP)
        try:
            sense(sensors.pir, "motion", True)
            heard = lambda e: e["id"] == "motion" and e["text"] == "true"  # noqa: E731
            since = time.time() * 1000 - 2000
            house.hub.wait_timeline(
                sensors.pir.uid, "state", "the hub has it", lambda e: heard(e) and e["at_ms"] > since, 15
            )
            assert told(sensors.pir) == before
            house.hub.kill()
        finally:
            os.kill(house.broker.process.pid, signal.SIGCONT)
        house.hub.start()
        eventually(lambda: told(sensors.pir) == before + 1, 40, "the other hub has confirmed it", every=0.1)
        sensors.wait_state(sensors.pir, "motion", "on")
        assert rises(watch, motion) == 1


def test_row_4_23_a_report_is_kept_over_the_power_cut_and_told_once(sensors: Sensors) -> None:
    """The broker hangs for longer than the module waits: the report is kept, the MCU cuts, the next boot tells it."""
    motion = sensors.entity_id(sensors.pir, "motion")
    broker = sensors.house.broker
    with sensors.assistant.watch() as watch:
        before = told(sensors.pir)
        os.kill(broker.process.pid, signal.SIGSTOP)
        try:
            sense(sensors.pir, "motion", True)
            eventually(lambda: session(sensors.pir) == "asleep", 90, "the module has given up and sleeps", every=0.2)
            assert told(sensors.pir) == before, "what was not delivered is not acknowledged"
        finally:
            os.kill(broker.process.pid, signal.SIGCONT)
        kept = lambda e: "kept for the next boot" in e["text"]  # noqa: E731
        sensors.house.hub.wait_timeline(sensors.pir.uid, "log", "it says so", kept, 10)
        eventually(lambda: told(sensors.pir) > before, 90, "told after all", every=0.2)
        watch.wait_for("motion", lambda c: (c.entity_id, c.state) == (motion, "on"), 30)
        assert rises(watch, motion) == 1


def test_home_assistant_found_nothing_to_complain_about(sensors: Sensors) -> None:
    lines = sensors.assistant.process.text().splitlines()
    ours = [line for line in lines if "components.mqtt" in line and (" ERROR " in line or " WARNING " in line)]
    expected = ("Disconnected from MQTT server", "Failed to connect to MQTT server")  # we stopped the broker ourselves
    assert [line for line in ours if not any(words in line for words in expected)] == []
