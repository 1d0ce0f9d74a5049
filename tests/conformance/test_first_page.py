# SPDX-License-Identifier: Apache-2.0
"""README.md: its program is a lock wherever `ha` runs; and a sample is one file of Python, with nothing to compile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from devices import ROOT, RUNTIMES, start
from parts.processes import Registry

(PROGRAM,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)

# The virtual intercom's pin 13 is a door relay, which has to have been off for so long, also after a start.
MIN_OFF_S = 0.3


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_row_1_1_the_program_of_the_first_page_is_a_lock(runtime: str, tmp_path: Path) -> None:
    device = start(runtime, tmp_path, PROGRAM, "", Registry())
    try:
        device.greet()
        assert device.heard("decl")[-1] == [[["front_door", "lock", "Front door", {}]]]
        device.run_for(MIN_OFF_S)
        for command, on, state in (("UNLOCK", True, "UNLOCKED"), ("LOCK", False, "LOCKED")):
            assert device.end_of(device.command("front_door", command)) == (True, "")
            device.wait_states("front_door", state)
            device.wait("output", lambda m: m[2] is on and m[4] == "app")  # noqa: B023 - called at once
    finally:
        device.close()


def test_row_1_1_a_sample_is_python_alone() -> None:
    for folder in ("apps", "python/templates"):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert {path.suffix for path in files} <= {".py", ".toml", ".pbm"}, folder
    for template in (ROOT / "python/templates").iterdir():
        assert [path.name for path in template.glob("*.py")] == ["app.py"], template
