# SPDX-License-Identifier: Apache-2.0
"""`ouro secrets`, and what `ouro deploy` puts on a stock board beside the app: `ha`, and just the secrets it needs."""

from __future__ import annotations

import json
import os
import pty
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import program
from test_board_tools import own_tool, unix_tool
from test_deploy import started, write_app
from test_tools import Tool

KEY = "k3y-of-the-garden"
PASSWORD = 'pass "word" \\ ü'
APP = """
import ha
from secret_config import API_KEY, WIFI_PASSWORD
from ha._settings import settings

print("the key is", API_KEY)
print("settings", sorted(settings))
print("same", settings["CIRCUITPY_WIFI_PASSWORD"] == WIFI_PASSWORD)
ha.sensor("S").value = 1
ha.after(0.2, lambda: print("it runs"))
ha.run()
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture
def tool(tmp_path: Path, data: Path) -> Iterator[Tool]:
    with unix_tool(tmp_path) as tool:
        tool.environment["OURO_DATA"] = str(data)
        yield tool


def keep(tool: Tool, name: str, value: str, *more: str) -> str:
    done = tool.run("secrets", "set", name, *more, keys=value.encode() + b"\n")
    assert done.returncode == 0, done
    assert value.encode() not in done.stdout + done.stderr
    return done.stdout.decode()


def test_a_secret_is_kept_for_its_owner_alone_listed_without_its_value_and_removed(tmp_path: Path, data: Path) -> None:
    tool = Tool("", data=str(data))
    assert "no secrets are kept" in tool.ok("secrets", "list")
    assert keep(tool, "WIFI_PASSWORD", PASSWORD) == "WIFI_PASSWORD is kept for all boards\n"
    keep(tool, "WIFI_PASSWORD", "another", "--board", "c0ffee01")
    assert stat.S_IMODE((data / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    listed = tool.ok("secrets", "list")
    assert re.search(r"WIFI_PASSWORD +all +\*{6}", listed) and "c0ffee01" in listed
    assert PASSWORD not in listed and "another" not in listed
    facts = [json.loads(line) for line in tool.ok("secrets", "list", "--json").splitlines()]
    assert [(fact["name"], fact["board"]) for fact in facts] == [
        ("WIFI_PASSWORD", None),
        ("WIFI_PASSWORD", "c0ffee01"),
    ]
    assert all(set(fact) == {"name", "board", "set_at_ms"} for fact in facts)
    tool.ok("secrets", "remove", "WIFI_PASSWORD")
    assert tool.run("secrets", "remove", "WIFI_PASSWORD").returncode == 4
    tool.ok("secrets", "remove", "WIFI_PASSWORD", "--board", "c0ffee01")
    assert "no secrets are kept" in tool.ok("secrets", "list")


def test_what_is_no_secret_is_refused_and_changes_nothing(data: Path) -> None:
    tool = Tool("", data=str(data))
    for name, value in [("9A", b"x"), ("A-B", b"x"), ("A", b""), ("A", b"two\nlines"), ("A", b"x" * 1025)]:
        done = tool.run("secrets", "set", name, keys=value)
        assert done.returncode == 2 and value[:4] not in (done.stdout + done.stderr or b" ") or not value, done
    assert not (data / "secrets.json").exists()
    keep(tool, "A", "value")
    (data / "secrets.json").chmod(0o644)
    done = tool.run("secrets", "list")
    assert done.returncode == 5 and b"Others can read" in done.stderr
    (data / "secrets.json").chmod(0o600)
    (data / "secrets.json").write_text("{")
    assert tool.run("secrets", "set", "B", keys=b"x").returncode == 1
    assert (data / "secrets.json").read_text() == "{", "a broken file is not written over"


def test_what_is_typed_is_not_seen(data: Path) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [str(program("ouro")), "secrets", "set", "A", "--data", str(data)], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    said = b""
    while b"not shown" not in said:
        said += os.read(ours, 1024)
    os.write(ours, b"typed-by-hand\n")
    assert child.wait(10) == 0
    try:
        while more := os.read(ours, 1024):
            said += more
    except OSError:
        pass  # the terminal has no other end any more
    os.close(ours)
    assert b"kept for all boards" in said and b"typed" not in said
    assert "typed-by-hand" in (data / "secrets.json").read_text()


def test_a_stock_board_gets_ha_and_just_the_secrets_that_the_app_needs(tool: Tool, tmp_path: Path) -> None:
    assert tool.folder
    app = write_app(tmp_path / "garden", {"app.py": APP})
    missing = tool.run("deploy", str(app))
    assert missing.returncode == 4 and b"API_KEY, WIFI_PASSWORD" in missing.stderr
    assert b"ouro secrets set" in missing.stderr and not (tool.folder / "main.py").exists()
    keep(tool, "API_KEY", "of all the others")
    (tool.folder / ".ouro_id").write_text("c0ffee01")
    keep(tool, "API_KEY", KEY, "--board", "c0ffee01")
    keep(tool, "CIRCUITPY_WIFI_PASSWORD", PASSWORD)
    keep(tool, "OTHER", "no business of this app")

    plan = tool.ok("deploy", "--dry-run", str(app))
    assert "added  secret_config.py  (API_KEY, WIFI_PASSWORD)\n" in plan
    assert "added  settings.toml  (CIRCUITPY_WIFI_PASSWORD)\n" in plan
    assert "added  ha/__init__.mpy" in plan and "ha/__init__.py" not in plan
    assert not (tool.folder / "main.py").exists()

    said = tool.ok("deploy", "--health", "2", str(app))
    assert "the key is ******" in said and "same True" in said and "it runs" in said
    assert "settings ['CIRCUITPY_WIFI_PASSWORD']" in said
    for text in (plan, said):
        assert KEY not in text and PASSWORD not in text
    name = re.search(r"starts (\S+)", (tool.folder / "main.py").read_text())
    assert name
    version = tool.folder / ".ouro/apps" / name[1]
    assert (version / "ha/_loop.mpy").read_bytes()[:2] == b"M\x06"
    everything = "".join(path.read_text() for path in version.glob("*.*"))
    assert KEY in everything and "no business" not in everything and "all the others" not in everything

    assert "the board has it already" in tool.ok("deploy", "--health", "0.5", str(app))
    keep(tool, "API_KEY", "another-key-now", "--board", "c0ffee01")
    assert "changed  secret_config.py  (API_KEY, WIFI_PASSWORD)\n" in tool.ok("deploy", "--health", "1", str(app))


def test_a_crash_that_names_a_secret_does_not_tell_it(tool: Tool, tmp_path: Path) -> None:
    keep(tool, "API_KEY", KEY)
    app = write_app(tmp_path / "bad", {"app.py": "import secret_config\nraise ValueError(secret_config.API_KEY)\n"})
    for words in ((), ("--json",)):
        done = tool.run("deploy", str(app), "--health", "5", *words)
        assert done.returncode == 1 and b"ValueError: ******" in done.stdout, done
        assert KEY.encode() not in done.stdout + done.stderr


def test_an_older_program_with_its_own_secret_config_goes_as_it_is(tool: Tool, tmp_path: Path) -> None:
    """As the intercom's first program has it: src/config/secret_config.py, copied from a sample."""
    files = {
        "main.py": "from src.config.secret_config import WIFI_SSID\nprint('joins', WIFI_SSID)\n",
        "src/config/secret_config.py": "WIFI_SSID = 'by hand'\n",
    }
    app = write_app(tmp_path / "intercom", files)
    assert "joins by hand" in tool.ok("deploy", "--health", "2", str(app))
    assert tool.folder and started(tool.folder) == files
    (app / "src/config/secret_config.py").unlink()
    keep(tool, "WIFI_SSID", "at home")
    said = tool.ok("deploy", "--health", "2", str(app))
    assert "joins at home" in said and "src/config/secret_config.py  (WIFI_SSID)  sent, verified" in said


def test_our_own_board_gets_the_secrets_that_the_app_names_and_no_ha(tmp_path: Path, data: Path) -> None:
    with own_tool() as own:
        own.environment["OURO_DATA"] = str(data)
        keep(own, "API_KEY", KEY)
        toml = 'name = "Garden"\nsecrets = ["API_KEY"]\n'
        code = "import ha, secret_config\nprint('has', secret_config.API_KEY)\nha.run()\n"
        app = write_app(tmp_path / "garden", {"app.py": code, "app.toml": toml})
        said = own.ok("deploy", str(app), "--health", "1")
        assert "has ******" in said and "ha/__init__" not in said
        assert own.ok("ls", ":/pyapps/garden").split()[1::2] == ["app.py", "app.toml", "secret_config.py"]
