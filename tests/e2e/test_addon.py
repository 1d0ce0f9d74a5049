# SPDX-License-Identifier: Apache-2.0
"""The add-on without Home Assistant's machine: its main program with an imitated Supervisor and a real broker, and the
page through a real nginx that does what ingress does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from conftest import BIN, ROOT, House, temporary_house
from parts.ingress import Ingress
from parts.processes import Process, free_port
from parts.supervisor import TOKEN, Supervisor
from parts.waiting import eventually
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect


@dataclass
class Addon:
    house: House
    supervisor: Supervisor
    process: Process
    ingress_port: int
    port: int

    @property
    def toml(self) -> str:
        return (self.house.folder / "data/hub/ouro.toml").read_text()

    def client(self, source: str = "127.0.0.2") -> httpx.Client:
        """Speaks to the ingress listener from that address."""
        transport = httpx.HTTPTransport(local_address=source)
        return httpx.Client(base_url=f"http://127.0.0.1:{self.ingress_port}", transport=transport, timeout=5)

    def health(self) -> dict[str, object]:
        try:
            with self.client() as client:
                return client.get("/health").json()
        except httpx.TransportError:
            return {}

    def wait_connected(self) -> None:
        eventually(lambda: self.health().get("mqtt") == "connected", 20, "the hub has found the broker", every=0.1)


@pytest.fixture(scope="module")
def addon() -> Iterator[Addon]:
    with temporary_house() as house:
        broker = house.add_broker(password='a "quoted" pass\\word')
        broker.start()
        house.add_board()
        house.board.start()
        data = house.folder / "data"
        data.mkdir()
        grants = [{"board": house.board.uid, "entity": "lock.front"}]
        options = {"log_level": "info", "boards_see_home": True, "grants": grants, "ports": ["none"]}
        (data / "options.json").write_text(json.dumps(options))
        supervisor = Supervisor(None)
        ports = free_port(), free_port()
        environment = {
            "OURO_ADDON_DATA": str(data),
            "OURO_ADDON_CONFIG": str(house.folder),
            "OURO_ADDON_SUPERVISOR": supervisor.url,
            "OURO_ADDON_INGRESS": f"127.0.0.1:{ports[0]}",
            "OURO_ADDON_INGRESS_SOURCES": "127.0.0.2",
            "OURO_ADDON_LISTEN": f"127.0.0.1:{ports[1]}",
            "OURO_ADDON_ASK_AGAIN_S": "0.3",
            "SUPERVISOR_TOKEN": TOKEN,
            "PATH": f"{BIN}:{os.environ['PATH']}",
        }
        argv = [sys.executable, str(ROOT / "packaging/addon/ouro_addon.py")]
        process = house.registry.add(Process("add-on", argv, house.folder / "addon.log", environment))
        process.start()
        addon = Addon(house, supervisor, process, *ports)
        eventually(addon.health, 20, "the hub answers the watchdog")
        yield addon
        supervisor.close()


def test_without_a_broker_it_runs_and_asks_again_until_there_is_one(addon: Addon) -> None:
    assert addon.health()["mqtt"] == "off" and "enabled = false" in addon.toml
    assert "install the Mosquitto add-on" in addon.process.text()
    addon.supervisor.broker = addon.house.broker.access
    addon.wait_connected()
    assert set(addon.supervisor.asked) == {"400 /services/mqtt", "200 /services/mqtt"}


def test_the_hub_signs_in_at_the_supervisors_proxy_and_nobody_reads_the_token(addon: Addon) -> None:
    addon.wait_connected()
    assert addon.supervisor.signed_in.wait(20), "Home Assistant is reached through the Supervisor"
    assert TOKEN not in addon.process.text()
    assert addon.house.broker.access.password not in addon.process.text()
    file = addon.house.folder / "data/hub/ouro.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert f'{addon.house.board.uid} = ["lock.front"]' in addon.toml


def test_another_password_is_noticed_and_the_hub_starts_anew(addon: Addon) -> None:
    addon.wait_connected()
    broker = addon.house.broker
    broker.stop()
    moved = addon.house.folder / "moved"
    second = type(broker)(addon.house.registry, moved, "another one")
    second.start()
    addon.supervisor.broker = second.access
    eventually(lambda: '"another one"' in addon.toml, 10, "the new password is in use")
    addon.wait_connected()
    second.stop()
    broker.start()
    addon.supervisor.broker = broker.access
    addon.wait_connected()


def test_only_the_configured_address_may_use_the_ingress_listener(addon: Addon) -> None:
    with addon.client() as client:
        me = client.get("/api/me", headers={"X-Remote-User-Display-Name": "Anna"})
        assert me.status_code == 200 and me.json()["user"] == "Anna" and me.json()["role"] == "operator"
    for source in ("127.0.0.1", "127.0.0.3"):
        with socket.socket() as stranger:
            stranger.settimeout(5)
            stranger.bind((source, 0))
            stranger.connect(("127.0.0.1", addon.ingress_port))
            assert stranger.recv(1) == b"", f"{source} was not hung up on"
    eventually(lambda: "127.0.0.3 is not Home Assistant's ingress" in addon.process.text(), 5, "it is in the log")
    assert httpx.get(f"http://127.0.0.1:{addon.port}/api/me").status_code == 401, "the other port has its login"


@pytest.mark.timeout(300)
def test_the_page_works_below_the_prefix_of_ingress_in_chromium(addon: Addon) -> None:
    addon.wait_connected()
    ingress = Ingress(addon.house.registry, addon.house.folder / "nginx", addon.ingress_port)
    ingress.start()
    boards = lambda: [b for b in httpx.get(f"{ingress.url}api/boards").json() if b["entities"]]  # noqa: E731
    eventually(boards, 20, "the board is there", every=0.1)
    with pytest.raises(InvalidStatus):
        connect(f"{ingress.url.replace('http', 'ws')}api/ws", origin="http://evil.example")
    run = subprocess.run(
        ["npm", "--prefix", str(ROOT / "web"), "run", "--silent", "e2e:ingress"],
        capture_output=True,
        text=True,
        timeout=200,
        env={**os.environ, "OURO_URL": ingress.url},
    )
    print(run.stdout[-20_000:])
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]
    assert ingress.outside() == []


def test_it_ends_with_the_hub_when_it_is_told_to(addon: Addon) -> None:
    assert addon.process.terminate() == 0
    assert addon.health() == {}
