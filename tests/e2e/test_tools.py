# SPDX-License-Identifier: Apache-2.0
"""`ouro exec`, `run`, `repl` and `fs` on boards that we did not write, over good lines and bad ones, and on our own."""

from __future__ import annotations

import difflib
import fcntl
import json
import os
import random
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import ROOT, House, program, temporary_house
from parts.board import Board
from parts.paced_line import PacedLine
from parts.package_index import PackageIndex
from parts.romfs_board import Rom
from parts.serial_server import SerialServer
from parts.unix_board import MACHINE, UnixBoard
from parts.waiting import eventually
from parts.web_board import WebBoard
from parts.webrepl_board import WebReplBoard

PAGE = ROOT / "docs/tools.md"
PART = ".ouro-part"
NAMES = ["plain.py", "with space.txt", 'it\'s "quoted".py', "größe_日本.bin", "back\\slash", "$0 $1.txt", "a\nb"]


class Tool:
    """`ouro`, on one board; its files are those of `folder` where that is known."""

    def __init__(self, device: str, folder: Path | None = None, data: str = "/nonexistent") -> None:
        self.device = device
        self.folder = folder
        self.environment = {**os.environ, "OURO_BOARD": device, "OURO_DATA": data}

    def run(
        self, *words: str, keys: bytes = b"", within: float = 60, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        argv = [str(program("ouro")), *words]
        everything = {**self.environment, **(environment or {})}
        return subprocess.run(argv, input=keys, capture_output=True, timeout=within, env=everything)

    def ok(self, *words: str, environment: Mapping[str, str] | None = None) -> str:
        done = self.run(*words, environment=environment)
        assert done.returncode == 0, f"{words}: {done.stderr.decode()}"
        return done.stdout.decode()

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        argv = [str(program("ouro")), *words]
        return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment)


@pytest.fixture(params=[False, True], ids=["", "double_line_ends"])
def tool(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tool]:
    """MicroPython's unix port."""
    folder = tmp_path / "board"
    folder.mkdir()
    with (
        UnixBoard(program("unix-board"), folder, double_line_ends=request.param) as board,
        PacedLine(board.line) as line,
    ):
        tool = Tool(line.device, folder)
        yield tool
        eventually(lambda: line.heard.endswith(b">>> "), 2, "the board is left at its friendly prompt")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Tool]:
    """A virtual badge, with an app that runs."""
    with temporary_house() as house:
        house.boards.mkdir()
        board = Board(house.registry, program("ouro-board"), house.boards / "badge", ROOT / "apps/hello", "badge")
        board.start()
        yield Tool(str(board.folder))


def content(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def test_a_program_says_what_it_prints_and_how_it_ends(tool: Tool, tmp_path: Path) -> None:
    assert tool.ok("exec", "print('one'); print('two')") == "one\ntwo\n"
    assert tool.ok("eval", "{'a': 2**70}['a']") == f"{2**70}\n"
    file = tmp_path / "long.py"
    file.write_text("x = 0\n" + "x += 1  # a line of many, longer than a window\n" * 3000 + "print(x)\n")
    assert tool.ok("run", str(file)) == "3000\n"
    broken = tool.run("exec", "print('before')\ndef f(): raise ValueError('what')\nf()")
    assert (broken.returncode, broken.stdout) == (1, b"before\n")
    assert broken.stderr.decode().splitlines()[-2:] == ['  File "<exec>", line 2, in f', "ValueError: what"]
    assert tool.run("exec", "this is no Python").returncode == 1
    assert tool.ok("eval", "1") == "1\n"


def test_json_says_the_same_in_lines(tool: Tool) -> None:
    ended = tool.run("exec", "--json", "print('one')\n[][1]")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert "".join(line["text"] for line in lines if line["type"] == "output") == "one\n"
    assert lines[-1]["type"] == "exception"
    assert (lines[-1]["file"], lines[-1]["line"], lines[-1]["exception"]) == ("<exec>", 2, "IndexError")


def test_ctrl_c_stops_the_program_and_not_the_tool(tool: Tool) -> None:
    running = tool.start("exec", "print('begun')\nwhile True: pass")
    assert running.stdout and running.stdout.read(6) == b"begun\n"
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=10)
    assert running.returncode == 1 and b"KeyboardInterrupt" in said
    assert tool.ok("eval", "40+2") == "42\n"


