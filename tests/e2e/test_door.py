# SPDX-License-Identifier: Apache-2.0
"""The door with real parts: ring and unlock, and everything that must not open it."""

from __future__ import annotations

import re
import secrets
import time

import pytest
from conftest import House
from parts.board import CONVERSATION, DOOR, ControlSocket
from parts.broker import Listener
from parts.waiting import eventually, never

UNLOCK = "pyntercom/intercom/unlock"
CALL_DETECTED = "pyntercom/intercom/call_detected"
TOLERANCE = 0.15  # seconds of wall clock, sanitizers and a busy machine included


def topic(house: House, entity: str, word: str) -> str:
    return f"ouro/{house.board.uid}/{entity}/{word}"


def relay_changes(watch: ControlSocket, since: int) -> list[tuple[str, int]]:
    return [(c.name, c.level) for c in watch.changes[since:] if c.name in (DOOR, CONVERSATION)]


def check_sequence(watch: ControlSocket, since: int) -> None:
    """Waits for one whole opening that starts after change number `since`, and checks its times."""
    talk_on = watch.wait_level(CONVERSATION, 1, 3, since)
    door_on = watch.wait_level(DOOR, 1, 3, since)
    door_off = watch.wait_level(DOOR, 0, 8, since)
    talk_off = watch.wait_level(CONVERSATION, 0, 3, since)
    assert door_on.at - talk_on.at == pytest.approx(1.0, abs=TOLERANCE)
    assert door_off.at - door_on.at == pytest.approx(5.0, abs=TOLERANCE)
    assert talk_off.at - door_on.at == pytest.approx(5.0, abs=TOLERANCE)


def stays_shut(watch: ControlSocket, since: int, during: float = 1.5) -> None:
    never(lambda: relay_changes(watch, since), during, "a relay moves")


def lock_states(listener: Listener, house: House, since: int = 0) -> list[str]:
    state = topic(house, "door", "state")
    return [m.text for m in listener.messages[since:] if m.topic == state and not m.retained]


def test_a_ring_is_told_once_on_every_path_and_kept_nowhere(quiet_house: House) -> None:
    house = quiet_house
    uid = house.board.uid
    with house.access.listen("ouro/#", "pyntercom/#") as mqtt, house.hub.live() as live, house.board.watch() as pins:
        before = len(pins.changes)
        live_before = len(live.messages)
        start = len(mqtt.messages)
        house.board.ring(300)
        pressed = pins.wait_level("call", 0, since=before)
        event = mqtt.wait_for("the event", lambda m: m.topic == topic(house, "doorbell", "event"), since=start)
        assert event.json()["event_type"] == "ring"
        assert event.at - pressed.at < 0.5
        mqtt.wait_text(CALL_DETECTED, "call_detected", since=start)
        on = mqtt.wait_text(topic(house, "ringing", "state"), "ON", since=start)
        shown = live.wait_for("the ring", lambda m: m["type"] == "event" and m["uid"] == uid, since=live_before)
        assert (shown["id"], shown["event_type"], shown["late"]) == ("doorbell", "ring", False)
        off = mqtt.wait_text(topic(house, "ringing", "state"), "OFF", 7, since=start)
        assert off.at - on.at == pytest.approx(5.0, abs=TOLERANCE)
        mqtt.mark_end(3)
        heard = [m for m in mqtt.messages[start:] if m.topic in (CALL_DETECTED, topic(house, "doorbell", "event"))]
        assert len(heard) == 2 and not any(m.retained for m in heard), heard
        assert relay_changes(pins, before) == [], "a ring alone must not open: auto unlock is off by default"
    assert house.access.retained("pyntercom/#", topic(house, "doorbell", "#")) == {}
    entry = house.hub.wait_timeline(uid, "event", "the ring", lambda e: e["id"] == "doorbell" and e["text"] == "ring")
    assert abs(entry["at_ms"] / 1000 - time.time()) < 60


