# SPDX-License-Identifier: Apache-2.0
"""Updates over the air: what is signed is fetched, proven and tried; all else is refused, and nothing is half done."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

UID = "c0ffee01"
KEY = "the key of this board"
OLD = "# Written by `ouro deploy`; starts door-000000000000\nprint('old')\n"
NEW = {"app.py": b"print('new')\n", "src/latch.py": b"LATCH = 1\n" * 300, "empty.py": b""}


def manifest_of(files: dict[str, bytes], **changed: Any) -> dict[str, Any]:
    listed = [[path, len(content), hashlib.sha256(content).hexdigest()] for path, content in files.items()]
    facts = {"uid": UID, "serial": 5, "app": "door", "version": "0123456789ab", "entry": "app.py", "files": listed}
    return {**facts, **changed}


class Hub:
    """Sends what it is asked for; `spoil` may change a piece on its way."""

    def __init__(self, files: dict[str, bytes], manifest: dict[str, Any] | None = None, key: str = KEY) -> None:
        self.content = {**files, "": json.dumps(manifest or manifest_of(files)).encode()}
        self.key = key
        self.said: list[dict[str, Any]] = []
        self.spoil: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda message: message

    def begin(self) -> dict[str, Any]:
        size, digest = len(self.content[""]), hashlib.sha256(self.content[""]).hexdigest()
        text = f"{UID} {size} {digest}".encode()
        return {
            "op": "begin",
            "size": size,
            "sha256": digest,
            "mac": hmac.digest(self.key.encode(), text, "sha256").hex(),
        }

    def answer(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        piece = self.content[asked["want"]][asked["at"] : asked["at"] + asked["size"]]
        data = base64.b64encode(piece).decode()
        return self.spoil({"op": "data", "want": asked["want"], "at": asked["at"], "data": data})


class Desk:
    def __init__(self, root: Path) -> None:
        from ha import _trial, _update

        self.trial = importlib.reload(_trial)
        self.module = importlib.reload(_update)
        self.root = root
        self.restarts = 0
        self.told: list[dict[str, Any]] = []
        self.start()

    def start(self) -> None:
        self.update = self.module.Update(UID, KEY, self.told.append, self.restart)

    def restart(self) -> None:
        self.restarts += 1

    def run(self, hub: Hub, now: int = 0) -> dict[str, Any]:
        """Until the board says how it ended."""
        self.told.clear()
        self.update.hear(hub.begin(), now)
        for _ in range(200):
            last = self.told[-1]
            if "state" in last:
                return last
            count = len(self.told)
            answer = hub.answer(last)
            if answer:
                self.update.hear(answer, now)
            if len(self.told) == count:  # lost on the way: it asks again
                now += 5_000
                self.update.step(now, True)
        raise AssertionError(self.told[-3:])

    def versions(self) -> list[str]:
        apps = self.root / ".ouro/apps"
        return sorted(path.name for path in apps.iterdir()) if apps.exists() else []


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".ouro/apps/door-000000000000").mkdir(parents=True)
    (tmp_path / ".ouro/apps/door-000000000000/same.py").write_bytes(b"SAME = 1\n")
    (tmp_path / "main.py").write_text(OLD)
    return Desk(tmp_path)


def test_row_2_30_a_signed_version_is_fetched_switched_to_and_kept(desk: Desk) -> None:
    hub = Hub({**NEW, "same.py": b"SAME = 1\n"})
    assert desk.run(hub) == {"state": "switching", "version": "door-0123456789ab"}
    assert not any(asked.get("want") == "same.py" for asked in desk.told), "it was there: it is copied, not sent"
    folder = desk.root / ".ouro/apps/door-0123456789ab"
    for path, content in hub.content.items():
        assert not path or (folder / path).read_bytes() == content
    desk.update.step(400, True)
    assert desk.restarts == 0
    desk.update.step(600, True)
    assert desk.restarts == 1
    assert (desk.root / "main.py").read_text().startswith("# Written by `ouro deploy`; starts door-0123456789ab\n")
    assert (desk.root / ".ouro/previous.py").read_text() == OLD
    desk.start()
    desk.told.clear()
    for now in (1_000, 5_000, 10_000):
        desk.update.step(now, True)
    assert desk.told == [] and (desk.root / ".ouro/trial").exists()
    desk.update.step(11_000, True)
    assert desk.told == [{"state": "kept", "version": "door-0123456789ab"}]
    assert not (desk.root / ".ouro/trial").exists()


def test_row_2_30_a_version_that_does_not_reach_the_home_is_taken_back(desk: Desk) -> None:
    desk.run(Hub(NEW))
    desk.start()
    desk.update.step(60_000, True)
    desk.update.step(61_000, False)  # it has to be heard all the time
    desk.update.step(119_999, True)
    assert desk.restarts == 0
    desk.update.step(120_000, False)
    assert desk.restarts == 1 and (desk.root / "main.py").read_text() == OLD
    desk.start()
    desk.told.clear()
    desk.update.step(500, False)
    desk.update.step(1_000, True)
    why = "it did not reach the home"
    assert desk.told == [{"state": "taken_back", "version": "door-0123456789ab", "why": why}]
    desk.start()
    desk.update.step(1_000, True)
    assert len(desk.told) == 1, "told once"


STARTS = {
    "crashes": ("1/0\n", "ZeroDivisionError('division by zero')"),
    "does not compile": ("def\n", "SyntaxError"),
}


@pytest.mark.parametrize("how", STARTS)
def test_row_2_30_a_version_that_crashes_is_taken_back(desk: Desk, how: str) -> None:
    code, why = STARTS[how]
    desk.run(Hub({"app.py": code.encode()}))
    import machine

    space = {"__name__": "__main__"}
    with pytest.raises(SystemExit), pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "reset", machine.soft_reset)
        import sys

        patch.setattr(sys, "print_exception", print, raising=False)
        exec((desk.root / "main.py").read_text(), space)
    assert (desk.root / "main.py").read_text() == OLD
    assert (desk.root / ".ouro/back").read_text().startswith("door-0123456789ab\n" + why)


def test_row_2_30_a_version_that_hangs_the_chip_is_taken_back_at_the_fourth_start(desk: Desk) -> None:
    desk.run(Hub({"app.py": b""}))
    text = (desk.root / "main.py").read_text()
    for start in range(3):
        exec(text, {"__name__": "__main__"})
        assert (desk.root / ".ouro/trial").read_text() == str(start + 1)
    with pytest.raises(SystemExit):
        exec(text, {"__name__": "__main__"})
    assert (desk.root / "main.py").read_text() == OLD


@pytest.mark.parametrize(
    "path", ["../main.py", "/main.py", "a/../../x.py", "a//b.py", ".ouro/serial", "a/.hidden", "a\\b.py", "x" * 101, ""]
)
def test_row_2_30_no_path_leads_out_of_the_apps_folder(desk: Desk, path: str) -> None:
    files = {"app.py": b"1", path: b"2"}
    ended = desk.run(Hub(files))
    assert ended["state"] == "refused" and "a name that is not allowed" in ended["why"]
    assert desk.versions() == ["door-000000000000"] and (desk.root / "main.py").read_text() == OLD


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"uid": "deadbeef"}, "for another board"),
        ({"serial": "5"}, "for another board"),
        ({"app": "../x"}, "a name that is not allowed"),
        ({"version": "0123456789abc"}, "a name that is not allowed"),
        ({"entry": "other.py"}, "none to start"),
        ({"files": [["app.py", 1 << 30, "0" * 64]]}, "a name that is not allowed"),
        ({"files": [["app.py", True, "0" * 64]]}, "a name that is not allowed"),
        ({"files": "app.py"}, "for another board"),
        ({"version": "000000000000"}, "has it already"),
    ],
)
def test_a_list_that_is_wrong_is_refused(desk: Desk, changed: dict[str, Any], why: str) -> None:
    ended = desk.run(Hub(NEW, {**manifest_of(NEW), **changed}))
    assert ended["state"] == "refused" and why in ended["why"]
    assert (desk.root / "main.py").read_text() == OLD


def test_a_list_that_is_none_is_refused(desk: Desk) -> None:
    hub = Hub(NEW)
    for text in (b"[1]", b"{}", b"{"):
        hub.content[""] = text
        assert desk.run(hub)["state"] == "refused"


def test_row_2_30_what_is_not_signed_with_the_boards_key_is_not_even_fetched(desk: Desk) -> None:
    hub = Hub(NEW, key="another key")
    assert desk.run(hub)["why"] == "it is not signed with this board's key"
    assert len(desk.told) == 1
    desk.told.clear()
    for wrong in ({"op": "begin"}, {"op": "begin", "size": 1, "sha256": None, "mac": 5}, {"op": 1}, {"op": "data"}):
        desk.update.hear(wrong, 0)
    assert all(said["state"] == "refused" for said in desk.told)


def test_an_update_is_taken_once(desk: Desk) -> None:
    assert desk.run(Hub(NEW))["state"] == "switching"
    (desk.root / "main.py").write_text(OLD)
    desk.start()
    assert "older than the last one" in desk.run(Hub(NEW))["why"]
    assert desk.run(Hub(NEW, manifest_of(NEW, serial=6)))["state"] == "switching"


def test_a_piece_that_was_changed_is_found_and_nothing_is_switched(desk: Desk) -> None:
    hub = Hub(NEW)

    def spoil(message: dict[str, Any]) -> dict[str, Any]:
        if message["want"] == "src/latch.py" and message["at"] == 1024:
            message["data"] = base64.b64encode(b"x" * 1024).decode()
        return message

    hub.spoil = spoil
    ended = desk.run(hub)
    assert ended["state"] == "refused" and "latch.py is not what was signed" in ended["why"]
    assert (desk.root / "main.py").read_text() == OLD
    hub.spoil = lambda message: message
    assert desk.run(hub)["state"] == "switching", "the next time goes on with what was right"


def test_what_gets_lost_is_asked_for_again_and_what_comes_twice_counts_once(desk: Desk) -> None:
    hub = Hub(NEW)
    count = 0

    def lose(message: dict[str, Any]) -> dict[str, Any] | None:
        nonlocal count
        count += 1
        if count % 3 == 0:
            desk.update.hear(message, 0)  # and once more by the caller
        return None if count % 4 == 0 else message

    hub.spoil = lose
    assert desk.run(hub)["state"] == "switching"
    assert (desk.root / ".ouro/apps/door-0123456789ab/src/latch.py").read_bytes() == NEW["src/latch.py"]


def test_a_hub_that_goes_away_is_forgotten_after_a_minute(desk: Desk) -> None:
    desk.update.hear(Hub(NEW).begin(), 0)
    for now in range(0, 59_999, 5_000):
        desk.update.step(now, True)
    assert all("want" in said for said in desk.told) and len(desk.told) > 5
    desk.update.step(60_000, True)
    assert desk.told[-1]["state"] == "refused"
    asked = len(desk.told)
    desk.update.step(90_000, True)
    assert len(desk.told) == asked
