# SPDX-License-Identifier: Apache-2.0
"""A stock board behind a bad network: nothing happens twice, nothing stays wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from conftest import House, program, temporary_house
from parts.chaos import BadNetwork
from parts.stock_board import MqttStockBoard
from parts.waiting import eventually

UID = "badnet01"
APP = """
import ha

count = ha.sensor("Count")
count.value = 0
lamp = ha.switch("Lamp")


@ha.button("Go")
def go():
    count.value += 1


ha.run()
"""


@dataclass
class Setting:
    house: House
    network: BadNetwork
    board: MqttStockBoard

    def value(self, entity: str) -> object:
        return self.house.hub.board(UID)["states"][entity]["value"]


@pytest.fixture
def setting() -> Iterator[Setting]:
    with temporary_house() as house:
        broker = house.add_broker()
        broker.start()
        house.add_hub().start()
        app = house.folder / "app"
        app.mkdir()
        (app / "app.py").write_text(APP)
        with BadNetwork(broker.access.port) as network:
            settings = {
                "HA_ID": UID,
                "HA_BROKER": "127.0.0.1",
                "HA_PORT": str(network.port),
                "HA_USER": broker.access.username,
                "HA_PASSWORD": broker.access.password,
            }
            board = MqttStockBoard(house.registry, program("unix-board"), house.folder / "stock", app, settings)
            yield Setting(house, network, board)


def test_single_bytes_and_latency_only_take_longer(setting: Setting) -> None:
    setting.network.slices = True
    setting.network.latency = 0.001
    setting.board.start()
    setting.house.hub.wait_online(UID, 30)
    answer = setting.house.hub.set(UID, "lamp", True, wait=True)
    assert answer.json()["outcome"] == "done"
    eventually(lambda: setting.value("lamp") is True, 10, "the lamp is on")
    assert setting.network.connections == 1


def test_resets_lose_no_state_and_repeat_no_command(setting: Setting) -> None:
    chance = random.Random(7)
    setting.board.start()
    setting.house.hub.wait_online(UID)
    topic = f"ouro/{UID}/go/set"
    sent = 0
    with setting.house.access.listen(f"ouro/{UID}/go/done") as mqtt:
        for _ in range(6):
            for _ in range(3):
                setting.house.access.publish(topic, f'{{"value":"PRESS","id":"p-{sent}"}}')
                sent += 1
            if chance.random() < 0.7:
                setting.network.cut()
                connections = setting.network.connections
                again = lambda before=connections: setting.network.connections > before  # noqa: E731
                eventually(again, 70, "the board is back", every=0.1)
        setting.house.hub.wait_online(UID)
        # A command after all of it, so that what went before has been dealt with.
        eventually(lambda: setting.house.hub.set(UID, "lamp", True, wait=True).json()["outcome"] == "done", 30, "alive")
        done = {m.json()["id"] for m in mqtt.messages if m.json()["ok"]}
    count = eventually(lambda: setting.value("count"), 10, "a count")
    assert len(done) <= count <= sent, "each at most once, and none that was answered is missing"
    assert len(done) > 3


def test_a_network_that_stands_still_is_left_for_a_new_connection(setting: Setting) -> None:
    setting.board.start()
    setting.house.hub.wait_online(UID)
    setting.network.stalled = True
    eventually(lambda: "the broker is silent" in setting.board.process.text(), 40, "the board notices", every=0.5)
    setting.network.stalled = False
    eventually(lambda: setting.network.connections > 1, 20, "it connects again")
    answer = eventually(
        lambda: (a := setting.house.hub.set(UID, "lamp", True, wait=True).json())["outcome"] == "done" and a,
        40,
        "alive",
    )
    assert answer["outcome"] == "done"
