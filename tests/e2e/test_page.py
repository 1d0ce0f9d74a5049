# SPDX-License-Identifier: Apache-2.0
"""The page in Chromium against a real hub with a virtual board: web/e2e/hub.spec.ts, run by Playwright."""

from __future__ import annotations

import os
import subprocess

import pytest
from conftest import ROOT, House


@pytest.mark.timeout(300)
def test_the_page_rings_unlocks_and_keeps_history(quiet_house: House) -> None:
    """Playwright says more than one line could: each of its tests is a step a person takes."""
    address = f"{quiet_house.hub.url}/#token={quiet_house.hub.token}"
    run = subprocess.run(
        ["npm", "--prefix", str(ROOT / "web"), "run", "--silent", "e2e"],
        capture_output=True,
        text=True,
        timeout=280,
        env={**os.environ, "OURO_URL": address},
    )
    print(run.stdout[-20_000:])
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]
