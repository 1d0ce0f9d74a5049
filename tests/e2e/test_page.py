# SPDX-License-Identifier: Apache-2.0
"""The page in Chromium, by Playwright: web/e2e/hub.spec.ts against a real hub with a virtual board, and *mock.spec.ts
beside it against the mock hub, which plays what a real one seldom does."""

from __future__ import annotations

import os
import subprocess

import pytest
from conftest import ROOT, House
from parts.processes import free_port


def play(script: str, within: int, **environment: str) -> None:
    """Playwright says more than one line could: each of its tests is a step a person takes."""
    run = subprocess.run(
        ["npm", "--prefix", str(ROOT / "web"), "run", "--silent", script],
        capture_output=True,
        text=True,
        timeout=within,
        env={**os.environ, **environment},
    )
    print(run.stdout[-20_000:])
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]


@pytest.mark.timeout(300)
def test_the_page_rings_unlocks_and_keeps_history(quiet_house: House) -> None:
    play("e2e", 280, OURO_URL=f"{quiet_house.hub.url}/#token={quiet_house.hub.token}")


@pytest.mark.slow
@pytest.mark.timeout(620)
def test_the_page_does_each_thing_right_that_the_mock_can_play() -> None:
    play("e2e:mock", 600, OURO_MOCK_PORT=str(free_port()))
