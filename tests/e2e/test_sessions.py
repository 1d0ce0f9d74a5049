# SPDX-License-Identifier: Apache-2.0
"""One owner of a port, many who use it: `ouro repl`, `sessions`, `exec` and `fs` beside a hub and without one."""

from __future__ import annotations

import json
import os
import re
import secrets
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import ROOT, House, program, temporary_house
from parts.board import Board
from parts.paced_line import PacedLine
from parts.unix_board import UnixBoard
from parts.waiting import eventually, never, wait_until
from test_tools import Tool, check_files_there_and_back, examples, matches

QUESTION = b'\x1e["who"]\n'


class StockPort:
    """MicroPython's unix port where a hub looks for boards: a port to open, with a stock prompt behind it."""

    def __init__(self, house: House, name: str) -> None:
        self.name = name
        self.uid = f"stock{name}"
        self._open = ExitStack()
        self.files = house.folder / f"files-{name}"
        self.files.mkdir()
        self.board = self._open.enter_context(UnixBoard(program("unix-board"), self.files))
        self.folder = house.boards / name
        self.folder.mkdir(parents=True)
        control = self._open.enter_context(socket.socket(socket.AF_UNIX))
        control.bind(str(self.folder / "control.sock"))
        control.listen(64)
        (self.folder / "board.json").write_text(json.dumps({"uid": self.uid, "board": "stock", "pid": os.getpid()}))
        self.plug_in()

    def plug_in(self) -> None:
        self.line = self._open.enter_context(PacedLine(self.board.line))
        link = self.folder / "uart0"
        link.unlink(missing_ok=True)
        link.symlink_to(self.line.device)

    def close(self) -> None:
        self._open.close()


class Attached:
    """`ouro repl` on a terminal of its own, or with `keys` from a pipe."""

    def __init__(self, house: House, board: str, *words: str) -> None:
        self.master, terminal = os.openpty()
        argv = [str(program("ouro")), "repl", board, *words, "--data", str(house.folder / "hub")]
        self.child = subprocess.Popen(argv, stdin=terminal, stdout=terminal, stderr=terminal)
        os.close(terminal)
        self.shown = ""
        self.wait_for("leaves")

    def _read(self, wait: float) -> None:
        if select.select([self.master], [], [], wait)[0]:
            try:
                self.shown += os.read(self.master, 65536).decode(errors="replace")
            except OSError:
                pass  # it has ended

    def wait_for(self, text: str, within: float = 10) -> None:
        deadline = time.monotonic() + within
        while text not in self.shown:
            assert time.monotonic() < deadline, f"{text!r} was not shown: {self.shown!r:.1500}"
            self._read(0.1)

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def end(self, within: float = 10) -> int:
        deadline = time.monotonic() + within
        while self.child.poll() is None and time.monotonic() < deadline:
            self._read(0.05)
        self._read(0)
        return self.child.wait(1)

    def __enter__(self) -> Attached:
        return self

    def __exit__(self, *_: object) -> None:
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGKILL)
            self.child.wait(5)
        os.close(self.master)


class HubTool(Tool):
    """`ouro` beside a hub."""

    def __init__(self, house: House, device: str, folder: Path | None = None) -> None:
        super().__init__(device, folder, data=str(house.folder / "hub"))


def session(house: House, uid: str) -> dict[str, object]:
    return next((s for s in house.hub.get("/api/sessions") if s["uid"] == uid), {})


@pytest.fixture(scope="module")
def shared() -> Iterator[House]:
    """A hub with our own badge; stock boards come and go."""
    with temporary_house() as house:
        house.boards.mkdir()
        house.board = Board(house.registry, program("ouro-board"), house.boards / "badge", ROOT / "apps/hello", "badge")
        house.board.start()
        house.add_broker().start()
        house.add_hub().start()
        eventually(lambda: house.hub.board(house.board.uid)["online"], 20, "the badge is online")
        yield house


