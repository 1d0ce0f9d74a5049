# SPDX-License-Identifier: Apache-2.0
"""A real Home Assistant 2024.3.3 and a board with MicroPython as released: every kind of entity, in both directions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from conftest import House, program, temporary_house
from parts.home_assistant import HomeAssistant
from parts.stock_board import MqttStockBoard
from parts.waiting import eventually
from test_home_assistant import TILE, tell_hub

pytestmark = pytest.mark.slow

UID = "30aea41234"
APP = """
import ha

temperature = ha.sensor("Temperature", "°C", device_class="temperature")
motion = ha.binary_sensor("Motion", device_class="motion")
lamp = ha.switch("Lamp")
light = ha.light("Light")
bell = ha.event("Bell", ["ring"], device_class="doorbell")
gain = ha.number("Gain", min=0, max=10, value=3)
mode = ha.select("Mode", ["day", "night"], value="day")
title = ha.text("Title", value="hello")
door = ha.lock("Door")
temperature.value = 21.5
motion.value = False


@ha.cover("Blind")
def blind(wanted):
    return {"OPEN": "open", "CLOSE": "closed"}.get(wanted, "stopped")


@ha.button("Go")
def go():
    temperature.value = 30
    motion.value = True
    bell.fire("ring")


@ha.on("input_boolean.hall")
def hall(state):
    title.value = "hall " + str(state)


@ha.button("Toggle hall")
async def toggle():
    await ha.call("input_boolean.toggle", "input_boolean.hall")


blind.value = "closed"
ha.run()
"""
FIRST = {
    "temperature": "21.5",
    "motion": "off",
    "lamp": "off",
    "light": "off",
    "gain": "3",
    "mode": "day",
    "door": "locked",
    "blind": "closed",
}


@dataclass
class Porch:
    house: House
    assistant: HomeAssistant
    board: MqttStockBoard

    def entity_id(self, entity: str) -> str:
        rows = [e for e in self.assistant.registry("entity") if e["unique_id"] == f"ouro_{UID}_{entity}"]
        assert len(rows) == 1, f"{entity}: {len(rows)} entities in the registry"
        return str(rows[0]["entity_id"])

    def state(self, entity: str) -> str:
        found = self.assistant.state(self.entity_id(entity))
        return str(found["state"]) if found else ""

    def wait_state(self, entity: str, state: str, within: float = 10) -> None:
        eventually(lambda: self.state(entity) == state, within, f"{entity} is {state}", every=0.2)

    def wait_all(self, states: dict[str, str], within: float = 30) -> None:
        for entity, state in states.items():
            self.wait_state(entity, state, within)

    def call(self, entity: str, service: str, **data: object) -> None:
        entity_id = self.entity_id(entity)
        self.assistant.call(entity_id.split(".")[0], service, entity_id, **data)


@pytest.fixture(scope="module")
def porch() -> Iterator[Porch]:
    with temporary_house() as house:
        broker = house.add_broker()
        broker.start()
        house.add_hub()
        assistant = HomeAssistant(house.registry, house.folder / "ha", broker.access)
        tell_hub(house, assistant)
        assistant.start()
        house.hub.start()
        app = house.folder / "app"
        app.mkdir()
        (app / "app.py").write_text(APP)
        settings = {
            "HA_ID": UID,
            "HA_NAME": "Porch",
            "HA_BROKER": broker.access.host,
            "HA_PORT": str(broker.access.port),
            "HA_USER": broker.access.username,
            "HA_PASSWORD": broker.access.password,
        }
        board = MqttStockBoard(house.registry, program("unix-board"), house.folder / "stock", app, settings)
        board.start()
        assistant.wait_running()
        house.hub.wait_online(UID)
        wanted = {f"ouro_{UID}_{entity}" for entity in (*FIRST, "bell", "title", "go", "toggle_hall")}
        known = lambda: {e["unique_id"] for e in assistant.registry("entity")}  # noqa: E731
        eventually(lambda: wanted <= known(), 30, "all are discovered", every=0.2)
        speaks = lambda: house.hub.get("/api/home")["websocket"]["state"] == "connected"  # noqa: E731
        eventually(speaks, 60, "the hub is connected to Home Assistant", every=0.2)
        yield Porch(house, assistant, board)


def test_row_1_3_every_kind_appears_with_its_first_value(porch: Porch) -> None:
    porch.wait_all(FIRST)
    temperature = porch.assistant.state(porch.entity_id("temperature"))
    assert temperature["attributes"]["unit_of_measurement"] == "°C"
    devices = porch.assistant.registry("device")
    named = {name: device for device in devices for kind, name in device["identifiers"] if kind == "mqtt"}
    assert named[f"ouro_{UID}"]["via_device_id"] == named["ouro_hub"]["id"]


def test_what_changes_on_the_board_changes_in_home_assistant(porch: Porch) -> None:
    with porch.assistant.watch() as watch:
        bell = porch.entity_id("bell")
        porch.call("go", "press")
        rung = watch.wait_for("the ring", lambda c: c.entity_id == bell and c.attributes.get("event_type") == "ring")
        assert rung.state not in ("unknown", "unavailable")
    porch.wait_all({"temperature": "30", "motion": "on"})


def test_row_1_3_every_kind_is_commanded(porch: Porch) -> None:
    for entity, service, data, state in (
        ("lamp", "turn_on", {}, "on"),
        ("light", "turn_on", {}, "on"),
        ("gain", "set_value", {"value": 7.5}, "7.5"),
        ("mode", "select_option", {"option": "night"}, "night"),
        ("title", "set_value", {"value": "größer"}, "größer"),
        ("door", "unlock", {}, "unlocked"),
        ("blind", "open_cover", {}, "open"),
        ("lamp", "turn_off", {}, "off"),
    ):
        porch.call(entity, service, **data)
        porch.wait_state(entity, state)


def test_a_board_reads_the_home_and_acts_in_it(porch: Porch) -> None:
    before = porch.assistant.state(TILE)["state"]
    after = "off" if before == "on" else "on"
    porch.call("toggle_hall", "press")
    eventually(lambda: porch.assistant.state(TILE)["state"] == after, 10, "the board has toggled it")
    porch.wait_state("title", f"hall {after}")


def test_home_assistant_goes_on_without_the_hub(porch: Porch) -> None:
    porch.house.hub.stop()
    time.sleep(1)  # for what would become unavailable
    assert porch.state("lamp") == "off" and porch.state("temperature") == "30"
    porch.call("lamp", "turn_on")
    porch.wait_state("lamp", "on")
    porch.house.hub.start()
    porch.house.hub.wait_online(UID)


def test_a_board_that_dies_is_unavailable_and_comes_back(porch: Porch) -> None:
    porch.board.process.kill()
    porch.wait_all({"lamp": "unavailable", "temperature": "unavailable", "door": "unavailable"}, 10)
    porch.board.start()
    porch.wait_all(FIRST)


def test_all_recovers_after_home_assistant_restarts(porch: Porch) -> None:
    porch.assistant.stop()
    porch.assistant.start()
    porch.assistant.wait_running()
    porch.wait_all(FIRST)
    porch.call("lamp", "turn_on")
    porch.wait_state("lamp", "on")


def test_home_assistant_found_nothing_to_complain_about(porch: Porch) -> None:
    lines = porch.assistant.process.text().splitlines()
    assert [line for line in lines if "components.mqtt" in line and (" ERROR " in line or " WARNING " in line)] == []
