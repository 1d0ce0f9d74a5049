# SPDX-License-Identifier: Apache-2.0
"""What `ha.ask` says on MQTT, and hears; the serial line is tested by tests/conformance."""

from __future__ import annotations

import json

import pytest
from ha._mqtt import Mqtt


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Mqtt:
    board = Mqtt({"HA_BROKER": "127.0.0.1", "HA_ID": "c0ffee01"})
    board.said = []
    monkeypatch.setattr(board, "_publish", lambda leaf, text, **_: board.said.append((leaf, json.loads(text))))
    board.up = board._declared = True
    return board


def test_only_what_asks_says_so(board: Mqtt) -> None:
    board.call(7, "weather.get_forecasts", "weather.home", '{"type":"daily"}', True)
    board.call(8, "light.toggle", "", "{}")
    said = {"n": 7, "action": "weather.get_forecasts", "target": "weather.home", "data": {"type": "daily"}}
    assert board.said == [
        ("call", {**said, "ask": True}),
        ("call", {"n": 8, "action": "light.toggle", "target": None, "data": {}}),
    ]


def test_what_it_hears_is_what_was_answered_and_nothing_else(board: Mqtt) -> None:
    def hear(**said: object) -> object:
        board._hear("ouro/c0ffee01/answer", json.dumps(said).encode(), False)
        return board.news()

    assert hear(n=7, ok=True, text="", response={"a": [1]}) == (7, True, "", {"a": [1]})
    assert hear(n=7, ok=False, text="too large") == (7, False, "too large", None)
    assert hear(n=7, ok=True, text=5, response="no object") == (7, True, "", None)
    assert hear(n="7", ok=True) is None and hear(n=7, ok="yes") is None
