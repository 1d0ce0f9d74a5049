# SPDX-License-Identifier: Apache-2.0
"""`ha` and a broker with TLS, on CPython: a certificate of somebody else is not spoken to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT, House, temporary_house
from parts.broker import MOSQUITTO
from parts.processes import Process, free_port
from parts.waiting import eventually

UID = "tls00001"
APP = "import ha\nlamp = ha.switch('Lamp')\nha.run()\n"


def make_certificates(folder: Path) -> None:
    """A certificate for localhost that has signed itself, and one of somebody else."""
    for name in ("broker", "other"):
        argv = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        argv += ["-addext", "subjectAltName=DNS:localhost", "-keyout", f"{name}.key", "-out", f"{name}.pem"]
        subprocess.run(argv, cwd=folder, check=True, capture_output=True)
    subprocess.run(
        ["openssl", "x509", "-in", "broker.pem", "-outform", "der", "-out", "broker.der"], cwd=folder, check=True
    )
    (folder / "broker.key").chmod(0o644)


@dataclass
class TlsHouse:
    house: House
    port: int

    def start_board(self, ca: str) -> Process:
        folder = self.house.folder / f"board-{ca}"
        folder.mkdir()
        (folder / "app.py").write_text(APP)
        (folder / "settings.toml").write_text(
            f'HA_ID = "{UID}"\nHA_BROKER = "localhost"\nHA_PORT = {self.port}\nHA_TLS = true\n'
            f'HA_CA = "{self.house.folder / ca}"\n'
        )
        env = {"PYTHONPATH": f"{ROOT}/python:{ROOT}/python/desktop"}
        argv = ["sh", "-c", 'cd "$0" && exec "$@"', str(folder), sys.executable, "-u", "app.py"]
        board = self.house.registry.add(Process(f"board with {ca}", argv, folder / "board.log", env))
        board.start()
        return board

    def kept(self) -> str:
        argv = [
            "mosquitto_sub",
            "-h",
            "localhost",
            "-p",
            str(self.port),
            "--cafile",
            str(self.house.folder / "broker.pem"),
        ]
        argv += ["-t", "ouro/#", "-W", "1", "-F", "%t %p", "--retained-only"]
        return subprocess.run(argv, capture_output=True, text=True).stdout


@pytest.fixture
def tls_house() -> Iterator[TlsHouse]:
    with temporary_house() as house:
        make_certificates(house.folder)
        port = free_port()
        conf = house.folder / "mosquitto.conf"
        conf.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous true\n"
            f"certfile {house.folder}/broker.pem\nkeyfile {house.folder}/broker.key\n"
        )
        house.folder.chmod(0o755)  # Mosquitto reads its key as a user of its own
        broker = house.registry.add(Process("mosquitto", [MOSQUITTO, "-c", str(conf)], house.folder / "broker.log"))
        broker.start()
        yield TlsHouse(house, port)


@pytest.mark.parametrize("ca", ["broker.pem", "broker.der"])
def test_a_broker_with_the_right_certificate_is_spoken_to(tls_house: TlsHouse, ca: str) -> None:
    tls_house.start_board(ca)
    eventually(lambda: f"ouro/{UID}/lamp/state OFF" in tls_house.kept(), 20, "the board speaks")


def test_a_broker_with_another_certificate_hears_nothing(tls_house: TlsHouse) -> None:
    board = tls_house.start_board("other.pem")
    eventually(lambda: "certificate verify failed" in board.text().lower(), 20, "the board says why")
    assert tls_house.kept() == "" and board.alive
