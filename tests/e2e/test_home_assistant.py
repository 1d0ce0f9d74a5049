# SPDX-License-Identifier: Apache-2.0
"""A real Home Assistant 2024.3.3 beside broker, hub and board: what a person who installs Ouroboard will see."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from conftest import ROOT, House, program, temporary_house
from parts.board import CONVERSATION, DOOR, Board
from parts.home_assistant import HomeAssistant, Watch, interpreter
from parts.waiting import eventually
from test_door import check_sequence, relay_changes

pytestmark = pytest.mark.slow

ENTITIES = {
    "lock": "door",
    "event": "doorbell",
    "binary_sensor": "ringing",
    "switch": "auto_unlock",
    "sensor": "free_memory",
    "button": "open_door",
}


@dataclass
class Home:
    house: House
    assistant: HomeAssistant

    def unique_id(self, entity: str) -> str:
        return f"ouro_{self.house.board.uid}_{entity}"

    def entry(self, entity: str) -> dict:
        """The registry's row of one of our entities."""
        rows = [e for e in self.assistant.registry("entity") if e["unique_id"] == self.unique_id(entity)]
        assert len(rows) == 1, f"{entity}: {len(rows)} entities in the registry"
        return rows[0]

    def entity_id(self, entity: str) -> str:
        return str(self.entry(entity)["entity_id"])

    def available(self, entity: str) -> bool:
        state = self.assistant.state(self.entity_id(entity))
        return state is not None and state["state"] != "unavailable"

    def wait_available(self, within: float = 30) -> None:
        for entity in ("door", "doorbell", "ringing", "auto_unlock", "free_memory"):
            eventually(partial(self.available, entity), within, f"{entity} is available in Home Assistant", every=0.2)
        eventually(lambda: self.assistant.state(self.entity_id("door"))["state"] == "locked", 15, "locked", every=0.2)


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    with temporary_house() as house:
        broker = house.add_broker()
        house.add_board()
        house.add_hub()
        broker.start()
        assistant = HomeAssistant(house.registry, house.folder / "ha", broker.access)
        tell_hub(house, assistant)
        assistant.start()  # the rest starts while it does
        house.start_all()
        assistant.wait_running()
        yield Home(house, assistant)


def tell_hub(house: House, assistant: HomeAssistant) -> None:
    """Writes the hub's configuration, which only its owner can read."""
    house.hub.data.mkdir(mode=0o700)
    file = house.hub.data / "ouro.toml"
    file.touch(mode=0o600)
    file.write_text(f'[home_assistant]\nurl = "{assistant.url}"\ntoken = "{assistant.token}"\n')


def ring_reaches(home: Home, watch: Watch) -> None:
    """Presses the call button until Home Assistant has fired the event (the app's cooldown may eat one press)."""
    event = home.entity_id("doorbell")
    since = len(watch.changes)
    silent = ("unavailable", "unknown")

    def fired() -> list:
        ours = [c for c in watch.changes[since:] if c.entity_id == event and c.state not in silent]
        return [c for c in ours if c.attributes.get("event_type") == "ring"]

    home.house.board.ring(5500)
    eventually(fired, 8, "the ring fires the event entity")


def unlock_works(home: Home, watch: Watch) -> None:
    """`lock.unlock` opens the relay for 5 s, with every state on the way."""
    lock = home.entity_id("door")
    since = len(watch.changes)
    with home.house.board.watch() as pins:
        before = len(pins.changes)
        home.assistant.call("lock", "unlock", lock)
        check_sequence(pins, before)
        assert relay_changes(pins, before)[:2] == [(CONVERSATION, 1), (DOOR, 1)]

    def states() -> list[str | None]:
        names = [c.state for c in watch.changes[since:] if c.entity_id == lock]
        return [n for i, n in enumerate(names) if i == 0 or names[i - 1] != n]

    eventually(lambda: states()[-1:] == ["locked"], 5, "Home Assistant shows locked again")
    assert states() == ["unlocking", "unlocked", "locking", "locked"]


def test_the_tables_that_the_hub_is_held_to_are_home_assistants_own() -> None:
    argv = [interpreter(), str(Path(__file__).parent / "parts/ha_tables.py")]
    said = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout
    assert json.loads((ROOT / "hub/core/tests/home_assistant_2024_3.json").read_text()) == json.loads(said)


