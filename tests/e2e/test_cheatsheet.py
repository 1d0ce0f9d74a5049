# SPDX-License-Identifier: Apache-2.0
"""The cheat sheet: each of its lines does what it says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from conftest import ROOT, House, program
from parts.paced_line import PacedLine
from parts.package_index import PackageIndex
from parts.processes import free_port
from parts.romfs_board import Rom
from parts.unix_board import MACHINE, UnixBoard
from parts.waiting import eventually
from test_deploy import door, started, write_app


def cheats(kind: str) -> list[tuple[str, str]]:
    """The commands of the cheat sheet's blocks of that kind, and what it says about them."""
    page = (ROOT / "docs/cheatsheet.md").read_text()
    blocks = re.findall(rf"^```{kind}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [(command.strip(), about.strip()) for command, _, about in (line.partition("  # ") for line in lines)]


def shell(command: str, folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    path = f"{program('ouro').parent}:{os.environ['PATH']}"
    return subprocess.Popen(
        ["sh", "-c", f"exec {command}" if "+" not in command else command],
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=listen_to_ctrl_c,
    )


def listen_to_ctrl_c() -> None:
    """As in a terminal, also where all this runs in a shell's background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def try_cheat(command: str, about: str, folder: Path, environment: Mapping[str, str]) -> None:
    """To its end; what goes on until Ctrl-C gets one after a moment."""
    running = shell(command, folder, environment)
    if "until Ctrl-C" in about:
        time.sleep(2)
        assert running.poll() is None, f"{command}: {running.communicate()[0]}"
        running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=60)[0]
    # What a machine's ports lack is for the doctor to say.
    allowed = (0, 1) if command == "ouro doctor" else (0, 130, -2) if "until Ctrl-C" in about else (0,)
    if command in ("ouro reset", "ouro bootloader"):  # the board takes its time
        eventually(lambda: shell("ouro eval 1", folder, environment).wait(30) == 0, 30, "the board has started again")
    assert running.returncode in allowed, f"{command}: exit code {running.returncode}\n{said}"


def test_row_1_26_every_line_about_a_board_works(tmp_path: Path) -> None:
    board_folder, work, modules = tmp_path / "board", tmp_path / "work", tmp_path / "modules"
    for folder in (board_folder, work / "src", modules):
        folder.mkdir(parents=True)
    (modules / "machine.py").write_text(MACHINE)
    (work / "main.py").write_text("print('hello')\n")
    (work / "blink.py").write_text("print('on')\n")
    (work / "src/motor.py").write_text("SPEED = 10\n")
    write_app(work / "door", door(1))
    env = {"MICROPYPATH": f":.frozen:{modules}:lib", **Rom(tmp_path).env}
    with (
        PackageIndex() as index,
        UnixBoard(program("unix-board"), board_folder, env=env) as board,
        PacedLine(board.line) as line,
    ):
        index.add("greet", {"greet.py": b"print('hello')\n"})
        environment = {
            "OURO_BOARD": line.device,
            "OURO_DATA": str(tmp_path / "hub"),
            "OURO_MIP_INDEX": index.url,
            "VISUAL": "true",
        }
        assert len(cheats("sh")) > 25
        for command, about in cheats("sh"):
            assert about, f"{command} says nothing about itself"
            try_cheat(command, about, work, environment)
    assert started(board_folder) == door(1) and (board_folder / "lib/greet.py").exists()


def test_row_1_26_every_line_about_a_hub_works(house: House) -> None:
    data = {"OURO_DATA": str(house.folder / "hub")}
    assert len(cheats("sh hub")) > 5
    for command, about in cheats("sh hub"):
        environment = data
        if command == "ouro serve":  # one runs already; this one has a folder and a port of its own
            listen = f"127.0.0.1:{free_port()}"
            environment = {"OURO_DATA": str(house.folder / "second"), "OURO_LISTEN": listen, "OURO_PORTS": "none"}
        try_cheat(command.replace("intercom", house.board.uid, 1), about, ROOT, environment)
