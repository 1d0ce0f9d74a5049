# SPDX-License-Identifier: Apache-2.0
"""Boards that run MicroPython as released and speak for themselves over MQTT: real sockets, a real broker."""

from __future__ import annotations

import json
import os
import secrets
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from conftest import ROOT, program, temporary_house
from parts.stock_board import MqttStockBoard
from parts.waiting import eventually, never
from test_stock_boards import CALL, CALL_DETECTED, DOOR, UNLOCK, StockHouse, check_sequence

UID = "5ccf7f0a11"


@dataclass
class MqttHouse(StockHouse):
    board: MqttStockBoard

    @property
    def status(self) -> str:
        return f"ouro/{self.uid}/status"


@pytest.fixture(scope="module")
def mqtt_house() -> Iterator[MqttHouse]:
    """The intercom's app, unmodified, on a board that has the broker's address."""
    with temporary_house() as house:
        broker = house.add_broker()
        broker.start()
        settings = {
            "HA_ID": UID,
            "HA_NAME": "Porch",
            "HA_BROKER": broker.access.host,
            "HA_PORT": str(broker.access.port),
            "HA_USER": broker.access.username,
            "HA_PASSWORD": broker.access.password,
        }
        board = MqttStockBoard(
            house.registry, program("unix-board"), house.folder / "stock", ROOT / "apps/intercom", settings
        )
        house.add_hub().start()
        board.start()
        house.hub.wait_online(UID)
        yield MqttHouse(house, board, UID)


@pytest.fixture
def porch(mqtt_house: MqttHouse) -> MqttHouse:
    """At rest: all runs, the door is shut and nobody rings."""
    for part in (mqtt_house.house.broker, mqtt_house.house.hub, mqtt_house.board):
        if not part.process.alive:
            part.start()
    mqtt_house.house.hub.wait_online(mqtt_house.uid, 90)
    mqtt_house.wait_state("door", "LOCKED", 15)
    mqtt_house.wait_state("ringing", False, 15)
    return mqtt_house


def test_row_1_7_a_board_over_mqtt_is_a_board_of_the_hub_and_a_device_of_home_assistant(porch: MqttHouse) -> None:
    card = porch.house.hub.board(porch.uid)
    assert (card["name"], card["runtime"]) == ("Porch", "micropython")
    kept = porch.house.access.retained("homeassistant/#", f"ouro/{porch.uid}/#")
    config = json.loads(kept[f"homeassistant/lock/ouro_{porch.uid}_door/config"])
    assert [where["topic"] for where in config["availability"]] == [porch.status]
    assert kept[porch.topic("door", "state")] == b"LOCKED"
    assert kept[porch.status] == b"online"


def test_a_ring_and_an_unlock_work_without_the_hub(porch: MqttHouse) -> None:
    porch.house.hub.stop()
    since = len(porch.board.moves())
    with porch.house.access.listen("ouro/#", "pyntercom/#") as mqtt:
        porch.board.press(CALL)
        mqtt.wait_text(CALL_DETECTED, "call_detected")
        event = mqtt.wait_for("the event", lambda m: m.topic == porch.topic("doorbell", "event"))
        assert event.json() == {"event_type": "ring"} and not event.retained
        porch.house.access.publish(porch.topic("door", "set"), '{"value":"UNLOCK","id":"no-hub"}')
        check_sequence(porch.board, since)
        mqtt.wait_for("its end", lambda m: m.topic.endswith("/done") and m.json()["id"] == "no-hub" and m.json()["ok"])
        said = [m.text for m in mqtt.messages if m.topic == porch.topic("door", "state") and not m.retained]
        assert said == ["UNLOCKING", "UNLOCKED", "LOCKING", "LOCKED"]
        assert not [m for m in mqtt.messages if m.topic == porch.status and m.text == "offline"]


def test_a_command_of_a_person_at_the_hub_is_carried_out_and_answered(porch: MqttHouse) -> None:
    answer = porch.house.hub.set(porch.uid, "auto_unlock", True, wait=True)
    assert answer.status_code == 202 and answer.json()["outcome"] == "done", answer.text
    porch.wait_state("auto_unlock", True)
    porch.house.hub.set(porch.uid, "auto_unlock", False, wait=True)
    porch.wait_state("auto_unlock", False)


