# SPDX-License-Identifier: Apache-2.0
"""The REPL of the virtual board's pty, used by the tools that people have: mpremote and ampy."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, temporary_house


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pty of a board that runs no hub: nobody else holds the port."""
    app = tmp_path_factory.mktemp("app") / "greeter"
    app.mkdir()
    (app / "app.py").write_text("print('Hello World')\n")
    with temporary_house() as house:
        house.add_board(app=app).start()
        yield str(house.board.console)


def tool(*argv: str, within: float = 30) -> str:
    done = subprocess.run([sys.executable, "-m", *argv], capture_output=True, text=True, timeout=within)
    assert done.returncode == 0, f"{' '.join(argv)}: {done.stdout[-800:]} {done.stderr[-800:]}"
    return done.stdout


def test_mpremote_executes_and_evaluates(console: str) -> None:
    assert tool("mpremote", "connect", console, "resume", "exec", "print(6 * 7)").strip() == "42"
    assert tool("mpremote", "connect", console, "resume", "eval", "'a' * 3").strip() == "aaa"
    name = tool("mpremote", "connect", console, "exec", "import sys; print(sys.implementation.name)")
    assert name.strip() == "micropython"


def test_mpremote_copies_a_file_there_and_back(console: str, tmp_path: Path) -> None:
    there, back = tmp_path / "there.py", tmp_path / "back.py"
    there.write_bytes(b"x = 1\n" + bytes(range(32, 127)) * 40)
    tool("mpremote", "connect", console, "resume", "fs", "cp", str(there), ":there.py")
    assert "there.py" in tool("mpremote", "connect", console, "resume", "fs", "ls")
    tool("mpremote", "connect", console, "resume", "fs", "cp", ":there.py", str(back))
    assert back.read_bytes() == there.read_bytes()
    tool("mpremote", "connect", console, "resume", "fs", "rm", ":there.py")
    assert "there.py" not in tool("mpremote", "connect", console, "resume", "fs", "ls")


def test_row_3_41_an_apps_folder_arrives_byte_for_byte_and_is_an_app(console: str) -> None:
    app = ROOT / "apps/snake"
    tool("mpremote", "connect", console, "resume", "fs", "cp", "-r", str(app), ":/pyapps/")
    names = sorted(path.name for path in app.iterdir())
    code = (
        "import os, hashlib, binascii, badge\n"
        "for name in sorted(os.listdir('/pyapps/snake')):\n"
        "  data = open('/pyapps/snake/' + name, 'rb').read()\n"
        "  print(name, binascii.hexlify(hashlib.sha256(data).digest()).decode())\n"
        "print([title for name, title in badge.apps.list() if name == 'snake'])\n"
    )
    *files, listed = tool("mpremote", "connect", console, "resume", "exec", code).splitlines()
    assert files == [f"{name} {hashlib.sha256((app / name).read_bytes()).hexdigest()}" for name in names]
    assert listed == "['Snake']"
    tool("mpremote", "connect", console, "resume", "fs", "rm", "-r", ":/pyapps/snake")


def test_ampy_lists_puts_gets_and_runs(console: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("print('run by ampy')\n")
    ampy = ("ampy.cli", "--port", console, "--delay", "0")
    assert "run by ampy" in tool(*ampy, "run", str(script))
    tool(*ampy, "put", str(script), "script.py")
    assert "script.py" in tool(*ampy, "ls")
    assert tool(*ampy, "get", "script.py").strip() == script.read_text().strip()


def test_a_traceback_ends_mpremote_with_an_error(console: str) -> None:
    argv = [sys.executable, "-m", "mpremote", "connect", console, "resume", "exec", "1/0"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and "ZeroDivisionError" in done.stdout + done.stderr


def test_the_console_survives_a_hundred_visits(console: str) -> None:
    import serial

    for n in range(100):
        with serial.Serial(console, 115200, timeout=5) as port:
            port.write(b"\r\x01")  # raw REPL, as every tool enters it
            assert port.read_until(b"raw REPL; CTRL-B to exit\r\n>").endswith(b">"), f"visit {n}"
            port.write(b"print(%d)\x04" % n)
            assert port.read_until(b"\x04>") == b"OK%d\r\n\x04\x04>" % n
            port.write(b"\x02")
