# SPDX-License-Identifier: Apache-2.0
"""`ouro deploy`: cleans, copies, verifies, switches, starts, watches, and takes back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from conftest import program
from parts.paced_line import PacedLine
from parts.unix_board import UnixBoard
from test_board_tools import own_tool, unix_tool
from test_tools import Tool


@pytest.fixture
def tool(tmp_path: Path) -> Iterator[Tool]:
    with unix_tool(tmp_path) as tool:
        yield tool


@pytest.fixture
def own() -> Iterator[Tool]:
    with own_tool() as tool:
        yield tool


def write_app(folder: Path, files: Mapping[str, str]) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def door(version: int) -> dict[str, str]:
    """As the intercom's sources lie: main.py, which starts what is in src. It says what it is, and goes on."""
    main = "from src.app.door import run\nif __name__ == '__main__':\n    run()\n"
    run = f"import time\ndef run():\n    print('door {version} is up')\n    while True:\n        time.sleep(0.05)\n"
    return {
        "main.py": main,
        "src/app/door.py": run,
        "src/core.py": f"VERSION = {version}\n" + "# of many\n" * 300,
        "src/same.py": "SAME = True\n" * 100,
    }


def started(board: Path) -> dict[str, str] | None:
    """The files of the version that main.py starts; None for a main.py that we did not write."""
    text = (board / "main.py").read_text() if (board / "main.py").exists() else ""
    name = re.match(r"# Written by `ouro deploy`; starts (\S+)\n", text)
    if not name:
        return None
    folder = board / ".ouro/apps" / name[1]
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_row_2_21_deploy_cleans_copies_starts_and_tells_each_file(tool: Tool, tmp_path: Path) -> None:
    assert tool.folder
    app = write_app(tmp_path / "door", {**door(1), "src/__pycache__/core.pyc": "x"})
    said = tool.ok("deploy", str(app), "--health", "1")
    assert f"cleaned {app}/src/__pycache__" in said and not (app / "src/__pycache__").exists()
    for name in door(1):
        assert re.search(rf"\d/4\] {name}  \d+ B  sent, verified", said), name
    assert "door 1 is up" in said and said.endswith("ok: it runs, and has not crashed\n")
    assert started(tool.folder) == door(1)
    write_app(app, door(2))
    said = tool.ok("deploy", str(app), "--health", "1")
    assert "src/same.py  1200 B  was there, verified" in said and "door 2 is up" in said
    assert "changed  src/core.py" in said and "same.py  1200 B\n" not in said
    said = tool.ok("deploy", str(app), "--health", "1")
    assert "the board has it already" in said and "[1/4]" not in said and "door 2 is up" in said
    assert started(tool.folder) == door(2)
    assert len(list((tool.folder / ".ouro/apps").iterdir())) == 2, "one version before is kept, not more"


def test_row_2_21_without_a_board_it_fails_with_1_and_a_hint(tmp_path: Path) -> None:
    app = write_app(tmp_path / "door", door(1))
    nowhere = Tool("", data=str(tmp_path / "hub"))
    del nowhere.environment["OURO_BOARD"]
    done = nowhere.run("deploy", "--dry-run", str(app))
    assert done.returncode == 1
    assert b"No board is plugged in" in done.stderr and b"ouro doctor" in done.stderr


def test_row_3_41_a_version_that_crashes_is_taken_back(tool: Tool, tmp_path: Path) -> None:
    assert tool.folder
    app = write_app(tmp_path / "door", door(1))
    tool.ok("deploy", str(app), "--health", "0.5")
    write_app(app, {**door(2), "src/core.py": "1/0\n", "main.py": "import src.core\n"})
    crashed = tool.run("deploy", str(app), "--health", "5")
    assert crashed.returncode == 1
    assert b"ZeroDivisionError" in crashed.stdout and b"back at what it had before" in crashed.stderr
    assert started(tool.folder) == door(1)
    assert len(list((tool.folder / ".ouro/apps").iterdir())) == 1, "nothing of it stays"
    assert tool.run("deploy", str(app), "--rollback").returncode == 4, "and nobody can return to it"
    write_app(app, door(3))
    tool.ok("deploy", str(app), "--health", "0.5")
    assert "door 1 is up" in tool.ok("deploy", str(app), "--rollback", "--health", "0.5")
    assert started(tool.folder) == door(1)
    assert "door 3 is up" in tool.ok("deploy", str(app), "--rollback", "--health", "0.5")