def test_the_entities_appear_by_discovery(home: Home) -> None:
    known = lambda: {e["unique_id"] for e in home.assistant.registry("entity") if e["platform"] == "mqtt"}  # noqa: E731
    wanted = {home.unique_id(entity) for entity in ENTITIES.values()}
    eventually(lambda: wanted <= known(), 20, f"all of {sorted(wanted)} are discovered", every=0.2)
    home.wait_available()
    for kind, entity in ENTITIES.items():
        assert home.entity_id(entity).split(".")[0] == kind
    assert home.entry("open_door")["disabled_by"] == "integration", "the button waits for who wants it"
    state = home.assistant.state
    assert state(home.entity_id("doorbell"))["attributes"]["device_class"] == "doorbell"
    assert "ring" in state(home.entity_id("doorbell"))["attributes"]["event_types"]
    assert state(home.entity_id("auto_unlock"))["state"] == "off"
    assert state(home.entity_id("ringing"))["state"] == "off"
    free_memory = home.entity_id("free_memory")
    memory = eventually(lambda: (s := state(free_memory)) and s["state"] != "unknown" and s, 6, "a value")
    assert 0 < float(memory["state"]) < 264
    assert home.entry("free_memory")["entity_category"] == "diagnostic"


def test_the_board_is_one_device_behind_the_hub(home: Home) -> None:
    devices = home.assistant.registry("device")
    named = {name: device for device in devices for kind, name in device["identifiers"] if kind == "mqtt"}
    board, hub = named[f"ouro_{home.house.board.uid}"], named["ouro_hub"]
    assert board["via_device_id"] == hub["id"]
    assert {home.entry(e)["device_id"] for e in ENTITIES.values()} == {board["id"]}


def test_a_ring_fires_the_event_and_shows_ringing_for_five_seconds(home: Home) -> None:
    ringing = home.entity_id("ringing")
    with home.assistant.watch() as watch:
        ring_reaches(home, watch)
        on = watch.wait_for("ringing on", lambda c: (c.entity_id, c.state) == (ringing, "on"), 3)
        off = watch.wait_for("ringing off", lambda c: (c.entity_id, c.state) == (ringing, "off") and c.at > on.at, 8)
        assert off.at - on.at == pytest.approx(5, abs=0.3)


def test_the_unlock_service_opens_the_door_for_five_seconds(home: Home) -> None:
    with home.assistant.watch() as watch:
        unlock_works(home, watch)


def test_the_switch_is_switched_from_home_assistant(home: Home) -> None:
    switch = home.entity_id("auto_unlock")
    with home.assistant.watch() as watch:
        for service, state in (("turn_on", "on"), ("turn_off", "off")):
            home.assistant.call("switch", service, switch)
            wanted = (switch, state)
            watch.wait_for(f"the switch is {state}", lambda c, w=wanted: (c.entity_id, c.state) == w)


def test_all_recovers_after_the_broker_restarts_and_forgets_everything(home: Home) -> None:
    lock = home.entity_id("door")
    with home.assistant.watch() as watch:
        home.house.broker.stop()
        watch.wait_for("the lock is unavailable", lambda c: (c.entity_id, c.state) == (lock, "unavailable"), 10)
        home.house.broker.start()
        home.wait_available(60)
        ring_reaches(home, watch)
        unlock_works(home, watch)


def test_all_recovers_after_the_hub_restarts(home: Home) -> None:
    lock = home.entity_id("door")
    with home.assistant.watch() as watch:
        home.house.hub.stop()
        watch.wait_for("the lock is unavailable", lambda c: (c.entity_id, c.state) == (lock, "unavailable"), 10)
        home.house.hub.start()
        home.wait_available()
        ring_reaches(home, watch)
        unlock_works(home, watch)


def test_all_recovers_after_home_assistant_restarts(home: Home) -> None:
    before = {e["unique_id"]: e["entity_id"] for e in home.assistant.registry("entity")}
    home.assistant.stop()
    home.assistant.start()
    home.assistant.wait_running()
    home.wait_available()
    after = {e["unique_id"]: e["entity_id"] for e in home.assistant.registry("entity")}
    assert after == before, "no entity is doubled or renamed"
    with home.assistant.watch() as watch:
        ring_reaches(home, watch)
        unlock_works(home, watch)