@pytest.fixture
def stock(shared: House) -> Iterator[StockPort]:
    port = StockPort(shared, f"n{secrets.token_hex(3)}")
    try:
        eventually(lambda: session(shared, port.uid).get("state") == "open", 10, "the hub has the stock board's port")
        yield port
    finally:
        port.close()
        (port.folder / "board.json").unlink()


def test_row_1_18_a_detached_session_is_listed_and_shows_what_it_printed_to_the_next_one(
    shared: House, stock: StockPort
) -> None:
    tool = HubTool(shared, stock.uid)
    slow = b"import time\rfor i in range(4): time.sleep(.2); print('tick', i)\r\r"
    assert tool.run("repl", keys=slow + b"\x1d").returncode == 0
    eventually(lambda: int(str(session(shared, stock.uid)["kept_bytes"])) > 20, 10, "the output is kept")
    listed = tool.ok("sessions")
    heading, *rows = listed.splitlines()
    assert heading.split() == ["ID", "BOARD", "PORT", "SINCE", "VIEWERS", "LEASE", "KEPT"]
    (row,) = [row for row in rows if row.startswith(stock.uid)]
    assert re.search(rf"{stock.folder}/uart0 +\d{{4}}-\d\d-\d\d \d\d:\d\d +detached +- +\d+ B$", row), listed
    eventually(lambda: re.search(rb"tick 3\r?\n>>> $", stock.line.heard), 10, "the program has ended")
    back = tool.run("repl")
    assert b"kept while nobody watched: " in back.stderr and b"tick 3" in back.stdout, back
    again = tool.run("repl")
    assert b"kept while nobody watched" not in again.stderr, "it is shown as new once"
    assert json.loads(tool.ok("sessions", "--json"))


@pytest.mark.parametrize(
    "keys", [b"\x1d", b"\x18", b"\x01d", b"\x01D"], ids=["ctrl-]", "ctrl-x", "ctrl-a d", "ctrl-a D"]
)
def test_row_1_17_the_prompt_is_left_and_the_session_goes_on(shared: House, stock: StockPort, keys: bytes) -> None:
    with Attached(shared, stock.uid) as person:
        person.type(b"print(111 * 111)\r")
        person.wait_for("12321")
        person.type(keys)
        assert person.end() == 0
        assert f"`ouro repl {stock.uid}` comes back" in person.shown
    assert session(shared, stock.uid)["state"] == "open"


def test_several_see_and_type_the_same_and_one_only_watches(shared: House, stock: StockPort) -> None:
    with (
        Attached(shared, stock.uid) as one,
        Attached(shared, stock.uid) as other,
        Attached(shared, stock.uid, "--watch") as watcher,
    ):
        one.type(b"a = 2000\r")
        other.wait_for("a = 2000")
        other.type(b"print(a + 311)\r")
        for who in (one, other, watcher):
            who.wait_for("2311")
        watcher.type(b"print(a + 312)\r")
        watcher.wait_for("You only watch")
        assert len(session(shared, stock.uid)["viewers"]) == 3  # type: ignore[arg-type]
        assert "2312" not in one.shown


def test_row_1_21_a_tool_works_while_prompts_are_attached_and_they_see_who_it_is(
    shared: House, stock: StockPort
) -> None:
    (stock.files / "main.py").write_text("print('hello')\n")
    tool = HubTool(shared, stock.uid)
    with Attached(shared, stock.uid) as person:
        running = tool.start("exec", "import time; print('begun'); time.sleep(1.5); print('done')")
        assert running.stdout and running.stdout.readline() == b"begun\n"
        person.wait_for(f"ouro exec (pid {running.pid}) has the prompt since ")
        person.type(b"x")
        person.wait_for("what was typed was not passed on")
        second = tool.run("fs", "ls")
        assert second.returncode == 5 and f"ouro exec (pid {running.pid})" in second.stderr.decode(), second
        assert f"ouro sessions kill {stock.uid}" in second.stderr.decode()
        assert running.communicate(timeout=20)[0] == b"done\n" and running.returncode == 0
        person.wait_for("the prompt is free again")
        assert tool.ok("fs", "ls").split() == ["15", "main.py"]
        person.type(b"print(5 * 5005)\r")
        person.wait_for("25025")
    assert session(shared, stock.uid)["lease"] is None