def test_open_runs_one_sequence_however_often_it_is_said(quiet_house: House) -> None:
    house = quiet_house
    with house.access.listen("ouro/#") as mqtt, house.board.watch() as pins:
        before, start = len(pins.changes), len(mqtt.messages)
        house.access.publish(UNLOCK, "open")
        pins.wait_level(CONVERSATION, 1, since=before)
        house.access.publish(UNLOCK, "open")
        house.access.publish(topic(house, "door", "set"), '{"value":"UNLOCK","id":"while-open","ttl_ms":5000}')
        pins.wait_level(DOOR, 1, since=before)
        house.access.publish(UNLOCK, "open")
        check_sequence(pins, before)
        mqtt.wait_text(topic(house, "door", "state"), "LOCKED", since=start)
        stays_shut(pins, len(pins.changes))
        moves = relay_changes(pins, before)
        assert moves[:2] == [(CONVERSATION, 1), (DOOR, 1)]
        assert sorted(moves[2:]) == [(CONVERSATION, 0), (DOOR, 0)], "exactly one cycle"
        assert lock_states(mqtt, house, start) == ["UNLOCKING", "UNLOCKED", "LOCKING", "LOCKED"]
        done = mqtt.wait_for("the refusal", lambda m: m.topic.endswith("/door/done") and b"while-open" in m.payload)
        assert done.json()["ok"] is False and "busy" in done.json()["text"]


def test_home_assistants_unlock_opens_once_per_id_and_never_late(quiet_house: House) -> None:
    house = quiet_house
    identity = f"t-{secrets.token_hex(4)}"
    command = '{"value":"UNLOCK","id":"%s","ttl_ms":5000,"t":%.3f}'
    with house.access.listen(topic(house, "door", "#")) as mqtt, house.board.watch() as pins:
        before = len(pins.changes)
        house.access.publish(topic(house, "door", "set"), command % (identity + "late", time.time() - 60))
        late = (identity + "late").encode()
        refusal = mqtt.wait_for("the late one's end", lambda m: m.topic.endswith("/done") and late in m.payload)
        assert refusal.json()["ok"] is False and "older" in refusal.json()["text"]
        stays_shut(pins, before, 1)
        house.access.publish(topic(house, "door", "set"), command % (identity, time.time()))
        check_sequence(pins, before)
        ended = {"id": identity, "ok": True, "text": ""}
        mqtt.wait_for("its end", lambda m: m.topic.endswith("/done") and m.json() == ended)
        after = len(pins.changes)
        house.access.publish(topic(house, "door", "set"), command % (identity, time.time()))
        stays_shut(pins, after)


def test_plain_unlock_and_the_button_open_too(quiet_house: House) -> None:
    house = quiet_house
    with house.board.watch() as pins:
        for entity, payload in (("door", "UNLOCK"), ("open_door", "PRESS")):
            before = len(pins.changes)
            house.access.publish(topic(house, entity, "set"), payload)
            check_sequence(pins, before)
            eventually(lambda: house.hub.board(house.board.uid)["states"]["door"]["value"] == "LOCKED", 3, "locked")


def logged(house: House, words: str) -> int:
    """How many log lines name `words`; those that the hub only counted, against floods, are among them."""
    lines = [entry["text"] for entry in house.hub.timeline(house.board.uid, "log")]
    held_back = [re.match(r"(\d+) more lines about this board were not written", line) for line in lines]
    return sum(words in line for line in lines) + sum(int(found[1]) for found in held_back if found)


@pytest.mark.parametrize(
    "payload",
    [b"OPEN", b"", b"open\n", b" open", b"x" * 10_000, b"open" * 2_500, b"\xff\xfe\x80", b"op\xc3\x28en"],
    ids=["upper case", "empty", "line feed", "space", "10 kB", "10 kB of open", "not UTF-8", "broken UTF-8"],
)
def test_any_other_payload_moves_nothing_and_is_logged(quiet_house: House, payload: bytes) -> None:
    house = quiet_house
    with house.board.watch() as pins:
        before, known = len(pins.changes), logged(house, UNLOCK)
        house.access.publish(UNLOCK, payload)
        eventually(lambda: logged(house, UNLOCK) > known, 15, "what was ignored is logged")
        house.access.publish(topic(house, "door", "set"), payload)
        stays_shut(pins, before, 0.6)
    assert house.hub.health()["status"] == "ok"