def test_home_assistant_found_nothing_to_complain_about(home: Home) -> None:
    lines = home.assistant.process.text().splitlines()
    ours = [line for line in lines if "components.mqtt" in line and (" ERROR " in line or " WARNING " in line)]
    expected = ("Disconnected from MQTT server", "Failed to connect to MQTT server")  # we stopped the broker ourselves
    assert [line for line in ours if not any(words in line for words in expected)] == []


class PlayedBoard:
    """A board that speaks MQTT for itself, played by this test."""

    def __init__(self, home: Home, uid: str):
        self.home, self.uid = home, uid
        self.access = home.house.access

    def say(self, leaf: str, content: object, retain: bool = True) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        self.access.publish(f"ouro/{self.uid}/{leaf}", text, retain=retain)

    def introduce(self, name: str, elements: list, decl: str) -> None:
        self.say("status", "online")
        self.say("decl", elements)
        self.say("hello", {"uid": self.uid, "name": name, "link": "mqtt", "boot": 1, "decl": decl})
        online = lambda: (b := self.home.house.hub.board(self.uid)) and b["online"] and b["name"] == name  # noqa: E731
        eventually(online, 10, f"{name} is online")

    def rows(self) -> dict[str, dict]:
        ours = [e for e in self.home.assistant.registry("entity") if e["unique_id"].startswith(f"ouro_{self.uid}_")]
        return {e["unique_id"].removeprefix(f"ouro_{self.uid}_"): e for e in ours}


def test_a_board_asks_for_a_forecast_and_gets_it_whole_or_not_at_all(home: Home) -> None:
    told = lambda: home.house.hub.get("/api/home")["websocket"]  # noqa: E731
    connected = {"state": "connected", "version": "2024.3.3"}
    eventually(lambda: told() == connected, 70, "the hub has its WebSocket", every=0.2)
    board = PlayedBoard(home, "asker01")
    board.introduce("Asker", [], "00000001")
    with board.access.listen("ouro/asker01/answer") as mqtt:

        def ask(number: int, action: str, target: str | None, **data: object) -> dict:
            call = {"n": number, "action": action, "target": target, "data": data, "ask": True}
            board.say("call", call, retain=False)
            return mqtt.wait_for(f"answer {number}", lambda m: m.json()["n"] == number, 10).json()

        daily = ask(1, "weather.get_forecasts", "weather.home", type="daily")
        assert daily["ok"] and daily["text"] == ""
        assert daily["response"]["weather.home"]["forecast"][0]["temperature"] == 21.0
        hourly = ask(2, "weather.get_forecasts", "weather.home", type="hourly")
        assert not hourly["ok"] and "bytes" in hourly["text"] and "response" not in hourly
        assert not ask(3, "weather.get_forecasts", "weather.nowhere", type="daily").get("response")
        refused = ask(4, "conversation.process", None, text="open the door")
        assert not refused["ok"] and "may not" in refused["text"]


def test_a_rename_keeps_the_entity_and_its_place_in_the_registry(home: Home) -> None:
    board = PlayedBoard(home, "rename01")
    board.introduce("Cellar", [["temp", "sensor", "Temp", {"unit_of_measurement": "°C"}]], "00000001")
    before = eventually(lambda: board.rows().get("temp"), 20, "it is discovered", every=0.2)
    assert before["entity_id"] == "sensor.cellar_temp"
    board.introduce("Basement", [["temp", "sensor", "Heat", {"unit_of_measurement": "°C"}]], "00000002")
    shown = lambda: str(home.assistant.state(before["entity_id"])["attributes"].get("friendly_name"))  # noqa: E731
    eventually(lambda: shown().endswith("Heat"), 20, "it is renamed", every=0.2)
    after = board.rows()["temp"]
    assert (after["entity_id"], after["id"]) == (before["entity_id"], before["id"])
    devices = {d["id"]: d["name"] for d in home.assistant.registry("device")}
    assert devices[after["device_id"]] == "Basement"


