# SPDX-License-Identifier: Apache-2.0
"""`ouro deploy` to a board that is reached over MQTT alone: MicroPython as released, a real broker, no prompt."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import House, program, temporary_house
from parts.broker import Broker
from parts.processes import Process, free_port
from parts.romfs_board import Rom
from parts.stock_board import StockFiles
from parts.waiting import eventually
from test_deploy import write_app
from test_tools import Tool

UID = "5ccf7f0a33"
KEY = "the key of this board"

# What a board does when it is reset: it starts again.
SUPPLY = """
import ctypes, signal, subprocess, sys
def dies_too(): ctypes.CDLL(None).prctl(1, signal.SIGKILL)
while True: subprocess.call(sys.argv[1:], preexec_fn=dies_too)
"""


def app_of(version: int, more: str = "") -> dict[str, str]:
    code = f"import ha, same\nha.sensor('Version').value = {version}\n{more}ha.run()\n"
    return {"app.py": code, "same.py": "# the same in all versions\n" * 100}


@dataclass
class AirHouse:
    house: House
    files: StockFiles
    tool: Tool
    app: Path
    broker: Broker

    def deploy(self, version: int, more: str = "", *words: str) -> subprocess.CompletedProcess[bytes]:
        write_app(self.app, app_of(version, more))
        return self.tool.run("deploy", str(self.app), "Porch", *words, within=200)

    def keep_key(self, value: str) -> None:
        assert self.tool.run("secrets", "set", "HA_UPDATE_KEY", "-b", UID, keys=value.encode()).returncode == 0

    def wait_version(self, version: int) -> None:
        said = lambda: self.house.hub.board(UID)["states"].get("version", {}).get("value") == version  # noqa: E731
        eventually(said, 30, f"version {version} runs")


@pytest.fixture(scope="module")
def air() -> Iterator[AirHouse]:
    with air_house() as air:
        yield air


@contextmanager
def air_house(in_rom: bool = False) -> Iterator[AirHouse]:
    """`in_rom`: `ha` is in the board's ROM instead of among its files."""
    with temporary_house() as house:
        broker = house.add_broker()
        broker.start()
        access = broker.access
        settings = {
            "HA_ID": UID,
            "HA_NAME": "Porch",
            "HA_BROKER": access.host,
            "HA_PORT": str(access.port),
            "HA_USER": access.username,
            "HA_PASSWORD": access.password,
            "HA_UPDATE_KEY": KEY,
        }
        app = write_app(house.folder / "porch", app_of(1))
        files = StockFiles(house.folder / "stock", app, settings)
        if in_rom:
            shutil.rmtree(files.folder / "ha")
            rom = put_ha_in_rom(house.folder)
            files.environment = {**rom.env, "MICROPYPATH": ":.frozen:/rom/lib"}
        argv = [sys.executable, "-c", SUPPLY, "sh", "-c", 'cd "$0" && exec "$1" -X heapsize=256k main.py']
        board = house.registry.add(
            Process(
                "stock", [*argv, str(files.folder), str(program("unix-board"))], house.folder / "board.log", files.env
            )
        )
        hub = house.add_hub()
        hub.start()
        board.start()
        hub.wait_online(UID)
        tool = Tool("", data=str(hub.data))
        del tool.environment["OURO_BOARD"]
        tool.environment["OURO_BROKER"] = access.url
        yield AirHouse(house, files, tool, app, broker)


def put_ha_in_rom(folder: Path) -> Rom:
    (folder / "nothing").mkdir()
    argv = [str(program("ouro")), "romfs", "build", "--ha", str(folder / "nothing")]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    rom = Rom(folder)
    rom.content = (folder / "nothing.romfs").read_bytes()
    return rom


def test_row_2_30_without_the_boards_key_nothing_is_sent(air: AirHouse) -> None:
    done = air.deploy(2)
    assert done.returncode == 5 and b"ouro secrets set HA_UPDATE_KEY --board 5ccf7f0a33" in done.stderr
    air.keep_key("a key of another board")
    done = air.deploy(2)
    assert done.returncode == 5 and b"not signed with this board's key" in done.stderr
    air.wait_version(1)


def test_row_2_30_a_new_version_is_sent_tried_and_kept(air: AirHouse) -> None:
    air.keep_key(KEY)
    plan = air.deploy(2, "", "--dry-run").stdout.decode()
    assert "ha/_mqtt.mpy" in plan and "app.py" in plan
    done = air.deploy(2)
    said = done.stdout.decode()
    assert done.returncode == 0 and said.endswith("ok: it runs, and the board keeps it\n"), done
    assert "sending app.py" in said and KEY not in said
    air.wait_version(2)
    again = air.deploy(2)
    assert again.returncode == 5 and b"has it already" in again.stderr
    third = air.deploy(3)
    assert third.returncode == 0 and b"sending same.py" not in third.stdout, "what it has is copied there"
    air.wait_version(3)
    versions = {path.name for path in (air.files.folder / ".ouro/apps").iterdir()}
    assert len(versions) == 2, "the one that runs and the one before"


def test_row_2_30_a_version_that_crashes_is_taken_back_and_the_old_one_runs_on(air: AirHouse) -> None:
    air.keep_key(KEY)
    assert air.deploy(4).returncode == 0
    done = air.deploy(5, "1/0\n")
    assert done.returncode == 1 and b"ZeroDivisionError" in done.stderr and b"is back at what it had" in done.stderr
    air.wait_version(4)
    assert air.deploy(6).returncode == 0, "and takes the next one"


def test_row_2_30_a_broker_that_is_away_for_a_moment_does_not_end_an_update(air: AirHouse) -> None:
    air.keep_key(KEY)
    write_app(air.app, {**app_of(7), "large.py": "# what takes a while to send\n" * 5000})
    deploying = air.tool.start("deploy", str(air.app), "Porch")
    assert deploying.stdout is not None
    while b"large.py" not in deploying.stdout.readline():
        assert deploying.poll() is None
    air.broker.restart()
    said, complaint = deploying.communicate(timeout=200)
    assert deploying.returncode == 0 and said.endswith(b"ok: it runs, and the board keeps it\n"), complaint
    air.wait_version(7)


def test_row_2_30_without_a_broker_it_says_so_at_once(air: AirHouse) -> None:
    air.keep_key(KEY)
    words = ("deploy", str(air.app), "Porch")
    done = air.tool.run(*words, environment={"OURO_BROKER": f"mqtt://127.0.0.1:{free_port()}"})
    assert done.returncode == 1 and b"does not take this connection: Connection refused" in done.stderr
    done = air.tool.run(*words, environment={"OURO_BROKER": "none"})
    assert done.returncode == 1 and b"names no broker" in done.stderr


def test_row_2_30_ha_stays_in_the_rom() -> None:
    with air_house(in_rom=True) as air:
        air.keep_key(KEY)
        done = air.deploy(2)
        assert done.returncode == 0, done
        assert b"sending app.py" in done.stdout and b"sending ha/" not in done.stdout
        air.wait_version(2)
        assert not list(air.files.folder.rglob("ha")), "neither from the hub nor copied"
        assert air.deploy(3).returncode == 0, "and the one after that"
        air.wait_version(3)
