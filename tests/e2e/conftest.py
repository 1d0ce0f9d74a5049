# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the real parts, put together for a module, with their logs attached to whatever fails."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from parts.board import Board
from parts.broker import Access, Broker
from parts.hub import Hub
from parts.processes import Registry
from parts.usb import Usb
from parts.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("OURO_BIN_DIR", ROOT / "build/dev/bin"))
RESULTS = Path(__file__).parent / "results"

_REGISTRY = Registry()  # one for the run: pytest_runtest_makereport has no other way to the logs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast modules first: a broken door is told before Home Assistant has started. Order inside a module stays."""
    order = [
        "test_board",
        "test_badge",
        "test_microcontroller",
        "test_console",
        "test_ports",
        "test_cli",
        "test_shown_commands",
        "test_ha_commands",
        "test_addon",
        "test_tools",
        "test_board_tools",
        "test_sessions",
        "test_deploy",
        "test_jobs",
        "test_secrets",
        "test_cheatsheet",
        "test_lines",
        "test_sync",
        "test_flash",
        "test_security",
        "test_door",
        "test_broker_away",
        "test_stock_boards",
        "test_stock_uart",
        "test_stock_mqtt",
        "test_stock_update",
        "test_stock_many",
        "test_stock_network",
        "test_stock_tls",
        "test_page",
        "test_home_page",
        "test_flash_page",
        "test_faults",
        "test_home_assistant",
        "test_stock_home_assistant",
        "test_tuya",
    ]
    place = {name: i for i, name in enumerate(order)}
    items.sort(key=lambda item: place.get(Path(item.path).stem, len(order)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.failed:
        report.sections.extend(_REGISTRY.sections())
    return report


@dataclass
class House:
    """One folder with everything in it. Parts are started by the fixtures; a test stops and starts them as it likes."""

    folder: Path
    registry: Registry
    mark: int
    broker: Broker | None = None
    board: Board | None = None
    hub: Hub | None = None

    @property
    def boards(self) -> Path:
        return self.folder / "boards"

    @property
    def access(self) -> Access:
        """Way into the broker in use, our own or the hub's."""
        return self.broker.access if self.broker else self.hub.own_broker()

    def add_broker(self, password: str | None = None) -> Broker:
        self.broker = Broker(self.registry, self.folder / "broker", password or f"pw-{secrets.token_hex(8)}")
        return self.broker

    def add_board(self, name: str = "door", app: Path = ROOT / "apps/intercom") -> Board:
        self.boards.mkdir(exist_ok=True)
        self.board = Board(self.registry, program("ouro-board"), self.boards / name, app)
        return self.board

    def add_hub(self, usb: Usb | None = None) -> Hub:
        self.boards.mkdir(exist_ok=True)
        broker = self.broker.access if self.broker else None
        self.hub = Hub(self.registry, program("ouro"), self.folder / "hub", self.boards, broker, usb)
        return self.hub

    def start_all(self) -> None:
        for part in (self.broker, self.board, self.hub):
            if part and not part.process.alive:
                part.start()
        self.hub.wait_online(self.board.uid)


def program(name: str) -> Path:
    path = BIN / name
    if not path.exists():
        pytest.fail(f"{path} is not built; try ./dev build, or set OURO_BIN_DIR", pytrace=False)
    return path


@contextmanager
def temporary_house() -> Iterator[House]:
    """A folder with a short path (Unix sockets allow 108 bytes), removed afterwards; its logs stay in results/."""
    folder = Path(tempfile.mkdtemp(prefix="ouro-"))
    house = House(folder, _REGISTRY, _REGISTRY.mark())
    try:
        yield house
    finally:
        try:
            _REGISTRY.end(house.mark)
        finally:
            keep_logs(folder)
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def tmp_house_factory() -> Callable[[], AbstractContextManager[House]]:
    return temporary_house


def keep_logs(folder: Path) -> None:
    RESULTS.mkdir(exist_ok=True)
    for log in folder.rglob("*.log"):
        shutil.copy(log, RESULTS / f"{folder.name}-{log.name}")


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Broker, virtual board with the intercom, hub: running and acquainted."""
    with temporary_house() as house:
        house.add_broker()
        house.add_board()
        house.add_hub()
        house.start_all()
        yield house


@pytest.fixture
def quiet_house(house: House) -> House:
    """The house at rest: everything runs, both relays off, no command under way and no ring's cooldown."""
    house.start_all()
    eventually(lambda: at_rest(house), 15, "the door is at rest", every=0.1)
    return house


def at_rest(house: House) -> bool:
    card = house.hub.board(house.board.uid)
    states = {name: state["value"] for name, state in card["states"].items()}
    return states.get("door") == "LOCKED" and states.get("ringing") is not True