def test_health_is_there_and_waits_to_be_enabled(home: Home) -> None:
    rows = [e for e in home.assistant.registry("entity") if "_health-" in e["unique_id"]]
    health = {e["unique_id"].rpartition("-")[2] for e in rows if home.house.board.uid in e["unique_id"]}
    assert health == {"heap", "uptime", "crash"}, "and no signal of a board without WiFi"
    assert all(e["disabled_by"] == "integration" and e["entity_category"] == "diagnostic" for e in rows)


def test_an_orphan_leaves_home_assistant_when_somebody_says_so(home: Home) -> None:
    uid, topic = "gone01", "homeassistant/switch/ouro_gone01_pump/config"
    document = {
        "name": "Pump",
        "unique_id": f"ouro_{uid}_pump",
        "command_topic": f"ouro/{uid}/pump/set",
        "device": {"identifiers": [f"ouro_{uid}"], "name": "Garden"},
    }
    home.house.access.publish(topic, json.dumps(document), retain=True)
    board = PlayedBoard(home, uid)
    eventually(board.rows, 20, "the left-over is discovered", every=0.2)
    orphans = lambda: [o for o in home.house.hub.get("/api/home")["orphans"] if o["uid"] == uid]  # noqa: E731
    assert eventually(orphans, 5, "and listed")[0]["name"] == "Garden: Pump"
    done = home.house.hub.cli("ha", "orphans", "--remove")
    assert done.returncode == 0, done
    eventually(lambda: not board.rows(), 20, "Home Assistant has forgotten it", every=0.2)


def test_home_assistant_still_found_nothing_to_complain_about(home: Home) -> None:
    test_home_assistant_found_nothing_to_complain_about(home)


TILE = "input_boolean.hall"


@contextmanager
def badge_with(home: Home, app: Path) -> Iterator[Board]:
    """A badge beside the other board of the house, online at the hub."""
    house = home.house
    board = Board(house.registry, program("ouro-board"), house.boards / app.name, app, "badge")
    board.start()
    eventually(lambda: (b := house.hub.board(board.uid)) and b["online"], 15, "the hub has the badge", every=0.1)
    yield board
    board.process.terminate()


def test_a_badge_shows_and_switches_a_thing_of_the_home(home: Home, tmp_path: Path) -> None:
    app = shutil.copytree(ROOT / "apps/home_tile", tmp_path / "home_tile")
    (app / "app.toml").write_text((app / "app.toml").read_text().replace("light.hall", TILE))
    with badge_with(home, app) as tile:

        def seen() -> bytes:
            answer = home.house.hub.request("GET", f"/api/boards/{tile.uid}/screen.png")
            return answer.content if answer.status_code == 200 else b""

        def settled() -> bytes:
            """The picture once it stands still: the tile has heard, and has drawn."""
            before = seen()
            time.sleep(0.5)
            return before if before == seen() else b""

        def state() -> str:
            return str(home.assistant.state(TILE)["state"])

        wait = partial(eventually, every=0.1)
        off = wait(settled, 15, "the tile shows something")
        with tile.control() as control:
            control.ask("press", "a", 100)
        wait(lambda: state() == "on", 10, "A has switched it on")
        on = wait(lambda: (now := settled()) != off and now, 10, "the badge shows that it is on")
        home.assistant.call("input_boolean", "turn_off", TILE)
        wait(lambda: settled() not in (on, b""), 10, "the badge shows that it is off again")


FORBIDDEN = """
import ha
ha.call("lock.unlock", "lock.front")
ha.run()
"""


def test_what_a_board_may_not_do_never_reaches_the_home(home: Home, tmp_path: Path) -> None:
    app = tmp_path / "forbidden"
    app.mkdir()
    (app / "app.py").write_text(FORBIDDEN)
    with badge_with(home, app) as board:
        hub = home.house.hub
        told = "lock.unlock: this board may not do lock.unlock to lock.front"
        hub.wait_timeline(board.uid, "log", "the app is told", lambda entry: entry["text"] == told)
        grant = f'[home_assistant.grants] {board.uid} = ["lock.front"]'
        hub.wait_timeline(board.uid, "log", "how to allow it", lambda entry: grant in entry["text"])
