# SPDX-License-Identifier: Apache-2.0
"""`ouro sync` on a board that we did not write, over good lines and bad ones, and on our own."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import ROOT, program, temporary_house
from parts.board import Board
from parts.paced_line import PacedLine
from parts.unix_board import UnixBoard
from parts.waiting import eventually
from test_tools import PART, Tool, content


@pytest.fixture
def tool(tmp_path: Path) -> Iterator[Tool]:
    folder = tmp_path / "board"
    folder.mkdir()
    with UnixBoard(program("unix-board"), folder) as board, PacedLine(board.line) as line:
        yield Tool(line.device, folder)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def text(size: int, seed: int) -> bytes:
    words = ["import", "self", "return", "value", "=", "(", ")", "\n    ", "# why"]
    return " ".join(random.Random(seed).choices(words, k=size)).encode()[:size]


TREE = {
    "main.py": b"print('hi')\n",
    "lib/deep/er.py": text(9000, 1),
    "lib/it's 'q'.bin": content(5000, 2),
    "empty": b"",
    "gr\u00f6\u00dfe.txt": "äöü\r\n".encode() * 900,
}


def test_row_3_41_a_folder_that_is_pushed_is_byte_for_byte_the_same(tool: Tool, tmp_path: Path) -> None:
    source = tmp_path / "app"
    write(source, TREE)
    report = [json.loads(line) for line in tool.ok("sync", "--json", str(source)).splitlines()]
    plan, end = report[0], report[-1]
    assert {file["path"]: file["size"] for file in plan["added"]} == {name: len(data) for name, data in TREE.items()}
    assert plan["changed"] == plan["removed"] == []
    assert 0 < plan["wire_bytes"] < plan["bytes"] == sum(map(len, TREE.values())) and plan["free"] > 0
    assert [line["path"] for line in report[1:-1]] == [file["path"] for file in plan["added"]]
    assert (end["written"], end["unchanged"]) == (len(TREE), 0)
    assert tool.folder and files_of(tool.folder) == TREE
    (plan,) = [json.loads(line) for line in tool.ok("sync", "--json", str(source)).splitlines()]
    assert plan["unchanged"] == len(TREE) and plan["added"] == plan["changed"] == []


def test_row_3_41_the_same_on_our_own_board(tmp_path: Path) -> None:
    source, back = tmp_path / "app", tmp_path / "back"
    write(source, TREE)
    with temporary_house() as house:
        house.boards.mkdir()
        board = Board(house.registry, program("ouro-board"), house.boards / "badge", ROOT / "apps/hello", "badge")
        board.start()
        tool = Tool(str(board.folder))
        tool.ok("sync", str(source), ":copy")
        back.mkdir()
        tool.ok("fs", "get", "-r", ":copy/.", str(back))
    assert files_of(back) == TREE


def test_row_1_22_main_comes_back_as_it_went_and_runs(tool: Tool, tmp_path: Path) -> None:
    source = tmp_path / "app"
    main = "# größe\r\nprint('hello')\r\n" + "# a line of many\r\n" * 400
    write(source, {"main.py": main.encode()})
    tool.ok("sync", str(source))
    tool.ok("fs", "get", ":main.py", str(tmp_path / "back.py"))
    assert (tmp_path / "back.py").read_bytes() == main.encode()
    assert tool.ok("exec", "exec(open('main.py').read())") == "hello\n"


def test_row_1_20_the_files_are_listed_with_their_sizes(tool: Tool, tmp_path: Path) -> None:
    source = tmp_path / "app"
    write(source, TREE)
    tool.ok("sync", str(source))
    listed = [json.loads(line) for line in tool.ok("fs", "--json", "tree").splitlines()]
    sizes = {entry["path"]: entry["size"] for entry in listed if entry["type"] == "file"}
    assert sizes == {name: len(data) for name, data in TREE.items()}


def test_the_plan_comes_first_and_a_dry_run_is_only_that(tool: Tool, tmp_path: Path) -> None:
    source = tmp_path / "app"
    write(source, {"a.py": b"new", "b.py": b"same", "c.py": b"c"})
    assert tool.folder
    before = {"a.py": b"old!", "b.py": b"same", "gone.py": b"x", "boot.py": b"b", "data/log.txt": b"kept"}
    write(tool.folder, before)
    (source / ".ouroignore").write_text("*.txt\n")
    said = tool.ok("sync", "--dry-run", "--delete", str(source))
    assert said.splitlines()[:3] == ["+ c.py  1 B", "~ a.py  3 B", "- gone.py"]
    assert said.splitlines()[3].startswith("1 added, 1 changed, 1 removed, 1 unchanged; 4 B, about ")
    assert files_of(tool.folder) == before
    done = tool.run("sync", str(source))
    assert "[2/2] a.py 3 B \u2713" in done.stderr.decode()
    assert files_of(tool.folder) == {**before, "a.py": b"new", "c.py": b"c"}, "nothing is removed unasked"
    tool.ok("sync", "--delete", str(source))
    after = {"a.py": b"new", "b.py": b"same", "c.py": b"c", "boot.py": b"b", "data/log.txt": b"kept"}
    assert files_of(tool.folder) == after


def test_what_is_saved_is_pushed_while_it_is_watched(tool: Tool, tmp_path: Path) -> None:
    source = tmp_path / "app"
    write(source, {"main.py": b"one"})
    assert tool.folder
    there = tool.folder / "main.py"
    watching = tool.start("sync", "--watch", str(source))
    try:
        eventually(lambda: there.exists() and there.read_bytes() == b"one", 10, "the first push")
        for text_now in (b"second", b"the third"):
            (source / "main.py").write_bytes(text_now)
            eventually(lambda wanted=text_now: there.read_bytes() == wanted, 10, "the push of what was saved")
        eventually(lambda: tool.run("eval", "40+2").stdout == b"42\n", 10, "the port is free between pushes")
    finally:
        watching.send_signal(signal.SIGINT)
        watching.communicate(timeout=10)


def test_a_cut_at_every_512th_byte_of_a_sync_leaves_old_files_or_new_ones(tmp_path: Path) -> None:
    folder, source = tmp_path / "board", tmp_path / "new"
    folder.mkdir()
    old = {f"lib/file {i}.py": text(900 + 100 * i, i) for i in range(10)}
    new = {name: content(1500, i) + data for i, (name, data) in enumerate(old.items())}
    write(source, new)
    finished: set[int] = set()
    with UnixBoard(program("unix-board"), folder) as board:
        for cut_after in range(512, 100_000, 512):
            write(folder, old)
            with PacedLine(board.line, cut_after=cut_after) as line:
                start = time.monotonic()
                done = Tool(line.device).run("sync", str(source))
                assert time.monotonic() - start < 10
            now = {name: data for name, data in files_of(folder).items() if not name.endswith(PART)}
            assert now.keys() == old.keys()
            for name, data in now.items():
                assert data in (old[name], new[name]), f"{name} is half written after a cut at byte {cut_after}"
            finished.add(sum(data == new[name] for name, data in now.items()))
            if done.returncode == 0:
                break
            assert done.returncode == 1 and done.stderr, "a cut is told"
        with PacedLine(board.line) as line:
            Tool(line.device).ok("sync", str(source))
    assert files_of(folder) == new
    assert len(finished) > 3, "the cuts fell into the writing"


@pytest.mark.parametrize("seed", [1, 2])
def test_a_byte_lost_once_in_10_000_ends_in_the_right_bytes_or_in_an_error(tmp_path: Path, seed: int) -> None:
    folder, source = tmp_path / "board", tmp_path / "new"
    folder.mkdir()
    write(source, {f"{i}.bin": content(6000, i) for i in range(5)})
    lost = [i * 10_000 + random.Random(seed * 100 + i).randrange(10_000) for i in range(20)]
    with UnixBoard(program("unix-board"), folder) as board, PacedLine(board.line, drop=lost) as line:
        done = Tool(line.device).run("sync", str(source))
    whole = {name: data for name, data in files_of(folder).items() if not name.endswith(PART)}
    assert all((source / name).read_bytes() == data for name, data in whole.items())
    if done.returncode == 0:
        assert whole == files_of(source)
    else:
        assert done.stderr


@contextmanager
def push_under_way(folder: Path, source: Path) -> Iterator[tuple[PacedLine, subprocess.Popen[bytes]]]:
    """A board's files in `folder`, and a sync to it that is in the middle of one large file."""
    folder.mkdir()
    write(source, {"big.bin": content(60_000, 1)})
    with UnixBoard(program("unix-board"), folder) as board, PacedLine(board.line, baud=115_200) as line:
        pushing = Tool(line.device).start("sync", str(source))
        eventually(lambda: line.to_board > 8000, 10, "the push is under way")
        yield line, pushing


