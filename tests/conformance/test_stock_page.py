# SPDX-License-Identifier: Apache-2.0
"""docs/stock-boards.md: its examples run, its settings are read, and `ha` works as .mpy too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from devices import BIN, MPY_CROSS, ROOT, RUNTIMES, PythonDevice, make, start
from parts.processes import Registry

PAGE = (ROOT / "docs/stock-boards.md").read_text()
APP, DESK = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_pages_app_runs(runtime: str, tmp_path: Path) -> None:
    device = start(runtime, tmp_path, APP, "", Registry())
    try:
        device.greet()
        assert [entity[0] for entity in device.heard("decl")[-1][0]] == ["lamp", "bell", "free_memory"]
        assert device.end_of(device.command("lamp", True)) == (True, "")
    finally:
        device.close()


def test_the_desks_example_ends_by_itself(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": f"{ROOT}/python:{ROOT}/python/desktop", "HA_ID": "desk01"}
    done = subprocess.run(
        [sys.executable, "-c", DESK], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=20
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "True"), done


def test_ha_works_as_mpy_of_the_size_that_the_page_says(tmp_path: Path) -> None:
    size = make(str(MPY_CROSS), tmp_path / "lib")
    assert size == pytest.approx(48_000, rel=0.1), "the page says 48 kB"
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "lib/machine.py").write_text((ROOT / "python/desktop/machine.py").read_text())
    program = [str(BIN / "unix-board"), "-X", "heapsize=160k", "app.py"]
    device = PythonDevice(tmp_path, tmp_path, program, "MICROPYPATH", f".frozen:{tmp_path}/lib")
    try:
        device.greet()
        assert device.end_of(device.command("lamp", True)) == (True, "")
    finally:
        device.close()


def test_the_settings_that_the_page_names_are_those_that_are_read() -> None:
    named = set(re.findall(r"`((?:HA|CIRCUITPY)_\w+)`", PAGE))
    sources = "".join(path.read_text() for path in (ROOT / "python/ha").glob("*.py"))
    assert named == set(re.findall(r"\"((?:HA|CIRCUITPY)_\w+)\"", sources))
