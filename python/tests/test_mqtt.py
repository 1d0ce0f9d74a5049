# SPDX-License-Identifier: Apache-2.0
"""A board on MQTT, without a network: what it keeps, and what it makes of anything that comes."""

from __future__ import annotations

import json
import struct

import pytest
from ha import _board
from ha._mqtt import Mqtt


class Said(list):
    """(topic below the board's, what was said) of each message."""

    def of(self, leaf: str) -> list[object]:
        return [text for topic, text in self if topic == leaf]


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Mqtt:
    board = Mqtt({"HA_BROKER": "127.0.0.1", "HA_ID": "c0ffee01"})
    board.said = Said()

    def publish(topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> int:
        board.said.append((topic[len("ouro/c0ffee01/") :], payload.decode()))
        return len(board.said) if qos else 0

    monkeypatch.setattr(board._client, "publish", publish)
    board.declare("bell", "event", "Bell", '{"event_types":["ring"]}')
    board.declare("lamp", "switch", "Lamp", "{}")
    board.up = board._declared = True
    return board


def test_events_of_a_connection_that_is_lost_are_kept_in_order_and_not_without_end(board: Mqtt) -> None:
    for i in range(20):  # nothing is acknowledged: the broker is gone, and nobody knows
        board.event("bell", "ring", f'{{"n":{i}}}')
    board._go_down()
    for i in range(20, 50):
        board.event("bell", "ring", f'{{"n":{i}}}')
    board.up = True
    board.said.clear()
    board.say_kept()
    assert [json.loads(text)["n"] for text in board.said.of("bell/event")] == list(range(34, 50))
    assert board.dropped == 34


def test_without_wifi_it_knows_that_nobody_listens(board: Mqtt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board._wifi, "step", lambda now: False)
    board.serve()
    assert not board.home_up()
    board.event("bell", "ring", "{}")
    assert board.said == []


def test_an_id_that_is_none_ends_nothing_and_costs_nobody_his_answer(board: Mqtt) -> None:
    for cmd_id in ([1], {"a": 1}, 5, "not an id", "x" * 25):
        for _ in range(20):
            board._hear("ouro/c0ffee01/lamp/set", json.dumps({"value": True, "id": cmd_id}).encode(), False)
    assert board.poll() is None and board.said.of("lamp/done") == []
    board._hear("ouro/c0ffee01/lamp/set", b'{"value":true,"id":"good"}', False)
    assert board.poll()[:3] == ("lamp", "good", True)
    board.done("good", True, "")
    assert [json.loads(text) for text in board.said.of("lamp/done")] == [{"id": "good", "ok": True, "text": ""}]


def test_a_repeated_command_and_the_one_that_it_repeats_are_both_answered(board: Mqtt) -> None:
    for _ in range(2):
        board._hear("ouro/c0ffee01/lamp/set", b'{"value":true,"id":"once"}', False)
    board.done("once", True, "")
    ends = [json.loads(text) for text in board.said.of("lamp/done")]
    assert [(end["ok"], end["text"]) for end in ends] == [(False, "duplicate"), (True, "")]


EPOCH_MS = 1_700_000_060_500


def small(digits: str) -> float:
    return struct.unpack("f", struct.pack("f", float(digits)))[0]


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize(
    ("at", "refused"),
    [
        ("1700000060.4", False),
        ("1700000060", False),
        (" 1700000056.123456 ", False),
        ("null", False),
        ("1700000055.4", True),
        ("1700000062.5", True),
        ("0", True),
        ("-5.5", True),
    ],
)
def test_a_late_command_is_told_from_others_also_with_small_floats(
    board: Mqtt, monkeypatch: pytest.MonkeyPatch, at: str, refused: bool, single: bool
) -> None:
    if single:

        class SmallFloats:
            """json, as on a chip with floats of 32 bits."""

            @staticmethod
            def loads(text: str | bytes) -> object:
                return json.loads(text, parse_float=small)

        monkeypatch.setattr(_board, "json", SmallFloats)
    monkeypatch.setattr(board, "now", lambda: 600_000)
    board.hear_time(EPOCH_MS)
    command = f'{{"value": true, "id": "c1", "ttl_ms": 5000, "t":{at}}}'
    board._hear("ouro/c0ffee01/lamp/set", command.encode(), False)
    ends = [json.loads(text)["text"] for text in board.said.of("lamp/done")]
    assert (ends, board.poll() is None) == ((["expired"], True) if refused else ([], False))


@pytest.mark.parametrize("at", ["1e999", "[]", '"now"', "true", "1.5e9", "NaN"])
def test_a_command_of_no_time_is_ignored_and_ends_nothing(board: Mqtt, at: str) -> None:
    board.hear_time(EPOCH_MS)
    board._hear("ouro/c0ffee01/lamp/set", f'{{"value":true,"id":"c1","t":{at}}}'.encode(), False)
    assert board.poll() is None and "command ignored" in board.said.of("log")[0]


@pytest.mark.parametrize("payload", [b"\xff", b"{" * 4000, b"[" * 4000, b"5", b'{"n":', b""])
def test_what_is_no_object_ends_nothing(board: Mqtt, payload: bytes) -> None:
    for leaf in ("answer", "ha/light.hall", "update", "clock", "lamp/set"):
        board._hear("ouro/c0ffee01/" + leaf, payload, False)
    assert board.news() is None and board.poll() is None