def test_what_a_person_wrote_comes_back_when_the_first_deploy_crashes(tool: Tool, tmp_path: Path) -> None:
    assert tool.folder
    (tool.folder / "main.py").write_text("print('by hand')\n")
    app = write_app(tmp_path / "bad", {"app.py": "print('begun')\nraise ValueError('no')\n"})
    crashed = tool.run("deploy", "--json", str(app), "--health", "5")
    lines = [json.loads(line) for line in crashed.stdout.splitlines()]
    assert crashed.returncode == 1 and lines[-1]["type"] == "crashed"
    assert lines[-1]["traceback"].endswith("ValueError: no")
    assert [line["type"] for line in lines if line["type"] != "phase"][:3] == ["plan", "file", "switched"]
    assert [line["phase"] for line in lines if line["type"] == "phase"] == ["copy", "switch", "watch", "roll_back"]
    assert (tool.folder / "main.py").read_text() == "print('by hand')\n"
    (tool.folder / "main.py").unlink()
    assert tool.run("deploy", str(app), "--health", "5").returncode == 1
    assert not (tool.folder / "main.py").exists(), "there was none"


def test_a_plan_changes_nothing(tool: Tool, tmp_path: Path) -> None:
    assert tool.folder
    app = write_app(tmp_path / "door", door(1))
    plan = json.loads(tool.ok("deploy", "--dry-run", "--json", str(app)))
    assert plan["bytes"] == sum(map(len, door(1).values())) and plan["free"] > 0
    assert {file["change"] for file in plan["files"]} == {"added"}
    assert not list(tool.folder.iterdir())
    for folder, code in [(tmp_path / "none", 4), (tmp_path / "board", 4), (app / "src", 4)]:
        assert tool.run("deploy", str(folder)).returncode == code
    assert tool.run("deploy", str(app), "--name", "../x").returncode == 2


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_cut_at_any_byte_leaves_the_old_version_or_the_new_one(tmp_path: Path) -> None:
    folder = tmp_path / "board"
    folder.mkdir()
    old, new = write_app(tmp_path / "old/door", door(1)), write_app(tmp_path / "new/door", door(2))
    seen: list[bool] = []
    with UnixBoard(program("unix-board"), folder) as board:
        for cut_after in range(700, 100_000, 600):
            with PacedLine(board.line) as line:
                Tool(line.device).ok("deploy", str(old), "--health", "0")
            assert started(folder) == door(1)
            with PacedLine(board.line, cut_after=cut_after) as line:
                done = Tool(line.device).run("deploy", str(new), "--health", "0.1")
            assert started(folder) in (door(1), door(2)), f"neither can be started after a cut at byte {cut_after}"
            seen.append(started(folder) == door(2))
            if done.returncode == 0:
                break
            assert done.stderr, "a cut is told"
    assert not seen[0] and seen[-1] and len(seen) > 5, "the cuts fell into the deploy"


def test_our_own_board_gets_apps_too(own: Tool, tmp_path: Path) -> None:
    app = write_app(
        tmp_path / "ticker",
        {
            "app.py": "import badge, part.a\nprint('ticker', part.a.N)\nwhile True: badge.delay_ms(50)\n",
            "part/a.py": "N = 1\n",
        },
    )
    assert "ticker 1" in own.ok("deploy", str(app), "--health", "1")
    (app / "part/a.py").write_text("N = 2\n")
    said = own.ok("deploy", str(app), "--health", "1")
    assert "ticker 2" in said and "changed  part/a.py" in said
    (app / "part/a.py").write_text("N = 3\n1/0\n")
    crashed = own.run("deploy", str(app), "--health", "5")
    assert crashed.returncode == 1 and b"back at what it had before" in crashed.stderr
    assert own.ok("cat", ":/pyapps/ticker/part/a.py") == "N = 2\n"
    assert own.run("ls", ":/.install").returncode == 4, "nothing is left for the firmware to finish"
    (app / "part/a.py").write_text("N = 4\n")
    own.ok("deploy", str(app), "--health", "0.5")
    assert "ticker 2" in own.ok("deploy", str(app), "--rollback", "--health", "1")
    assert own.ok("cat", ":/pyapps/ticker/part/a.py") == "N = 2\n"
