# SPDX-License-Identifier: Apache-2.0
"""Home Assistant's page and the secrets' in Chromium, a real hub and a real broker: web/e2e/home.spec.ts."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from collections.abc import Iterator

import pytest
from conftest import ROOT, House, program, temporary_house
from parts.board import Board
from parts.waiting import eventually

SECRET = "k3y-of-the-garden"
APP = "import ha\nfrom secret_config import API_KEY\n\nha.sensor('Key length').value = len(API_KEY)\nha.run()\n"


def left_over(name: str, entity: str) -> tuple[str, str]:
    """What a hub has told Home Assistant of a board that is gone."""
    uid = "gone01"
    return f"homeassistant/switch/ouro_{uid}_{entity.lower()}/config", json.dumps(
        {
            "name": entity,
            "unique_id": f"ouro_{uid}_{entity.lower()}",
            "command_topic": f"ouro/{uid}/{entity.lower()}/set",
            "device": {"identifiers": [f"ouro_{uid}"], "name": name},
        }
    )


@pytest.fixture
def garden() -> Iterator[House]:
    """A hub with a virtual badge, an app that needs a secret, two entities at the broker of gone boards."""
    with temporary_house() as house:
        house.add_broker().start()
        for topic, document in (left_over("Garden", "Pump"), left_over("Attic", "Lamp")):
            house.access.publish(topic, document, retain=True)
        house.boards.mkdir()
        house.board = Board(house.registry, program("ouro-board"), house.boards / "badge", ROOT / "apps/hello", "badge")
        house.board.start()
        app = house.folder / "apps/garden"
        app.mkdir(parents=True)
        (app / "app.py").write_text(APP)
        (app / "app.toml").write_text('name = "Garden"\nsecrets = ["API_KEY"]\n')
        hub = house.add_hub()
        hub.process.env["OURO_APPS_DIR"] = str(app.parent)
        hub.start()
        eventually(lambda: (b := hub.board(house.board.uid)) and b["online"], 20, "the badge is online")
        yield house


@pytest.mark.timeout(300)
def test_orphans_and_secrets_need_no_terminal(garden: House) -> None:
    hub, uid = garden.hub, garden.board.uid
    run = subprocess.run(
        ["npm", "--prefix", str(ROOT / "web"), "run", "--silent", "e2e:home"],
        capture_output=True,
        text=True,
        timeout=280,
        env={
            **os.environ,
            "OURO_URL": f"{hub.url}/#token={hub.token}",
            "OURO_BOARD": uid,
            "OURO_SECRET": SECRET,
        },
    )
    print(run.stdout[-20_000:])
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]
    kept = garden.access.retained("homeassistant/switch/#")
    assert list(kept) == [left_over("Attic", "Lamp")[0]], "the broker has forgotten what was removed, and that alone"
    file = hub.data / "secrets.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [(s["name"], s["board"], s["value"]) for s in json.loads(file.read_text())["secrets"]] == [
        ("API_KEY", "", SECRET)
    ]
    assert SECRET in hub.cli("fs", "cat", "-b", uid, ":/pyapps/garden/secret_config.py").stdout
    length = lambda: hub.board(uid)["states"].get("key_length", {}).get("value")  # noqa: E731
    assert eventually(length, 10, "the app has its key") == len(SECRET)
    told = [hub.request("GET", path).text for path in ("/api/secrets", "/api/jobs", "/api/timeline?limit=1000")]
    log = hub.process.log.read_text()
    assert all(SECRET not in text and "of this board alone" not in text for text in (*told, log))