def test_row_1_21_without_a_hub_the_holder_is_named_and_nothing_hangs(tmp_path: Path) -> None:
    with UnixBoard(program("unix-board"), tmp_path) as board, PacedLine(board.line) as line:
        tool = Tool(line.device)
        master, terminal = os.openpty()
        argv = [str(program("ouro")), "repl", line.device, "--data", "/nonexistent"]
        person = subprocess.Popen(argv, stdin=terminal, stdout=terminal, stderr=terminal)
        os.close(terminal)
        try:
            eventually(lambda: b"Ctrl-]" in os.read(master, 4096), 10, "the prompt is attached")
            refused = tool.run("fs", "ls", within=20)
            assert refused.returncode == 5 and f"(pid {person.pid})" in refused.stderr.decode(), refused
            assert b"Detach there (Ctrl-]" in refused.stderr and b"ouro serve" in refused.stderr
            os.write(master, b"\x1d")
            assert person.wait(10) == 0
        finally:
            person.kill()
            person.wait()
            os.close(master)
        assert tool.ok("fs", "ls") == ""
        alone = tool.run("repl", "--watch")
        assert alone.returncode == 3 and b"ouro serve" in alone.stderr


def test_row_1_19_a_killed_session_frees_the_port_and_the_next_upload_succeeds(
    shared: House, stock: StockPort, tmp_path: Path
) -> None:
    source = tmp_path / "new.py"
    source.write_text("print('new')\n")
    tool = HubTool(shared, stock.uid)
    with Attached(shared, stock.uid) as person:
        tool.ok("sessions", "kill", stock.uid)
        assert person.end() == 1 and "was ended by `ouro sessions kill`" in person.shown
    assert session(shared, stock.uid)["state"] == "released"
    uart = os.open(stock.line.device, os.O_RDWR | os.O_NOCTTY)
    os.close(uart)
    tool.ok("fs", "put", str(source), ":")
    assert (stock.files / "new.py").read_text() == "print('new')\n"
    assert tool.run("sessions", "kill", "none").returncode == 4
    eventually(lambda: session(shared, stock.uid)["state"] == "open", 20, "the hub takes the port again")


def test_files_come_back_through_a_hub_as_they_went(shared: House, stock: StockPort, tmp_path: Path) -> None:
    check_files_there_and_back(HubTool(shared, str(stock.folder)), tmp_path)


def test_files_come_back_from_our_own_board_through_a_hub_as_they_went(shared: House, tmp_path: Path) -> None:
    tool = HubTool(shared, shared.board.uid)
    check_files_there_and_back(tool, tmp_path)
    assert tool.ok("eval", "6*7") == "42\n"
    assert tool.run("exec", "1/0").returncode == 1
    tool.ok("soft-reset")
    assert shared.hub.board(shared.board.uid)["online"]


def test_folders_and_apps_reach_a_board_through_a_hub(shared: House, stock: StockPort, tmp_path: Path) -> None:
    tool = HubTool(shared, stock.uid)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/motor.py").write_text("SPEED = 10\n")
    assert tool.ok("mount", str(tmp_path / "lib"), "--", "exec", "import motor; print(motor.SPEED)") == "10\n"
    assert "1 written" in tool.ok("sync", str(tmp_path / "lib"), ":lib")
    assert "0 added, 0 changed, 0 removed, 1 unchanged" in tool.ok("sync", str(tmp_path / "lib"), ":lib")
    app = tmp_path / "door"
    app.mkdir()
    (app / "main.py").write_text("import time\nprint('the door is up')\nwhile True: time.sleep(.05)\n")
    said = tool.ok("deploy", str(app), "--health", "1")
    assert "the door is up" in said and said.endswith("ok: it runs, and has not crashed\n")
    assert session(shared, stock.uid)["lease"] is None