def test_auto_unlock_opens_once_for_one_ring_when_switched_on(quiet_house: House) -> None:
    house = quiet_house
    uid = house.board.uid
    value = lambda: house.hub.board(uid)["states"]["auto_unlock"]["value"]  # noqa: E731
    assert value() is False, "off by default"
    try:
        assert house.hub.set(uid, "auto_unlock", True, wait=True).json()["outcome"] == "done"
        with house.board.watch() as pins:
            before = len(pins.changes)
            house.board.ring(2000)
            check_sequence(pins, before)
            stays_shut(pins, len(pins.changes), 1)
            assert len(relay_changes(pins, before)) == 4
    finally:
        house.hub.set(uid, "auto_unlock", False, wait=True)
    assert value() is False


def test_the_web_api_tells_how_a_command_ended(quiet_house: House) -> None:
    house = quiet_house
    uid = house.board.uid
    with house.hub.live() as live, house.board.watch() as pins:
        before = len(pins.changes)
        answer = house.hub.set(uid, "door", "UNLOCK", cmd_id="web-1")
        assert answer.status_code == 202 and answer.json()["outcome"] == "sent"
        live.wait_for("the relay", lambda m: m["type"] == "output" and m["name"] == DOOR and m["on"])
        check_sequence(pins, before)
        ended = live.wait_for("its end", lambda m: m["type"] == "command" and m["command"]["outcome"] == "done", 8)
        assert ended["command"]["cmd_id"] == "web-1"
    assert house.hub.set(uid, "door", "JUMP").status_code in (400, 422)
    assert house.hub.set(uid, "nothing", True).status_code == 404
    assert house.hub.set("feedbeef", "door", "UNLOCK").status_code == 404


def test_row_2_27_what_happens_is_written_down_with_its_time_and_no_look_is(quiet_house: House) -> None:
    house = quiet_house
    uid = house.board.uid
    wanted = {
        ("event", "doorbell", "ring"),
        ("state", "ringing", "true"),
        ("state", "ringing", "false"),
        ("state", "door", "UNLOCKING"),
        ("state", "door", "LOCKED"),
        ("output", "conversation_relay", "on"),
        ("output", "door_relay", "on"),
        ("output", "door_relay", "off"),
        ("command", "door", "done"),
    }
    began = house.hub.get("/api/timeline", uid=uid, limit=1)[0]["seq"]

    def written() -> set[tuple[str, str, str]]:
        return {(e["what"], e["id"], e["text"]) for e in house.hub.timeline(uid) if e["seq"] > began}

    house.board.ring(200)
    assert house.hub.set(uid, "door", "UNLOCK", wait=True).status_code == 202
    eventually(lambda: wanted <= written(), 12, "everything is written down")
    for entry in (e for e in house.hub.timeline(uid) if e["seq"] > began):
        assert abs(entry["at_ms"] / 1000 - time.time()) < 60, entry
    count = len(house.hub.timeline(uid))
    never(lambda: len(house.hub.timeline(uid)) != count, 3, "a look at a pin or a sensor is an entry")


def test_a_value_that_moves_is_plotted(quiet_house: House) -> None:
    house = quiet_house
    history = f"/api/boards/{house.board.uid}/history/free_memory"
    points = eventually(lambda: (p := house.hub.get(history)["points"]) and len(p) >= 2 and p, 8, "two samples")
    assert all(low <= mean <= high for _, low, mean, high in points)
    assert [p[0] for p in points] == sorted(p[0] for p in points)