def test_a_board_that_vanishes_gives_the_port_back_within_a_second(tmp_path: Path) -> None:
    folder, source = tmp_path / "board", tmp_path / "new"
    with push_under_way(folder, source) as (line, pushing):
        line.close()
        start = time.monotonic()
        _, said = pushing.communicate(timeout=10)
        assert time.monotonic() - start < 1
    assert pushing.returncode == 1 and b"the board is gone" in said
    assert not (folder / "big.bin").exists()


def test_ctrl_c_stops_a_sync_and_leaves_the_board_at_its_prompt(tmp_path: Path) -> None:
    folder, source = tmp_path / "board", tmp_path / "new"
    with push_under_way(folder, source) as (line, pushing):
        pushing.send_signal(signal.SIGINT)
        _, said = pushing.communicate(timeout=10)
        assert pushing.returncode != 0 and b"interrupted" in said
        eventually(lambda: line.heard.endswith(b">>> "), 2, "the board is at its friendly prompt")
        assert Tool(line.device).ok("eval", "40+2") == "42\n"
    assert not (folder / "big.bin").exists()


def test_a_board_whose_host_was_killed_is_found_and_freed(tmp_path: Path) -> None:
    """It waits for the rest of a block, deaf to Ctrl-C."""
    folder, source = tmp_path / "board", tmp_path / "new"
    with push_under_way(folder, source) as (line, pushing):
        os.kill(pushing.pid, signal.SIGKILL)
        pushing.communicate(timeout=10)
        assert Tool(line.device).ok("eval", "40+2") == "42\n"
        Tool(line.device).ok("sync", str(source))
    assert (folder / "big.bin").read_bytes() == (source / "big.bin").read_bytes()