def test_history_has_what_the_board_says(porch: MqttHouse) -> None:
    porch.board.press(CALL)
    porch.house.hub.wait_timeline(porch.uid, "event", "the ring", lambda e: e["id"] == "doorbell")
    porch.wait_state("ringing", True)


def test_row_2_7_retained_late_and_repeated_commands_open_nothing(porch: MqttHouse) -> None:
    porch.board.stop()
    porch.house.access.publish(UNLOCK, "open", retain=True)
    porch.house.access.publish(porch.topic("door", "set"), "UNLOCK", retain=True)
    since = len(porch.board.moves())
    porch.board.start()
    porch.house.hub.wait_online(porch.uid)
    kept = lambda: porch.house.access.retained(UNLOCK, porch.topic("door", "set"))  # noqa: E731
    eventually(lambda: kept() == {}, 10, "the retained commands are cleared")
    # The hub's clock has reached it with the first message after hello.
    late = json.dumps({"value": "UNLOCK", "id": secrets.token_hex(4), "ttl_ms": 5000, "t": time.time() - 60})
    with porch.house.access.listen(porch.topic("door", "done")) as mqtt:
        porch.house.access.publish(porch.topic("door", "set"), late)
        end = mqtt.wait_for("its end", lambda m: not m.retained)
        assert (end.json()["ok"], end.json()["text"]) == (False, "expired")
    never(lambda: [m for m in porch.board.moves()[since:] if m.level], 1, "a relay moves")
    again = json.dumps({"value": "UNLOCK", "id": "again-" + secrets.token_hex(4)})
    since = len(porch.board.moves())
    porch.house.access.publish(porch.topic("door", "set"), again)
    check_sequence(porch.board, since)
    after = len(porch.board.moves())
    porch.house.access.publish(porch.topic("door", "set"), again)
    never(lambda: porch.board.moves()[after:], 1, "a relay moves")


def test_row_2_12_after_a_restart_of_the_broker_unlock_works_again(porch: MqttHouse) -> None:
    porch.house.broker.restart()
    with porch.house.access.listen(porch.status) as mqtt:
        mqtt.wait_text(porch.status, "online", 15)
    since = len(porch.board.moves())
    porch.house.access.publish(UNLOCK, "open")
    check_sequence(porch.board, since)


def test_row_2_13_a_ring_while_the_broker_is_away_is_told_when_it_is_back(porch: MqttHouse) -> None:
    porch.house.broker.stop()
    porch.board.press(CALL)
    porch.house.broker.start()
    with porch.house.access.listen(porch.topic("doorbell", "event")) as mqtt:
        mqtt.wait_for("the ring", lambda m: m.json() == {"event_type": "ring"}, 15)


def test_row_2_10_a_board_that_dies_is_offline_by_its_will_and_comes_back_safe(porch: MqttHouse) -> None:
    since = len(porch.board.moves())
    with porch.house.access.listen(porch.status) as mqtt:
        porch.house.access.publish(UNLOCK, "open")
        porch.board.wait_move(DOOR, 1, 5, since)
        porch.board.process.kill()
        mqtt.wait_text(porch.status, "offline", 5)
        eventually(lambda: not porch.house.hub.board(porch.uid)["online"], 5, "the hub knows it")
        start = len(mqtt.messages)
        porch.board.start()
        mqtt.wait_text(porch.status, "online", 10, start)
    assert porch.house.hub.wait_online(porch.uid)["states"]["door"]["value"] == "LOCKED"


@pytest.mark.slow
def test_a_broker_that_stands_still_is_noticed_and_left(porch: MqttHouse) -> None:
    """Half-open: no byte comes, and nobody hangs up."""
    os.kill(porch.house.broker.process.pid, signal.SIGSTOP)
    try:
        eventually(lambda: "the broker is silent" in porch.board.process.text(), 40, "the board notices", every=0.5)
    finally:
        os.kill(porch.house.broker.process.pid, signal.SIGCONT)
    with porch.house.access.listen(porch.status, "ouro/+/up") as mqtt:
        mqtt.wait_for("it is back", lambda m: m.topic == f"ouro/{porch.uid}/up", 60)
