# SPDX-License-Identifier: Apache-2.0
"""Joining WiFi: a radio of a few lines, and the time, which only the test moves."""

from __future__ import annotations

import pytest
from ha import _wifi


class Radio:
    """MicroPython's `network`, with one access point that may be away."""

    AP_IF = 1
    STA_IF = 0

    def __init__(self) -> None:
        self.access_point = True
        self.own_network = True
        self.asked: list[tuple[tuple, dict]] = []
        self.address: tuple | None = None
        self.connected = False
        self.joins_by_itself = False  # as an ESP32 does after a loss; it refuses to be told, meanwhile

    def WLAN(self, which: int) -> Interface:
        return Interface(self, which)


class Interface:
    def __init__(self, radio: Radio, which: int) -> None:
        self.radio = radio
        self.which = which

    def active(self, on: bool) -> None:
        if self.which == Radio.AP_IF:
            self.radio.own_network = on

    def connect(self, *args, **more) -> None:
        self.radio.asked.append((args, more))
        if self.radio.joins_by_itself:
            raise OSError("Wifi Internal State Error")
        self.radio.connected = self.radio.access_point

    def disconnect(self) -> None:
        self.radio.joins_by_itself = False
        self.radio.connected = False

    def isconnected(self) -> bool:
        return self.radio.connected and self.radio.access_point

    def config(self, what: str) -> object:
        return {"channel": 6, "bssid": b"\x01\x02"}[what]

    def ifconfig(self, address: tuple) -> None:
        self.radio.address = address

    def status(self, what: str) -> int:
        return -61


@pytest.fixture
def radio(monkeypatch: pytest.MonkeyPatch) -> Radio:
    radio = Radio()
    monkeypatch.setattr(_wifi, "network", radio)
    return radio


def make(radio: Radio, **settings: str) -> tuple[_wifi.Wifi, list[str]]:
    lines: list[str] = []
    settings = {"CIRCUITPY_WIFI_SSID": "net", "CIRCUITPY_WIFI_PASSWORD": "pw", **settings}
    return _wifi.Wifi(settings, lambda level, text: lines.append(text)), lines


def test_row_2_14_it_joins_as_a_station_and_its_own_network_is_off(radio: Radio) -> None:
    wifi, lines = make(radio)
    assert not wifi.step(0)
    assert wifi.step(100)
    assert not radio.own_network and radio.asked == [(("net", "pw"), {})]
    assert lines == ["WiFi: joined net"] and wifi.signal() == -61


def test_row_2_11_an_access_point_that_is_away_for_a_minute_is_joined_without_a_reset(radio: Radio) -> None:
    radio.access_point = False
    wifi, lines = make(radio)
    for now in range(0, 60_000, 250):
        assert not wifi.step(now)
    assert 3 <= len(radio.asked) <= 5, "each try has 15 s and a pause"
    radio.access_point = True
    assert any(wifi.step(now) for now in range(60_000, 80_000, 250))
    assert lines[-1] == "WiFi: joined net"


def test_it_comes_back_to_where_it_was_and_looks_everywhere_if_that_fails(radio: Radio) -> None:
    wifi, _ = make(radio)
    wifi.step(0)
    assert wifi.step(100)
    radio.access_point = False
    assert not wifi.step(1_000)
    assert radio.asked[-1] == (("net", "pw"), {"bssid": b"\x01\x02", "channel": 6})
    for now in range(1_000, 20_000, 250):
        wifi.step(now)
    assert radio.asked[-1] == (("net", "pw"), {}), "the second time without a place"


def test_a_chip_that_is_joining_by_itself_is_left_to_it_for_a_while(radio: Radio) -> None:
    wifi, lines = make(radio)
    wifi.step(0)
    assert wifi.step(100)
    radio.connected = False
    radio.joins_by_itself = True
    assert not any(wifi.step(now) for now in range(1_000, 15_000, 250))
    assert any(wifi.step(now) for now in range(15_000, 20_000, 250))
    assert lines[-1] == "WiFi: joined net" and not radio.joins_by_itself


def test_a_fixed_address_is_set(radio: Radio) -> None:
    wifi, _ = make(radio, HA_IP="10.0.0.9/255.255.255.0/10.0.0.1/10.0.0.1")
    wifi.step(0)
    assert radio.address == ("10.0.0.9", "255.255.255.0", "10.0.0.1", "10.0.0.1")


def test_without_a_name_or_a_radio_the_network_is_somebody_elses(radio: Radio, monkeypatch) -> None:
    assert _wifi.Wifi({}, print).step(0) and radio.asked == []
    monkeypatch.setattr(_wifi, "network", None)
    assert make(radio)[0].step(0)
