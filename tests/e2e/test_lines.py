# SPDX-License-Identifier: Apache-2.0
"""Boards on the network: the same commands through serial servers, WebREPL and CircuitPython's web workflow."""

from __future__ import annotations

import hashlib
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import program
from parts.qemu_board import QemuBoard
from parts.serial_server import SerialServer
from parts.unix_board import UnixBoard
from parts.web_board import WebBoard
from parts.webrepl_board import WebReplBoard


class Tool:
    """`ouro`, on the board at `address`."""

    def __init__(self, address: str, **environment: str) -> None:
        self.address = address
        self._environment = {**os.environ, "OURO_BOARD": address, "OURO_DATA": "/nonexistent", **environment}

    def run(self, *words: str, keys: bytes = b"", within: float = 60) -> subprocess.CompletedProcess[bytes]:
        argv = [str(program("ouro")), *words]
        return subprocess.run(argv, input=keys, capture_output=True, timeout=within, env=self._environment)

    def ok(self, *words: str) -> str:
        done = self.run(*words)
        assert done.returncode == 0, f"{words}: {done.stderr.decode()}"
        return done.stdout.decode()


@pytest.fixture(params=[True, False], ids=["rfc2217", "tcp"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SerialServer]:
    """MicroPython's unix port behind a serial server."""
    folder = tmp_path / "board"
    folder.mkdir()
    with UnixBoard(program("unix-board"), folder) as board, SerialServer(board.line, request.param) as server:
        yield server


def check_python_and_files(tool: Tool, tmp_path: Path) -> None:
    assert tool.ok("eval", "2**70") == f"{2**70}\n"
    assert tool.ok("exec", "print('one'); print('two')") == "one\ntwo\n"
    assert tool.run("exec", "1/0").returncode == 1
    assert b"42" in tool.run("repl", keys=b"print(6*7)\r").stdout
    check_files(tool, tmp_path)


def check_files(tool: Tool, tmp_path: Path) -> None:
    """There and back, every byte, in names and contents that are hard to carry."""
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "all").write_bytes(bytes(range(256)) * 20)
    (source / "deep/it's größer 日本.txt").write_bytes("äöü\r\n".encode() * 300)
    (source / "random").write_bytes(random.Random(1).randbytes(3000))
    (source / "empty").write_bytes(b"")
    report = json.loads(tool.ok("fs", "--json", "put", "-r", str(source), ":copy"))
    assert (report["written"], report["unchanged"]) == (4, 0)
    (source / "random").write_bytes(b"new")
    report = json.loads(tool.ok("fs", "--json", "put", "-r", f"{source}/.", ":copy"))
    assert (report["written"], report["unchanged"]) == (1, 3)
    listed = [json.loads(line) for line in tool.ok("fs", "--json", "tree", ":copy").splitlines()]
    assert sorted(entry["path"] for entry in listed) == sorted(str(p.relative_to(source)) for p in source.rglob("*"))
    tool.ok("fs", "get", "-r", ":copy", str(tmp_path / "back"))
    for path in (path for path in source.rglob("*") if path.is_file()):
        assert (tmp_path / "back" / path.relative_to(source)).read_bytes() == path.read_bytes(), path
    tool.ok("fs", "rm", "-r", ":copy")
    assert tool.run("fs", "ls", ":copy").returncode == 4


def test_row_1_6_a_board_behind_a_serial_server_runs_python_and_keeps_files(
    server: SerialServer, tmp_path: Path
) -> None:
    check_python_and_files(Tool(server.address), tmp_path)


def test_rfc_2217_sets_rate_and_frame_and_leaves_the_lines_alone(tmp_path: Path) -> None:
    with UnixBoard(program("unix-board"), tmp_path) as board, SerialServer(board.line, rfc2217=True) as server:
        Tool(server.address).ok("eval", "1")
        moves = dict(server.wire.moves)
    assert (moves["baudrate"], moves["bytesize"], moves["parity"], moves["stopbits"]) == (115200, 8, "N", 1)
    assert moves["rtscts"] is False
    assert "dtr" not in moves and "rts" not in moves


