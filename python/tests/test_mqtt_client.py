# SPDX-License-Identifier: Apache-2.0
"""The MQTT client of boards against a broker of a few lines: what goes over the wire, and when."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator

import pytest
from ha._mqtt_client import OFF, UP, Client

CONNACK = b"\x20\x02\x00\x00"


class Wire:
    """A broker's socket, a client, and the time, which only the test moves."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.broker: socket.socket | None = None
        self.now = 0
        self.messages: list[tuple[str, bytes, bool]] = []
        self.acknowledged: list[int] = []
        self.client = Client(
            "127.0.0.1",
            self.listener.getsockname()[1],
            "user",
            "pw",
            "ouro-x",
            "ouro/x/status",
            None,
            lambda *message: self.messages.append(message),
            self.acknowledged.append,
        )

    def step(self, ms: int = 0) -> bool:
        self.now += ms
        return self.client.step(self.now)

    def accept(self) -> bytes:
        """Takes the connection and answers it; returns what the client said first."""
        self.step()
        self.listener.settimeout(5)
        self.broker, _ = self.listener.accept()
        said = self.heard(1)
        self.say(CONNACK)
        for _ in range(100):
            if self.step():
                return said
        raise AssertionError("the client did not come up")

    def say(self, data: bytes) -> None:
        assert self.broker
        self.broker.sendall(data)
        # Loopback: once the client's socket is readable, all of it is there.
        assert self.client._socket is None or select.select([self.client._socket], [], [], 5)[0]

    def heard(self, size_min: int) -> bytes:
        """What the client has sent, at least so many bytes."""
        assert self.broker
        data = b""
        for _ in range(1000):
            self.step()
            ready, _, _ = select.select([self.broker], [], [], 0 if len(data) >= size_min else 0.01)
            if ready:
                data += self.broker.recv(65536)
            elif len(data) >= size_min:
                return data
        raise AssertionError(f"heard only {data!r}")

    def close(self) -> None:
        self.client.close()
        self.listener.close()
        if self.broker:
            self.broker.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.close()


def test_it_says_who_it_is_with_a_clean_session_and_a_will(wire: Wire) -> None:
    said = wire.accept()
    body = b"\x00\x04MQTT\x04\xee\x00\x1e\x00\x06ouro-x\x00\x0douro/x/status\x00\x07offline\x00\x04user\x00\x02pw"
    assert said == b"\x10" + bytes([len(body)]) + body
    assert wire.client.state == UP


def test_a_message_goes_out_with_qos_1_and_its_answer_is_told(wire: Wire) -> None:
    wire.accept()
    assert wire.client.publish("a/b", b"xy", 1, True) == 1
    assert wire.heard(1) == b"\x33\x09\x00\x03a/b\x00\x01xy"
    wire.say(b"\x40\x02\x00\x01")
    wire.step()
    assert wire.acknowledged == [1]


def test_a_long_message_may_come_in_pieces(wire: Wire) -> None:
    wire.accept()
    wire.client.publish("t", [b"a" * 100, b"", b"b" * 100], 0)
    assert wire.heard(206) == b"\x30\xcb\x01\x00\x01t" + b"a" * 100 + b"b" * 100


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_what_comes_is_understood_however_it_arrives(wire: Wire, size: int) -> None:
    wire.accept()
    stream = b"\x33\x08\x00\x01t\x00\x07one" + b"\x30\x06\x00\x01ttwo" + b"\xd0\x00" + b"\x32\x05\x00\x01t\x00\x08"
    for start in range(0, len(stream), size):
        wire.say(stream[start : start + size])
        wire.step()
    assert wire.messages == [("t", b"one", True), ("t", b"two", False), ("t", b"", False)]
    assert wire.heard(8) == b"\x40\x02\x00\x07\x40\x02\x00\x08"


def test_what_was_meant_for_a_connection_that_is_lost_is_not_sent_on_the_next_one(wire: Wire) -> None:
    wire.accept()
    wire.client.lose(wire.now, "cut")
    wire.client.publish("a", b"late")
    wire.now += 2_000
    assert wire.accept()[0] == 0x10, "the first packet is CONNECT"


def test_row_2_12_it_pings_through_ten_idle_minutes(wire: Wire) -> None:
    """The broker waits one and a half times the 30 s that were agreed."""
    wire.accept()
    pause = 12_000
    for _ in range(600_000 // pause):
        wire.step(pause)
        assert wire.heard(1) == b"\xc0\x00"
        wire.say(b"\xd0\x00")
        wire.step()
    assert wire.client.state == UP


def test_a_broker_that_does_not_answer_pings_is_left(wire: Wire) -> None:
    wire.accept()
    wire.step(12_000)
    wire.step(12_999)
    assert wire.client.state == UP
    wire.step(1)
    assert (wire.client.state, wire.client.reason) == (OFF, "the broker is silent")


def test_it_tries_again_later_each_time_but_not_later_than_a_minute_or_so(wire: Wire) -> None:
    wire.listener.close()
    pauses = []
    for _ in range(9):
        for _ in range(100):
            wire.step()
            if wire.client.state == OFF:
                break
        pauses.append(wire.client.retry_at - wire.now)
        wire.now = wire.client.retry_at
        wire.client.state = OFF
    for i, pause in enumerate(pauses):
        middle = min(1000 * 2**i, 60_000)
        assert 0.74 * middle <= pause <= 1.26 * middle
    assert len({pause / min(1000 * 2**i, 60_000) for i, pause in enumerate(pauses)}) > 1, "no two alike"


def test_a_refusal_is_said_in_words(wire: Wire) -> None:
    wire.step()
    wire.listener.settimeout(5)
    wire.broker, _ = wire.listener.accept()
    wire.heard(1)
    wire.say(b"\x20\x02\x00\x04")
    wire.step()
    assert (wire.client.state, wire.client.reason) == (OFF, "the broker refuses: name or password")


@pytest.mark.parametrize(
    "broken",
    [
        b"\x30\x01\x00",
        b"\x30\x04\x00\x09ab",
        b"\x30\xff\xff\xff\xff\x7f",
        b"\x30\xff\xff\x7f",
        b"\x32\x03\x00\x01t",
        b"\x30\x04\x00\x01\xffx",
    ],
)
def test_a_broken_packet_ends_the_connection_and_nothing_else(wire: Wire, broken: bytes) -> None:
    wire.accept()
    wire.say(broken)
    wire.step()
    assert wire.client.state == OFF and wire.messages == []


def test_a_broker_that_hangs_up_is_noticed_at_once(wire: Wire) -> None:
    wire.accept()
    assert wire.broker
    wire.broker.close()
    for _ in range(100):
        wire.step()
        if wire.client.state == OFF:
            break
    assert wire.client.state == OFF and wire.client.retry_at > wire.now
