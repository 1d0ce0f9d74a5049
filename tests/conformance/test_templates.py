# SPDX-License-Identifier: Apache-2.0
"""`ouro new`: each template runs as it is on our firmware, on MicroPython as released, and on CPython."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from devices import BIN, ROOT, RUNTIMES, Device, start
from parts.processes import Registry

TEMPLATES = sorted(path.name for path in (ROOT / "python/templates").iterdir() if path.is_dir())


def ouro(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(BIN / "ouro"), *words], cwd=folder, capture_output=True, text=True, timeout=60)


def door(device: Device) -> None:
    assert device.end_of(device.command("door", "UNLOCK")) == (True, "")
    assert device.states("door") == ["LOCKED", "UNLOCKED", "LOCKED"]
    device.wait("output", lambda m: m[2] is False and m[4] == "app")
    assert ["pin_5", True, "app"] in device.heard("output")


def sensor(device: Device) -> None:
    device.wait("state", lambda m: m[1] == "free_storage" and isinstance(m[2], (int, float)))


def button(device: Device) -> None:
    assert device.heard("decl")[-1][0][0][3]["event_types"] == ["press"]


def light(device: Device) -> None:
    assert device.end_of(device.command("lamp", True)) == (True, "")
    device.wait_state("lamp", True)


def switch(device: Device) -> None:
    assert device.end_of(device.command("relay", True)) == (True, "")
    device.wait("output", lambda m: m[2] is False and m[4] == "guard")
    device.wait_states("relay", False, True, False)


def motion(device: Device) -> None:
    device.wait_state("motion", False)
    device.wait_state("motions", 0)


def blind(device: Device) -> None:
    assert device.end_of(device.command("blind", "OPEN")) == (True, "")
    assert device.end_of(device.command("blind", "CLOSE")) == (True, "")
    device.wait_states("blind", "opening", "closing", "closed")
    device.command("blind", "OPEN")
    assert device.end_of(device.command("blind", "STOP")) == (True, "")
    device.wait_states("blind", "opening", "stopped")


def home(device: Device) -> None:
    device.wait("watch", lambda m: m[1] == ["light.hall"])
    device.tell("ha", "light.hall", "on", {})
    device.wait_state("seen", True)


# What each does when the home asks, and what in its app.toml makes that quick.
CHECKS: dict[str, tuple[Callable[[Device], None], dict[str, str]]] = {
    "door": (door, {"open_seconds": "0.4"}),
    "sensor": (sensor, {"every_seconds": "0.2"}),
    "button": (button, {}),
    "light": (light, {}),
    "switch": (switch, {"max_on_seconds": "0.5"}),
    "motion": (motion, {}),
    "blind": (blind, {"run_seconds": "0.5"}),
    "home": (home, {}),
}


def changed(toml: str, settings: dict[str, str]) -> str:
    lines = toml.splitlines()
    for key, value in settings.items():
        (number,) = (i for i, line in enumerate(lines) if line.startswith(f"{key} = "))
        lines[number] = f"{key} = {value}"
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_each_template_runs_and_does_what_it_says(template: str, runtime: str, tmp_path: Path) -> None:
    made = ouro("new", "my_app", "--template", template, folder=tmp_path)
    assert made.returncode == 0, made
    app = tmp_path / "my_app"
    assert sorted(path.name for path in app.iterdir()) == ["app.py", "app.toml", "icon.pbm"]
    assert 'name = "My app"' in (app / "app.toml").read_text()
    assert len((app / "icon.pbm").read_bytes()) == 81
    check, settings = CHECKS[template]
    registry = Registry()
    toml = changed((app / "app.toml").read_text(), settings)
    device = start(runtime, tmp_path, (app / "app.py").read_text(), toml, registry)
    try:
        device.greet()
        check(device)
    finally:
        device.close()
    assert b"Traceback" not in device.printed


def test_what_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert ouro("new", "mine", folder=tmp_path).returncode == 0, "an empty folder may be taken"
    (tmp_path / "mine/app.py").write_text("mine\n")
    refused = ouro("new", "mine", "--template", "door", folder=tmp_path)
    assert refused.returncode == 5 and "exists already" in refused.stderr
    assert (tmp_path / "mine/app.py").read_text() == "mine\n"
    (tmp_path / "file").write_text("x")
    assert ouro("new", "file", folder=tmp_path).returncode == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mine"], "nothing else is left behind"


def test_it_says_what_to_do_next_and_what_there_is(tmp_path: Path) -> None:
    said = ouro("new", "front_door", "-t", "door", folder=tmp_path).stdout
    assert "ouro run front_door" in said and "ouro deploy front_door BOARD" in said
    wrong = ouro("new", "other", "-t", "castle", folder=tmp_path)
    assert wrong.returncode == 2 and ", ".join(TEMPLATES) in wrong.stderr
    assert ouro("new", "what a name", folder=tmp_path).returncode == 2
    facts = json.loads(ouro("new", "--json", "deep/er/app/", folder=tmp_path).stdout)
    assert facts["app"] == "app" and os.path.exists(tmp_path / "deep/er/app/app.py")
