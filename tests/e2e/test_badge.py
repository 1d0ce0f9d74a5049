# SPDX-License-Identifier: Apache-2.0
"""The virtual badge: its screen as a file, over the command line and in the page; its keys; what its gauges say."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import BIN, ROOT, House, temporary_house
from parts.board import Board
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
    assert crash["data"]["line"] == 2 and 'line 2, in <module>' in crash["data"]["traceback"]


def test_gauges_take_what_they_can_show(badge: House) -> None:
    with badge.board.control() as control:
        assert control.ask("gauge", "battery_mv", 3700) is None
        assert control.ask("gauge", "battery_mv", None) is None
        assert control.request("gauge", "battery_mv", -1)[:2] == ["error", "invalid_argument"]
        assert control.request("gauge", "mood", 1)[:2] == ["error", "not_found"]


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