def test_a_program_that_ignores_ctrl_c_is_left_alone_and_named(tmp_path: Path) -> None:
    stubborn = (
        "import time\nprint('begun')\nwhile True:\n try:\n  while True: time.sleep(.2); print('alive')\n"
        " except KeyboardInterrupt: print('no')\n"
    )
    with UnixBoard(program("unix-board"), tmp_path) as board, PacedLine(board.line) as line:
        tool = Tool(line.device)
        running = tool.start("exec", stubborn)
        assert running.stdout and running.stdout.readline() == b"begun\n"
        for _ in range(2):
            running.send_signal(signal.SIGINT)
            assert b"no\n" in iter(running.stdout.readline, b"")
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=10)
        assert running.returncode == 5 and b"ignores Ctrl-C" in said
        refused = tool.run("eval", "1")
        assert refused.returncode == 5 and b"ignores Ctrl-C" in refused.stderr


def test_a_program_that_runs_is_interrupted_to_get_in(tool: Tool) -> None:
    tool.run("repl", keys=b"while True: print('busy')\r\r")
    assert tool.ok("eval", "40+2") == "42\n"


def test_row_2_22_the_prompt_takes_keys_and_ctrl_right_bracket_leaves(tool: Tool) -> None:
    typed = tool.run("repl", keys=b"print(6*7)\r")
    assert re.search(rb"\n42\r*\n>>> $", typed.stdout)
    assert b"Ctrl-] leaves" in typed.stderr
    assert tool.run("repl", keys=b"\x1dprint(6*7)\r", within=5).returncode == 0


def test_row_1_23_a_boards_first_boot_py_is_shown(tool: Tool) -> None:
    assert tool.folder
    factory = b"# This file is executed on every boot\r\n#import webrepl\n"  # by the firmware, not by us
    (tool.folder / "boot.py").write_bytes(factory)
    assert tool.run("cat", ":boot.py").stdout == factory
    assert tool.run("fs", "cat", ":/no/boot.py").returncode == 4


def test_files_come_back_as_they_went(tool: Tool, tmp_path: Path) -> None:
    check_files_there_and_back(tool, tmp_path)


def check_files_there_and_back(tool: Tool, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "deep/er").mkdir(parents=True)
    for i, name in enumerate(NAMES):
        (source / name).write_bytes(content(700 * i, i))
    (source / "deep/er/all").write_bytes(bytes(range(256)) * 40)
    (source / "deep/frames").write_bytes(b'\x1e["state","led",1,2]\n\x1e' * 50)
    (source / "deep/text.py").write_bytes("äöü\r\nline\n'''\\x\n".encode() * 500)
    count = len(NAMES) + 3
    report = json.loads(tool.ok("fs", "--json", "put", "-r", str(source), ":copy"))
    assert (report["written"], report["unchanged"]) == (count, 0)
    (source / "plain.py").write_bytes(b"new")
    report = json.loads(tool.ok("fs", "--json", "put", "-r", f"{source}/.", ":copy"))
    assert (report["written"], report["unchanged"]) == (1, count - 1)
    tool.ok("fs", "get", "-r", ":copy", str(tmp_path / "back"))
    again = json.loads(tool.ok("fs", "--json", "get", "-r", ":copy/.", str(tmp_path / "back")))
    assert (again["written"], again["unchanged"]) == (0, count), "what is here already is not fetched again"
    for path in source.rglob("*"):
        back = tmp_path / "back" / path.relative_to(source)
        assert path.is_dir() == back.is_dir()
        assert path.is_dir() or path.read_bytes() == back.read_bytes(), path
    listed = [json.loads(line)["path"] for line in tool.ok("fs", "--json", "tree", ":copy").splitlines()]
    assert sorted(listed) == sorted(str(path.relative_to(source)) for path in source.rglob("*"))
    tool.ok("fs", "rm", "-r", ":copy")
    assert tool.run("fs", "ls", ":copy").returncode == 4


def test_files_come_back_from_our_own_board_as_they_went(own: Tool, tmp_path: Path) -> None:
    check_files_there_and_back(own, tmp_path)


def test_our_own_board_runs_python_beside_its_link(own: Tool) -> None:
    assert own.ok("eval", "6*7") == "42\n"
    assert own.run("exec", "1/0").returncode == 1
    assert "frozen" in own.ok("exec", "import sys; print(sys.path)")
    own.ok("soft-reset")


def test_what_cannot_be_done_is_said(tool: Tool, tmp_path: Path) -> None:
    assert tool.folder
    (tool.folder / "d").mkdir()
    (tool.folder / "d/x").write_text("x")
    for words, code, said in [
        (("cat", ":none"), 4, "no such file"),
        (("mkdir", ":d"), 1, "exists already"),
        (("rmdir", ":d"), 1, "not empty"),
        (("rm", "-r", ":/"), 5, "whole file system"),
        (("put", str(tmp_path)), 2, "is a folder"),
        (("put", str(tmp_path / "none")), 4, "there is no"),
        (("get", "none"), 2, "colon"),
        (("cp", "a", "b"), 2, "one of them on the board"),
    ]:
        done = tool.run("fs", *words)
        assert (done.returncode, said in done.stderr.decode()) == (code, True), (words, done)
    assert (tool.folder / "d/x").exists()