def test_what_can_not_be_reached_is_said_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = listener.getsockname()[1]
    for address, code, said in [
        (f"tcp://127.0.0.1:{nobody}", 1, f"cannot connect to tcp://127.0.0.1:{nobody}: Connection refused"),
        ("rfc2217://127.0.0.1", 2, "the port is missing"),
        ("ftp://127.0.0.1", 2, "no board is reached by such an address"),
        ("ws://127.0.0.1", 2, "OURO_WEBREPL_PASSWORD"),
        ("ws://:far-too-secret@127.0.0.1", 2, "9 characters at most"),
    ]:
        done = Tool(address).run("eval", "1", within=10)
        assert (done.returncode, said in done.stderr.decode()) == (code, True), done
        assert b"secret" not in done.stderr


def test_a_serial_server_that_goes_away_ends_the_command(tmp_path: Path) -> None:
    with UnixBoard(program("unix-board"), tmp_path) as board:
        server = SerialServer(board.line, rfc2217=False)
        running = subprocess.Popen(
            [str(program("ouro")), "exec", "print('begun')\nwhile True: pass", server.address],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert running.stdout and running.stdout.readline() == b"begun\n"
        server.close()
        _, said = running.communicate(timeout=5)
        assert running.returncode == 1 and b"has closed the connection" in said


@pytest.fixture
def webrepl(tmp_path: Path) -> Iterator[WebReplBoard]:
    folder = tmp_path / "webrepl"
    folder.mkdir()
    with WebReplBoard(program("unix-board"), folder, "secret") as board:
        yield board


def test_python_and_files_through_micropythons_own_webrepl(webrepl: WebReplBoard, tmp_path: Path) -> None:
    tool = Tool(f"ws://{webrepl.host}", OURO_WEBREPL_PASSWORD="secret")
    assert tool.ok("exec", "print('ä'*3000)") == "ä" * 3000 + "\n"
    check_python_and_files(tool, tmp_path)
    assert Tool(f"ws://:secret@{webrepl.host}").ok("eval", "6*7") == "42\n"


def test_webrepl_says_wrong_passwords_and_second_clients(webrepl: WebReplBoard) -> None:
    wrong = Tool(f"ws://:wrong@{webrepl.host}").run("eval", "1")
    assert wrong.returncode == 1 and b"refuses the password" in wrong.stderr and b"wrong" not in wrong.stderr
    tool = Tool(f"ws://:secret@{webrepl.host}")
    first = subprocess.Popen(
        [str(program("ouro")), "repl", tool.address], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert first.stdin and first.stdout and first.stdout.read(4) == b">>> "
    second = tool.run("eval", "1")
    assert second.returncode == 1 and b"another WebREPL client is connected; it allows one" in second.stderr
    first.stdin.close()
    assert first.wait(5) == 0
    assert tool.ok("eval", "1") == "1\n"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebBoard]:
    folder = tmp_path / "circuitpy"
    folder.mkdir()
    with WebBoard(folder) as board:
        yield board


def test_files_through_circuitpythons_web_workflow(web: WebBoard, tmp_path: Path) -> None:
    tool = Tool(f"http://{web.host}", OURO_WEB_PASSWORD="secret")
    check_files(tool, tmp_path)
    (tmp_path / "code.py").write_text("print('hello')\n")
    for words in [
        ("put", str(tmp_path / "code.py"), ":"),
        ("cp", ":code.py", ":old.py"),
        ("mkdir", ":lib"),
        ("mv", ":old.py", ":lib"),
        ("touch", ":lib/empty"),
    ]:
        tool.ok("fs", *words)
    assert tool.ok("fs", "cat", ":lib/old.py") == "print('hello')\n"
    assert tool.ok("fs", "ls", ":lib") == "           0 empty\n          15 old.py\n"
    assert json.loads(tool.ok("fs", "--json", "df")) == {"total": 2048 * 512, "free": 100_000 // 512 * 512}
    assert tool.ok("fs", "sha256sum", ":code.py").split()[0] == hashlib.sha256(b"print('hello')\n").hexdigest()
    assert tool.run("fs", "rmdir", ":lib").returncode == 1
    assert tool.run("fs", "rm", ":lib").returncode == 2
    tool.ok("fs", "rm", "-r", ":lib")
    assert sorted(path.name for path in web.folder.iterdir()) == ["code.py"]


def test_the_web_workflow_says_what_can_not_be_done(web: WebBoard, tmp_path: Path) -> None:
    tool = Tool(f"http://:secret@{web.host}")
    file = tmp_path / "main.py"
    file.write_bytes(b"new" * 1000)
    (web.folder / "main.py").write_bytes(b"old")
    (web.folder / "folder").mkdir()
    (web.folder / "folder/kept").write_bytes(b"kept")

    def refused(code: int, said: str, *words: str, address: str = "") -> None:
        done = Tool(address).run("fs", *words) if address else tool.run("fs", *words)
        assert (done.returncode, said in done.stderr.decode()) == (code, True), done
        assert b"secret" not in done.stderr

    refused(5, "refuses the password", "ls", address=f"http://:wrong@{web.host}")
    refused(4, "no such file", "cat", ":none")
    refused(2, "leads nowhere", "put", str(file), ":folder/../main.py")
    refused(2, "too long a path", "touch", ":" + "ä" * 50)
    web.room = 100
    refused(1, "no room", "put", str(file), ":")
    web.usb = True
    refused(5, "the computer on the board's USB has its drive", "put", str(file), ":")
    web.usb = False
    web.password = ""
    refused(5, "CIRCUITPY_WEB_API_PASSWORD", "ls")
    assert (web.folder / "main.py").read_bytes() == b"old"
    assert (web.folder / "folder/kept").read_bytes() == b"kept"
    assert not (web.folder / ".ouro-part").exists()


def test_a_board_that_fails_between_two_names_has_the_new_file_whole(web: WebBoard, tmp_path: Path) -> None:
    tool = Tool(f"http://:secret@{web.host}")
    file = tmp_path / "main.py"
    file.write_bytes(b"new")
    (web.folder / "main.py").write_bytes(b"old")
    web.breaks_at = 2  # the first is told that the name is taken
    done = tool.run("fs", "put", str(file), ":")
    assert done.returncode == 1 and b"is whole, but lies there as .ouro-part" in done.stderr
    assert (web.folder / ".ouro-part").read_bytes() == b"new"
    tool.ok("fs", "mv", ":.ouro-part", ":main.py")
    assert (web.folder / "main.py").read_bytes() == b"new"


def test_the_web_workflows_terminal_runs_python(tmp_path: Path) -> None:
    with (
        UnixBoard(program("unix-board"), tmp_path) as board,
        WebBoard(tmp_path, line=board.line) as web,
    ):
        tool = Tool(f"http://:secret@{web.host}")
        assert tool.ok("exec", "print('ä'*300)" + "\n#" + "a long line " * 100) == "ä" * 300 + "\n"
        assert b"42" in tool.run("repl", keys=b"print(6*7)\r").stdout
        wrong = Tool(f"http://:wrong@{web.host}").run("eval", "1")
        assert wrong.returncode == 1 and b"refuses the password" in wrong.stderr


def test_the_web_workflow_is_followed_to_the_boards_own_name(web: WebBoard, tmp_path: Path) -> None:
    (web.folder / "code.py").write_bytes(b"x")
    with WebBoard(tmp_path, leads_to=web) as anybody:
        assert Tool(f"http://:secret@{anybody.host}").ok("fs", "ls") == "           1 code.py\n"
    web.host = "elsewhere.example"
    with WebBoard(tmp_path, leads_to=web) as anybody:
        done = Tool(f"http://:secret@{anybody.host}").run("fs", "ls")
        assert done.returncode == 5 and b"no password of ours goes" in done.stderr


@pytest.fixture(params=[False, True], ids=["tcp", "pty"])
def uart_board(request: pytest.FixtureRequest) -> Iterator[Tool]:
    with QemuBoard(pty=request.param) as board:
        yield Tool(board.address)


def test_row_1_15_a_stock_board_with_a_uart_runs_python_and_keeps_files(uart_board: Tool, tmp_path: Path) -> None:
    assert uart_board.ok("eval", "__import__('sys').platform") == "'qemu'\n"
    check_python_and_files(uart_board, tmp_path)


def test_row_1_22_mpremote_reads_what_we_put_and_we_read_what_it_puts(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_bytes("print('größer')\r\n".encode() * 300)
    with QemuBoard(pty=True) as board:
        tool = Tool(board.address)
        tool.ok("fs", "put", str(tmp_path / "main.py"), ":ours.py")
        mpremote = [sys.executable, "-m", "mpremote", "connect", board.address, "resume", "fs"]
        for words in (["cp", ":ours.py", str(tmp_path / "ours.py")], ["cp", str(tmp_path / "main.py"), ":theirs.py"]):
            subprocess.run([*mpremote, *words], check=True, capture_output=True, timeout=120)
        tool.ok("fs", "get", ":theirs.py", str(tmp_path / "theirs.py"))
    for name in ("ours.py", "theirs.py"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "main.py").read_bytes()
