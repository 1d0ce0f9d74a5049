# SPDX-License-Identifier: Apache-2.0
"""`ouro ha` against a real hub, broker and board: what would be rejected, what is announced, what is left over."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, House, program, temporary_house
from parts.waiting import eventually

WRONG = """
import ha
ha.sensor("Heat", "°C", device_class="hotness")
ha.sensor("Load", "MW", device_class="power")
ha.event("Bell", ["press"], device_class="doorbell")
ha.sensor("Fine", "°C", device_class="temperature")
ha.run()
"""
ORPHAN = "homeassistant/lock/ouro_gone1_gate/config"


@pytest.fixture(scope="module")
def wrong_app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "app.py").write_text(WRONG)
    return folder


@pytest.fixture(scope="module")
def house(wrong_app: Path) -> Iterator[House]:
    """As ever, but with an app that Home Assistant would not like."""
    with temporary_house() as house:
        house.add_broker()
        house.add_board("wrong", wrong_app)
        house.add_hub()
        house.start_all()
        yield house


def check_app(*words: str) -> subprocess.CompletedProcess[str]:
    argv = [program("ouro"), "ha", "check", *words]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60)


def check_wrong(done: subprocess.CompletedProcess[str], entities: int) -> None:
    assert done.returncode == 1, done
    (row,) = (json.loads(line) for line in done.stdout.splitlines())
    assert row["entities"] == entities
    found = {(r["entity"], r["option"]): r for r in row["remarks"]}
    assert set(found) == {("heat", "device_class"), ("load", "unit_of_measurement"), ("bell", "event_types")}, found
    assert found["heat", "device_class"]["left_out"] and found["heat", "device_class"]["releases"] == "all"
    assert not found["load", "unit_of_measurement"]["rejected"]
    assert found["bell", "event_types"]["releases"] == "2027.4 and later"


def test_check_of_a_board_names_what_is_wrong_and_which_releases_mind(house: House) -> None:
    check_wrong(house.hub.cli("ha", "check", house.board.uid, "--json"), 4)
    text = house.hub.cli("ha", "check").stdout
    assert '✗ heat: device_class "hotness"' in text and "the hub leaves it out" in text


def test_check_of_an_app_runs_it_for_a_moment_and_needs_no_hub(wrong_app: Path) -> None:
    check_wrong(check_app(str(wrong_app), "--board", "virtual:intercom", "--json"), 4)
    fine = check_app(str(ROOT / "apps/intercom"), "--board", "virtual:intercom")
    assert fine.returncode == 0 and "nothing to complain about" in fine.stdout, fine
    assert check_app(str(wrong_app), "--board", "kitchen").returncode == 2


def test_status_is_what_the_hub_knows_and_its_exit_code_says_whether_all_is_well(house: House) -> None:
    done = house.hub.cli("ha", "status", "--json")
    assert done.returncode == 0, done
    status = json.loads(done.stdout)
    house.hub.api.check_component("HomeReport", status)
    assert status["broker"]["state"] == "connected" and status["websocket"]["state"] == "off"
    assert status["birth_ms"] is None
    (board,) = status["boards"]
    assert (board["documents"], board["waiting"]) == (7, 0), "four entities and three of its health"
    house.access.publish("homeassistant/status", "online")
    born = lambda: json.loads(house.hub.cli("ha", "status", "--json").stdout)["running"]  # noqa: E731
    eventually(born, 5, "the birth message is seen")
    assert "said that it started" in house.hub.cli("ha", "status").stdout


def test_orphans_are_offered_and_removed_when_somebody_says_so(house: House) -> None:
    topics = (ORPHAN, "ouro/gone1/hello", "ouro/gone1/gate/state")
    house.access.publish(ORPHAN, json.dumps({"name": "Gate", "device": {"name": "Shed"}}), retain=True)
    for topic in topics[1:]:
        house.access.publish(topic, "x", retain=True)
    listed = lambda: house.hub.cli("ha", "orphans", "--json").stdout  # noqa: E731
    row = json.loads(eventually(listed, 5, "the orphan is listed"))
    assert (row["uid"], row["id"], row["name"]) == ("gone1", "gate", "Shed: Gate")
    assert set(house.access.retained(*topics)) == set(topics), "looking removes nothing"
    done = house.hub.cli("ha", "orphans", "--remove")
    assert done.returncode == 0 and "1 removed" in done.stdout, done
    eventually(lambda: house.access.retained(*topics) == {}, 5, "nothing of it is kept")
    assert listed() == ""


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "docs" / page).read_text(), re.MULTILINE | re.DOTALL)


def test_the_commands_that_the_page_shows_do_what_it_says(house: House) -> None:
    shown = [line for block in blocks("home-assistant.md", "sh") for line in block.splitlines()]
    assert len(shown) >= 5
    environment = {**os.environ, "OURO_DATA": str(house.hub.data)}
    for line in shown:
        words = shlex.split(line)
        assert words[0] == "ouro"
        argv = [program("ouro"), *words[1:]]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, env=environment, cwd=ROOT)
        # The house's own app is one that would be rejected.
        wanted = 1 if words[1:] == ["ha", "check"] else 0
        assert done.returncode == wanted, f"{line}: {done}"


@pytest.mark.parametrize("page", ["home-assistant.md", "add-on.md", "getting-started.md", "configuration.md"])
def test_the_settings_that_the_pages_show_are_taken(page: str, tmp_path: Path) -> None:
    found = blocks(page, "toml")
    assert found
    for block in found:
        file = tmp_path / "ouro.toml"
        file.touch(mode=0o600)
        file.write_text(block)
        argv = [program("ouro"), "serve", "--data", str(tmp_path), "--listen", "nowhere:far"]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20)
        # Flags are looked at after the file: it is the flag that is wrong, and nothing else.
        assert done.returncode == 2 and "--listen" in done.stderr, done


def test_a_viewer_may_look_but_not_remove(house: House) -> None:
    """With a token that is made as docs/configuration.md shows."""
    (block,) = blocks("configuration.md", "sh")
    subprocess.run(["sh", "-c", block], cwd=house.hub.data, check=True)
    viewer = (house.hub.data / "token.viewer").read_text().strip()
    house.hub.stop()
    house.hub.start()
    house.hub.wait_online(house.board.uid)
    headers = {"Authorization": f"Bearer {viewer}"}
    assert house.hub.request("GET", "/api/home", headers=headers).status_code == 200
    assert house.hub.request("POST", "/api/home/forget", {"topics": [ORPHAN]}, headers=headers).status_code == 403