def test_a_port_of_another_program_is_refused_by_name(tool: Tool) -> None:
    descriptor = os.open(tool.device, os.O_RDWR | os.O_NOCTTY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        refused = tool.run("eval", "1")
    finally:
        os.close(descriptor)
    assert refused.returncode == 5
    assert f"(pid {os.getpid()})" in refused.stderr.decode()
    assert tool.ok("eval", "1") == "1\n"


def test_a_hub_with_another_folder_that_holds_the_port_is_named(house: House) -> None:
    argv = [str(program("ouro")), "eval", "1", str(house.board.folder), "--data", str(house.folder / "none")]
    refused = subprocess.run(argv, capture_output=True, text=True, timeout=30)
    assert refused.returncode == 5
    assert f"held by ouro (pid {house.hub.process.pid})" in refused.stderr and "--data" in refused.stderr


def test_no_byte_is_told_from_another_firmware(tmp_path: Path) -> None:
    master, slave = os.openpty()
    try:
        silent = Tool(os.ttyname(slave)).run("eval", "1")
        assert silent.returncode == 1 and b"not one byte" in silent.stderr
    finally:
        os.close(master)
        os.close(slave)


def old_and_new(names: list[str]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    return (
        {name: content(900 + 100 * i, i) for i, name in enumerate(names)},
        {name: content(1300 + 100 * i, 100 + i) for i, name in enumerate(names)},
    )


def test_a_cut_at_every_512th_byte_leaves_old_files_or_new_ones(tmp_path: Path) -> None:
    folder, source = tmp_path / "board", tmp_path / "new"
    folder.mkdir()
    source.mkdir()
    old, new = old_and_new([f"file {i}.bin" for i in range(10)])
    for name, data in new.items():
        (source / name).write_bytes(data)
    seen_new: list[int] = []
    with UnixBoard(program("unix-board"), folder) as board:
        for cut_after in range(512, 100_000, 512):
            for name, data in old.items():
                (folder / name).write_bytes(data)
            with PacedLine(board.line, cut_after=cut_after) as line:
                done = Tool(line.device).run("fs", "put", "-r", f"{source}/.", ":")
            now = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != PART}
            assert now.keys() == old.keys()
            for name, data in now.items():
                assert data in (old[name], new[name]), f"{name} is half written after a cut at byte {cut_after}"
            seen_new.append(sum(data == new[name] for name, data in now.items()))
            if done.returncode == 0:
                break
            assert done.stderr, "a cut is told"
        with PacedLine(board.line) as line:
            Tool(line.device).ok("fs", "put", "-r", f"{source}/.", ":")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == new
    assert seen_new[0] == 0 and seen_new[-1] == 10 and len(set(seen_new)) > 3, "the cuts fell into the writing"


@pytest.mark.parametrize("lost", [3, 400, 1500, 2500, 4000, 5500])
def test_a_lost_byte_ends_in_the_right_bytes_or_in_an_error(tmp_path: Path, lost: int) -> None:
    folder, source = tmp_path / "board", tmp_path / "new.bin"
    folder.mkdir()
    source.write_bytes(content(5000, 1))
    with UnixBoard(program("unix-board"), folder) as board:
        with PacedLine(board.line, drop=[lost]) as line:
            done = Tool(line.device).run("fs", "put", str(source), ":new.bin")
        if done.returncode == 0:
            assert (folder / "new.bin").read_bytes() == source.read_bytes()
        else:
            assert done.stderr and not (folder / "new.bin").exists()
        with PacedLine(board.line) as line:
            Tool(line.device).ok("fs", "put", str(source), ":new.bin")
    assert (folder / "new.bin").read_bytes() == source.read_bytes()


def test_a_line_that_stalls_is_given_up_and_works_again_later(tmp_path: Path) -> None:
    folder, source = tmp_path / "board", tmp_path / "new.bin"
    folder.mkdir()
    source.write_bytes(content(5000, 1))
    with UnixBoard(program("unix-board"), folder) as board:
        with PacedLine(board.line, stall_after=4000) as line:
            done = Tool(line.device).run("fs", "put", str(source), ":new.bin", within=20)
        assert done.returncode == 1 and b"stopped answering" in done.stderr
        assert not (folder / "new.bin").exists()
        with PacedLine(board.line) as line:
            Tool(line.device).ok("fs", "put", str(source), ":new.bin")
    assert (folder / "new.bin").read_bytes() == source.read_bytes()


def test_a_slow_line_is_used_well(tmp_path: Path) -> None:
    """Text at 115,200 baud goes faster than its bytes would."""
    folder, source = tmp_path / "board", tmp_path / "text.py"
    folder.mkdir()
    source.write_text((ROOT / "tests/e2e/test_tools.py").read_text() * 2)
    with (
        UnixBoard(program("unix-board"), folder) as board,
        PacedLine(board.line, baud=115_200, latency=0.001) as line,
    ):
        Tool(line.device).ok("fs", "put", str(source), ":text.py")
        assert line.to_board < source.stat().st_size * 0.75
        sent = line.to_board
        Tool(line.device).ok("fs", "put", str(source), ":text.py")
        assert line.to_board - sent < 2500, "an unchanged file costs no more than its hash"
    assert (folder / "text.py").read_bytes() == source.read_bytes()


def examples(on_sessions: bool = False) -> list[tuple[str, list[str]]]:
    """Each command of the page, with what it says; its exit code, where it is not 0, in a last line.

    `on_sessions`: those of the section that needs a hub, or all others.
    """
    found: list[tuple[str, list[str]]] = []
    sections = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)
    text = "\n".join(section for section in sections if section.startswith("Sessions\n") == on_sessions)
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def matches(said: str, expected: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, expected.split("…"))), said) is not None


