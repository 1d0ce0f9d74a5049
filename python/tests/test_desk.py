# SPDX-License-Identifier: Apache-2.0
"""An app on a desk: without a board, without a broker, without waiting; and the settings that it may be given."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import PYTHON

INTERCOM = PYTHON.parent / "apps/intercom/app.py"


def run(folder: Path, code: str, **env: str) -> subprocess.CompletedProcess[str]:
    path = {"PYTHONPATH": f"{PYTHON}:{PYTHON / 'desktop'}", "HA_ID": "desk01", "PATH": os.environ["PATH"], **env}
    (folder / "app.py").write_text(code)
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=folder,
        env=path,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


TEN_PASSES = """
import ha
passes = 0
def counted():
    global passes
    passes += 1
    ha.after(0, counted)
    raise ValueError("in every pass")
ha.after(0, counted)
ha.run(test_mode=True, max_iterations=10)
print("passes", passes)
"""


@pytest.mark.parametrize(
    ("link", "settings"),
    [("serial", {}), ("mqtt", {"HA_BROKER": "127.0.0.1", "HA_PORT": "9"})],
    ids=["serial", "no_broker_there"],
)
def test_row_2_24_ten_passes_are_ten_whatever_fails_in_them(
    tmp_path: Path, link: str, settings: dict[str, str]
) -> None:
    done = run(tmp_path, TEN_PASSES, HA_LINK=link, **settings)
    assert done.returncode == 0 and "passes 10\n" in done.stdout, done


def test_row_2_25_the_intercom_runs_on_a_desk_and_rings(tmp_path: Path) -> None:
    """Unmodified but for its last line: its pins are moved here, and it ends."""
    source = INTERCOM.read_text()
    assert source.endswith("\nha.run()\n")
    hand = """
import machine

ha.after(0, lambda: machine.drive(4, 0))
ha.after(0.1, lambda: lock.command("UNLOCK"))


@ha.sensor("End", every=0.1)
def end():
    if len(machine.changes) == 6:
        print("moved", machine.changes, "rang", ringing.value)
        raise SystemExit
"""
    done = run(tmp_path, source.replace("\nha.run()\n", hand + "\n\nha.run()\n"), MOCK_SLEEP="1")
    assert done.returncode == 0, done
    safe, sequence = "(13, 0), (12, 0), ", "(12, 1), (13, 1), (13, 0), (12, 0)"
    assert f"moved [{safe}{sequence}] rang True" in done.stdout


SLEEPS = """
import asyncio, sys, time, ha, machine
began = time.monotonic()
time.sleep(30)
asyncio.run(asyncio.sleep(30))
asyncio.run(asyncio.sleep_ms(30_000))
print("instant", time.monotonic() - began < 5)
began = time.monotonic()
time.sleep(0.2, force_real=True)
asyncio.run(asyncio.sleep(0.2, force_real=True))
print("real", time.monotonic() - began >= 0.4)
"""


def test_row_2_26_a_mock_sleep_takes_no_time_and_a_forced_one_does(tmp_path: Path) -> None:
    began = time.monotonic()
    assert run(tmp_path, SLEEPS, MOCK_SLEEP="1").stdout == "instant True\nreal True\n"
    assert time.monotonic() - began < 20


def test_row_2_26_without_it_sleeps_are_real(tmp_path: Path) -> None:
    code = "import time, machine\nbegan = time.monotonic()\ntime.sleep(0.3)\nprint(time.monotonic() - began >= 0.3)\n"
    assert run(tmp_path, code).stdout == "True\n"


CONFIG = """
import ha
c = ha.config(pin=4, on=False, seconds=1.5, topic='a', list=[1])
print(c.pin, c.on, c.seconds, c.topic)
"""


def test_row_2_30_config_json_comes_over_app_toml(tmp_path: Path) -> None:
    (tmp_path / "app.toml").write_text("[config]\npin = 5\non = true\n")
    (tmp_path / "config.json").write_text(json.dumps({"pin": 6, "seconds": 2, "topic": "b"}))
    assert run(tmp_path, CONFIG).stdout == "6 True 2.0 b\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"pin": "4"}', "pin must be a whole number, not '4'"),
        ('{"pin": true}', "pin must be a whole number, not True"),
        ('{"on": 1}', "on must be true or false, without quotes, not 1"),
        ('{"seconds": null}', "seconds must be a number, not None"),
        ('{"topic": 5}', "topic must be a text in quotes, not 5"),
        ('{"list": {}}', "list must be a list, not {}"),
        ('{"pni": 4}', "there is no setting 'pni'; there are list, on, pin, seconds, topic"),
        ("[1]", "there is no JSON object in it"),
        ("{", "there is no JSON object in it"),
    ],
)
def test_row_2_30_a_setting_of_the_wrong_type_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "config.json").write_text(text)
    done = run(tmp_path, CONFIG)
    assert done.returncode == 1 and f"config.json: {said}" in done.stderr, done.stderr


def test_what_cannot_be_sent_holds_up_nothing_that_waits_behind_it(tmp_path: Path) -> None:
    code = (
        "import ha\nfrom ha import _loop\nno_room = True\n"
        "def say(value):\n    if no_room: raise OSError(110)\n"
        "    if value is None: raise ValueError('no value')\n    print('said', value)\n"
        "for value in (1, None, 2): _loop.send(say, value)\nno_room = False\n"
        "ha.run(test_mode=True, max_iterations=2)\n"
    )
    done = run(tmp_path, code)
    assert done.returncode == 0, done
    said = [line for line in done.stdout.splitlines() if line.startswith("said")]
    assert said == ["said 1", "said 2"] and "ValueError: no value" in done.stdout


@pytest.mark.parametrize("hours", ["0", "-1", "145", "True", "'24'", "None"])
def test_row_2_30_a_restart_after_no_time_is_refused(tmp_path: Path, hours: str) -> None:
    done = run(tmp_path, f"import ha\nha.restart_every({hours})\n")
    assert done.returncode == 1 and "ValueError: a board restarts after more than 0" in done.stderr


def test_row_2_30_a_restart_waits_for_handlers_and_makes_outputs_safe(tmp_path: Path) -> None:
    code = (
        "import asyncio, ha, machine\nrelay = ha.output(5)\nlog = []\n"
        "@ha.button('Slow')\nasync def slow():\n"
        "    relay.on()\n    await asyncio.sleep(0.5)\n    log.append('slow is done')\n"
        "def reset():\n    print(log, machine.changes)\n    raise SystemExit\n"
        "machine.reset = reset\nha.after(0, slow.command)\nha.restart_every(0.1 / 3600)\nha.run()\n"
    )
    done = run(tmp_path, code)
    assert done.returncode == 0, done
    assert "['slow is done'] [(5, 0), (5, 1), (5, 0)]" in done.stdout
