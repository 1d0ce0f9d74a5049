# SPDX-License-Identifier: Apache-2.0
"""The virtual badge: its screen as a file, over the command line and in the page; its keys; what its gauges say."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import time
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from conftest import BIN, ROOT, House, temporary_house
from parts.board import Board, ControlSocket
from parts.waiting import eventually

PNG = b"\x89PNG\r\n\x1a\n"

APP = """\
print("hello from the badge")
raise ValueError("no more")
"""


def ouro(house: House, *words: str) -> subprocess.CompletedProcess[bytes]:
    argv = [str(BIN / "ouro"), *words, "--data", str(house.folder / "hub")]
    return subprocess.run(argv, capture_output=True, timeout=60)


def card(house: House) -> dict[str, object] | None:
    """The badge as the hub sees it, once it is online; an app of this file has no entities to wait for."""
    board = house.hub.board(house.board.uid)
    return board if board and board["online"] else None


def screen(house: House) -> bytes:
    done = ouro(house, "board", "screenshot", house.board.uid, "-")
    return done.stdout if done.returncode == 0 else b""


@pytest.fixture(scope="module")
def badge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = tmp_path_factory.mktemp("apps") / "greet"
    app.mkdir()
    (app / "app.py").write_text(APP)
    with temporary_house() as house:
        house.add_broker()
        house.boards.mkdir(exist_ok=True)
        house.board = Board(house.registry, BIN / "ouro-board", house.boards / "badge", app, profile="badge")
        for part in (house.broker, house.board, house.add_hub()):
            part.start()
        eventually(lambda: card(house), 20, "the badge is online")
        yield house


def test_the_screen_is_a_png_of_its_size(badge: House) -> None:
    eventually(lambda: screen(badge).startswith(PNG), 20, "the badge's screen is there")
    assert struct.unpack(">II", screen(badge)[16:24]) == (320, 170)


def still(house: House) -> bytes:
    """The screen when nothing moves on it."""

    def same_twice() -> bytes:
        first = screen(house)
        time.sleep(0.3)
        return first if first == screen(house) else b""

    return eventually(same_twice, 20, "the picture is still")


def test_the_menu_is_on_the_screen_and_keys_walk_through_it(badge: House) -> None:
    eventually(lambda: len(screen(badge)) > 600, 20, "more than a black screen is to be seen")
    with badge.board.control() as control:
        control.ask("press", "b", 100)  # whatever the crash shows: away with it
        for key in ("right", "right", "left"):
            before = still(badge)
            control.ask("press", key, 100)
            eventually(lambda before=before: screen(badge) not in (b"", before), 10, f"{key} changes the picture")


def test_a_screenshot_is_a_file_and_says_so(badge: House, tmp_path: Path) -> None:
    eventually(lambda: screen(badge).startswith(PNG), 20, "the badge's screen is there")
    file = tmp_path / "badge.png"
    done = ouro(badge, "board", "screenshot", badge.board.uid, str(file), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"file": str(file), "bytes": file.stat().st_size}
    assert file.read_bytes().startswith(PNG)
    missing = ouro(badge, "board", "screenshot", badge.board.uid, str(tmp_path / "no" / "badge.png"))
    assert missing.returncode == 1 and b"Can't write" in missing.stderr


def test_a_crash_is_on_the_timeline_with_its_traceback(badge: House) -> None:
    crash = badge.hub.wait_timeline(badge.board.uid, "crash", "the app's crash", bool, within=20)
    assert crash["text"] == crash["data"]["message"] == "ValueError: no more"
    assert crash["data"]["line"] == 2 and "line 2, in <module>" in crash["data"]["traceback"]


@pytest.mark.timeout(200)
def test_the_page_shows_the_badge_and_presses_its_keys(badge: House) -> None:
    """web/e2e/badge.spec.ts, run by Playwright."""
    address = f"{badge.hub.url}/#token={badge.hub.token}"
    run = subprocess.run(
        ["npm", "--prefix", str(ROOT / "web"), "run", "--silent", "e2e:badge"],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "OURO_URL": address},
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]


def test_gauges_take_what_they_can_show(badge: House) -> None:
    with badge.board.control() as control:
        assert control.ask("gauge", "battery_mv", 3700) is None
        assert control.ask("gauge", "battery_mv", None) is None
        assert control.request("gauge", "battery_mv", -1)[:2] == ["error", "invalid_argument"]
        assert control.request("gauge", "mood", 1)[:2] == ["error", "not_found"]


def test_the_menu_moves_while_python_spins(tmp_path: Path) -> None:
    """From the press to the whole picture: 20 ms of debouncing, and less than a frame of 50 ms."""
    with temporary_house() as house:
        house.boards.mkdir()
        argv = [str(BIN / "ouro-board"), "--dir", str(house.boards / "badge"), "--board", "badge"]
        board = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        try:
            folder = house.boards / "badge"
            eventually((folder / "control.sock").exists, 20, "the board runs")
            console = os.open(folder / "uart0", os.O_RDWR | os.O_NOCTTY)
            tty.setraw(console)
            os.write(console, b"\r\nprint(6*7)\r\n")
            eventually(lambda: b"\r\n42\r\n" in os.read(console, 4096), 20, "the prompt is there", every=0)
            os.write(console, b"while True: pass\r\n\r\n")
            with socket.socket(socket.AF_UNIX) as eyes, ControlSocket(folder / "control.sock") as hands:
                eyes.connect(str(folder / "control.sock"))
                eyes.settimeout(5)
                eyes.sendall(b'["watch","face"]\n')
                lines = eyes.makefile("rb")
                wait_shown(lines)
                took = []
                for i in range(20):
                    time.sleep(0.15)
                    began = time.monotonic()
                    hands.ask("hold", "right" if i % 2 == 0 else "left")
                    wait_shown(lines)
                    took.append(time.monotonic() - began)
                    hands.ask("release", "right" if i % 2 == 0 else "left")
            os.close(console)
            assert sorted(took)[len(took) // 2] < 0.07, took
        finally:
            board.kill()
            board.wait()


def wait_shown(lines: BinaryIO) -> None:
    while not next(lines).startswith(b'["shown"'):
        pass


def test_run_shows_the_console_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    app = tmp_path / "greet"
    app.mkdir()
    (app / "app.py").write_text(APP)
    argv = [str(BIN / "ouro"), "run", str(app), "--data", str(tmp_path / "none"), "--json"]
    run = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        started = json.loads(run.stdout.readline())
        assert started["type"] == "started" and not started["hub"]
        text = ""
        while "hello from the badge" not in text:
            text += json.loads(run.stdout.readline())["text"]
        run.send_signal(signal.SIGINT)
        assert run.wait(20) == 0
        assert not os.path.exists(started["dir"])
    finally:
        run.kill()
        run.wait()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["run", "apps/intercom", "--board", "badge"], 2),
        (["run", "apps/intercom", "--board", "virtual:toaster"], 2),
        (["run", "apps"], 4),
    ],
)
def test_run_says_what_it_does_not_take(words: list[str], code: int, tmp_path: Path) -> None:
    argv = [str(BIN / "ouro"), *words, "--data", str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, timeout=60, cwd=ROOT)
    assert done.returncode == code, done.stderr
    assert done.stderr
