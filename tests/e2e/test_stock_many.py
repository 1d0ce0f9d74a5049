# SPDX-License-Identifier: Apache-2.0
"""Twenty stock boards at once with one hub."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import House, program, temporary_house
from parts.stock_board import MqttStockBoard
from parts.waiting import eventually

COUNT = 20
APP = """
import ha

lamp = ha.switch("Lamp")
who = ha.text("Who")
who.value = ha._settings.settings["HA_ID"]
uptime = ha.sensor("Passes")
passes = 0


def count():
    global passes
    passes += 1
    uptime.value = passes
    ha.after(1, count)


count()
ha.run()
"""


def uid(number: int) -> str:
    return f"board{number:02}"


@pytest.fixture(scope="module")
def swarm() -> Iterator[House]:
    with pytest.MonkeyPatch.context() as environment, temporary_house() as house:
        # A sanitizer keeps what was freed; a little is enough here.
        environment.setenv("ASAN_OPTIONS", os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1")
        broker = house.add_broker()
        broker.start()
        house.add_hub().start()
        app = house.folder / "app"
        app.mkdir()
        (app / "app.py").write_text(APP)
        with house.access.listen("homeassistant/#") as house.discovery:
            for number in range(COUNT):
                settings = {
                    "HA_ID": uid(number),
                    "HA_BROKER": broker.access.host,
                    "HA_PORT": str(broker.access.port),
                    "HA_USER": broker.access.username,
                    "HA_PASSWORD": broker.access.password,
                }
                folder = house.folder / uid(number)
                MqttStockBoard(house.registry, program("unix-board"), folder, app, settings, uid(number)).start()
            for number in range(COUNT):
                house.hub.wait_online(uid(number), 60)
            yield house


def states(house: House) -> dict[str, dict[str, object]]:
    return {
        board["uid"]: {name: state["value"] for name, state in board["states"].items()}
        for board in house.hub.get("/api/boards")
    }


def test_each_says_its_own(swarm: House) -> None:
    eventually(lambda: all(states(swarm)[uid(n)].get("who") == uid(n) for n in range(COUNT)), 20, "all have said who")
    eventually(lambda: all(states(swarm)[uid(n)]["passes"] > 3 for n in range(COUNT)), 30, "all go on counting")


def test_a_command_reaches_the_one_that_it_is_for(swarm: House) -> None:
    swarm.hub.set(uid(7), "lamp", True, wait=True)
    eventually(lambda: states(swarm)[uid(7)]["lamp"] is True, 10, "its lamp is on")
    lit = [name for name, state in states(swarm).items() if state["lamp"] is True]
    assert lit == [uid(7)]


def test_discovery_is_paced(swarm: House) -> None:
    wanted = [m for m in swarm.discovery.messages if "ouro_board" in m.topic and m.payload]
    assert len({m.topic for m in wanted}) == 7 * COUNT, "three entities each, and four of its health"
    # Twenty at once, then a pause of half a second; the boards did not all start at once either.
    for i, message in enumerate(wanted[41:], 41):
        assert message.at - wanted[i - 41].at > 0.4, "no more than forty and one within less than half a second"


def test_the_hubs_memory_does_not_grow_with_what_is_said(swarm: House) -> None:
    before = resident_kb(swarm.hub.process.pid)
    time.sleep(10)  # twenty values a second
    grown = resident_kb(swarm.hub.process.pid) - before
    assert grown < 4_000, f"{grown} kB for 200 values"


def resident_kb(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1])