@contextmanager
def network_boards(folder: Path) -> Iterator[dict[str, str]]:
    """The page's addresses, and where such boards really are."""
    folders = [folder / name for name in ("rfc2217", "tcp", "webrepl", "web")]
    for one in folders:
        one.mkdir()
    with (
        UnixBoard(program("unix-board"), folders[0]) as first,
        SerialServer(first.line, rfc2217=True) as rfc2217,
        UnixBoard(program("unix-board"), folders[1]) as second,
        SerialServer(second.line, rfc2217=False) as tcp,
        WebReplBoard(program("unix-board"), folders[2], "secret") as webrepl,
        WebBoard(folders[3]) as web,
    ):
        yield {
            "rfc2217://box.local:4000": rfc2217.address,
            "tcp://box.local:4001": tcp.address,
            "ws://kitchen.local": f"ws://{webrepl.host}",
            "http://cpy-1a2b3c.local": f"http://{web.host}",
        }


def test_the_page_shows_what_happens(tmp_path: Path) -> None:
    board_folder, work, modules = tmp_path / "board", tmp_path / "work", tmp_path / "modules"
    for folder in (board_folder, modules, work / "src/über uns", work / "door/src", work / "door/__pycache__"):
        folder.mkdir(parents=True)
    (modules / "machine.py").write_text(MACHINE)
    (work / "door/main.py").write_text("import src.latch\n")
    (work / "door/src/latch.py").write_text("import time\nprint('the door is locked')\nwhile True: time.sleep(.1)\n")
    (work / "main.py").write_text("print('hello')\n")
    (work / "blink.py").write_text("print('on')\nprint('off')\n")
    (work / "broken.py").write_text("def half(n):\n    return 1 / n\nhalf(0)\n")
    (work / "src/motor.py").write_text("SPEED = 10\n")
    (work / "src/über uns/it's.txt").write_text("about us\n")
    passwords = {"OURO_WEBREPL_PASSWORD": "secret", "OURO_WEB_PASSWORD": "secret"}
    env = {"MICROPYPATH": f":.frozen:{modules}:lib", **Rom(tmp_path).env}
    with (
        PackageIndex() as index,
        UnixBoard(program("unix-board"), board_folder, env=env) as board,
        PacedLine(board.line) as line,
        network_boards(tmp_path) as addresses,
    ):
        index.add("greet", {"greet.py": b"print('hello')\n"})
        assert len(examples()) > 20
        for command, expected in examples():
            shell = command
            for name, real in {"/dev/ttyUSB0": line.device, **addresses}.items():
                shell = shell.replace(name, real)
            path = f"{program('ouro').parent}:{os.environ['PATH']}"
            environment = {**os.environ, **passwords, "PATH": path, "OURO_DATA": str(tmp_path / "hub")}
            environment["OURO_MIP_INDEX"] = index.url
            done = subprocess.run(
                ["sh", "-c", shell + " 2>&1"], cwd=work, env=environment, capture_output=True, text=True, timeout=60
            )
            said = done.stdout.splitlines() + ([f"[exit code {done.returncode}]"] if done.returncode else [])
            same = len(said) == len(expected) and all(map(matches, said, expected))
            if done.stdout.startswith("The board "):  # it starts again, and takes its time
                eventually(lambda: Tool(line.device).run("eval", "1").returncode == 0, 30, "the board has started")
            assert same, f"$ {command}\n" + "\n".join(difflib.ndiff(expected, said))
