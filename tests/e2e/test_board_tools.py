# SPDX-License-Identifier: Apache-2.0
"""What `ouro` does to whole boards: short forms, reset, clock, edit, clean, deploy, packages, mount."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, program, temporary_house
from parts.board import Board
from parts.paced_line import PacedLine
from parts.unix_board import UnixBoard
from test_tools import Tool

# A board's `machine`, as far as a test needs one: a reset is seen by its trace.
MACHINE = """
class RTC:
    now = (2000, 1, 1, 5, 0, 0, 0, 0)
    def datetime(self, to=None):
        if to is None:
            return RTC.now
        RTC.now = to
def reset():
    open("was_reset", "w").close()
    raise SystemExit
def bootloader():
    open("in_bootloader", "w").close()
    raise SystemExit
"""


@pytest.fixture
def tool(tmp_path: Path) -> Iterator[Tool]:
    """MicroPython's unix port, which has no hardware to reset."""
    folder = tmp_path / "board"
    folder.mkdir()
    with UnixBoard(program("unix-board"), folder) as board, PacedLine(board.line) as line:
        yield Tool(line.device, folder)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Tool]:
    """A virtual badge, with an app that runs."""
    with temporary_house() as house:
        house.boards.mkdir()
        board = Board(house.registry, program("ouro-board"), house.boards / "badge", ROOT / "apps/hello", "badge")
        board.start()
        yield Tool(str(board.folder))


def appears(path: Path) -> bool:
    end = time.monotonic() + 5
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.02)
    return path.exists()


def test_file_commands_need_no_fs(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    tool.ok("put", str(tmp_path / "a.txt"), ":", "+", "mkdir", ":d", "+", "cp", ":a.txt", ":d/b.txt")
    assert tool.ok("tree").split() == ["1", "a.txt", "d/", "1", "d/b.txt"]
    assert tool.ok("connect", tool.device, "cat", ":d/b.txt", "+", "eval", "1") == "a1\n"
    stopped = tool.run("cat", ":none", "+", "rm", ":a.txt")
    assert stopped.returncode == 4 and tool.ok("cat", ":a.txt") == "a", "what follows a failure is not done"
    wrong = tool.run("lss")
    assert wrong.returncode == 2 and b'no command "lss"' in wrong.stderr


def test_a_board_resets_and_starts_its_boot_loader(tool: Tool) -> None:
    assert tool.folder
    (tool.folder / "machine.py").write_text(MACHINE)
    tool.ok("reset")
    assert appears(tool.folder / "was_reset")
    assert tool.ok("eval", "1") == "1\n"
    tool.ok("bootloader")
    assert appears(tool.folder / "in_bootloader")


def test_what_a_board_lacks_is_said(tool: Tool) -> None:
    for words, said in [
        (("reset",), "no machine.reset"),
        (("bootloader",), "no machine.bootloader"),
        (("rtc",), "has no clock"),
        (("rtc", "--set"), "has no clock"),
    ]:
        done = tool.run(*words)
        assert (done.returncode, said in done.stderr.decode()) == (5, True), (words, done)
    lines = tool.run("reset", "--lines")
    assert lines.returncode == 1 and b"Without --lines" in lines.stderr
    assert tool.ok("eval", "1") == "1\n"


def test_a_clock_is_read_and_set(tool: Tool) -> None:
    assert tool.folder
    (tool.folder / "machine.py").write_text(MACHINE)
    assert tool.ok("rtc") == "2000-01-01 00:00:00\n"
    now = time.strftime("%Y-%m-%d %H:", time.localtime())
    assert tool.ok("rtc", "--set").startswith(now) or tool.ok("rtc").startswith(now[:11])
    assert re.match(r'\{"time":"20\d\d-', tool.ok("rtc", "--set", "--utc", "--json"))


def test_our_own_board_resets_and_tells_the_time(own: Tool) -> None:
    own.ok("exec", "kept = 1")
    own.ok("reset")
    assert own.run("eval", "kept").returncode == 1, "a reset begins with a fresh Python"
    assert re.match(r"20\d\d-", own.ok("rtc", "--set"))
    assert own.run("bootloader").returncode == 5