def test_what_a_port_cannot_do_is_said_through_a_hub_too(shared: House, stock: StockPort) -> None:
    refused = HubTool(shared, stock.uid).run("reset", "--lines")
    assert refused.returncode == 1 and b"control lines cannot be moved" in refused.stderr, refused


def test_a_stock_prompt_is_asked_once_who_it_is_and_left_in_peace(shared: House, stock: StockPort) -> None:
    eventually(lambda: stock.line.to_board == len(QUESTION), 5, "the question arrives")
    never(lambda: stock.line.to_board != len(QUESTION), 4, "the hub types at a prompt that is not its own")


def test_a_board_that_vanishes_ends_the_tool_within_a_second_and_its_viewers_see_it_return(
    shared: House, stock: StockPort
) -> None:
    tool = HubTool(shared, stock.uid)
    with Attached(shared, stock.uid) as person:
        running = tool.start("exec", "import time; print('begun'); time.sleep(60)")
        assert running.stdout and running.stdout.readline() == b"begun\n"
        stock.line.close()
        eventually(lambda: session(shared, stock.uid)["lease"] is None, 1, "the lease has ended", every=0.01)
        _, said = running.communicate(timeout=5)
        assert running.returncode == 1 and b"the other end is gone" in said, said
        person.wait_for("the board is away")
        stock.plug_in()
        person.wait_for("the board is back")
        person.type(b"\x03\r")
        person.wait_for("KeyboardInterrupt")


def test_a_lease_ends_with_its_tool_also_when_that_is_killed(shared: House, stock: StockPort) -> None:
    running = HubTool(shared, stock.uid).start("exec", "import time; print('begun'); time.sleep(60)")
    assert running.stdout and running.stdout.readline() == b"begun\n"
    assert session(shared, stock.uid)["lease"]["name"] == f"ouro exec (pid {running.pid})"  # type: ignore[index]
    running.kill()
    running.communicate()
    eventually(lambda: session(shared, stock.uid)["lease"] is None, 2, "the lease has ended")
    assert HubTool(shared, stock.uid).ok("eval", "1 + 1") == "2\n"


def test_a_hub_that_ends_while_a_tool_works_says_so(tmp_path: Path) -> None:
    with temporary_house() as house:
        house.boards.mkdir()
        house.add_broker().start()
        house.add_hub().start()
        stock = StockPort(house, "one")
        try:
            eventually(lambda: session(house, stock.uid).get("state") == "open", 10, "the hub has the port")
            with Attached(house, stock.uid) as person:
                house.hub.stop()
                assert person.end() == 1
            # Without it the port is free, and the same words work.
            assert wait_until(lambda: HubTool(house, str(stock.folder)).run("eval", "2+2").stdout == b"4\n", 10)
        finally:
            stock.close()


def test_the_pages_section_on_sessions_shows_what_happens(shared: House, stock: StockPort) -> None:
    path = f"{program('ouro').parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "OURO_DATA": str(shared.hub.data)}

    def here(text: str) -> str:
        return text.replace("/dev/ttyUSB0", f"{stock.folder}/uart0").replace("ttyUSB0", stock.uid)

    assert len(examples(on_sessions=True)) > 3
    for command, expected in examples(on_sessions=True):
        done = subprocess.run(
            ["sh", "-c", here(command) + " 2>&1"], env=environment, capture_output=True, text=True, timeout=60
        )
        said = done.stdout.splitlines() + ([f"[exit code {done.returncode}]"] if done.returncode else [])
        said = [line for line in said if shared.board.uid not in line]  # the badge is not on the page
        for line, wanted in zip(said, expected, strict=True):
            columns, wanted = " ".join(line.split()), " ".join(here(wanted).split())
            assert matches(columns, wanted), f"$ {command}\n{columns}\nis not\n{wanted}"
