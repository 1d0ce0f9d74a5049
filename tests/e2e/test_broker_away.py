# SPDX-License-Identifier: Apache-2.0
"""The hub and a broker that is not there, or only seems to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from conftest import House, program, temporary_house
from parts.chaos import BadNetwork
from parts.hub import Hub
from parts.waiting import eventually
from test_door import topic


@dataclass
class Setting:
    house: House
    network: BadNetwork


@pytest.fixture(scope="module")
def setting() -> Iterator[Setting]:
    with temporary_house() as house:
        broker = house.add_broker()
        broker.start()
        house.add_board()
        with BadNetwork(broker.access.port) as network:
            through = replace(broker.access, port=network.port, config=house.folder / "through")
            house.hub = Hub(house.registry, program("ouro"), house.folder / "hub", house.boards, through)
            house.start_all()
            yield Setting(house, network)


def is_connected(house: House) -> bool:
    return house.hub.health()["mqtt"] == "connected"


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_connection_that_is_half_open_is_noticed_and_the_newest_state_follows(setting: Setting) -> None:
    house, state = setting.house, topic(setting.house, "auto_unlock", "state")
    before = setting.network.connections
    with house.access.listen(state) as mqtt:
        since = len(mqtt.messages)
        setting.network.stalled = True
        for on in (True, False, True):
            assert house.hub.set(house.board.uid, "auto_unlock", on, wait=True).json()["outcome"] == "done"
        eventually(lambda: not is_connected(house), 45, "the hub notices within two keep-alives", every=0.5)
        setting.network.stalled = False
        setting.network.cut()
        eventually(lambda: is_connected(house), 15, "it is back")
        assert setting.network.connections > before
        mqtt.wait_text(state, "ON", 10, since)


def test_what_is_kept_while_the_broker_is_away_is_the_newest_value_and_nothing_old(setting: Setting) -> None:
    house, state = setting.house, topic(setting.house, "auto_unlock", "state")
    house.broker.kill()
    eventually(lambda: not is_connected(house), 10, "the hub notices")
    for on in (True, False, True, False):
        assert house.hub.set(house.board.uid, "auto_unlock", on, wait=True).json()["outcome"] == "done"
    house.broker.start()
    with house.access.listen(state, "homeassistant/#") as mqtt:
        mqtt.wait_for("the newest value", lambda m: m.topic == state and m.text == "OFF", 20)
        config = f"homeassistant/lock/ouro_{house.board.uid}_door/config"
        mqtt.wait_for("the documents, again", lambda m: m.topic == config and m.payload, 20)
        assert "ON" not in [m.text for m in mqtt.of(state)]
