# SPDX-License-Identifier: Apache-2.0
"""Jobs of a real hub: flash, fetch, deploy and sync with nobody waiting, told over the WebSocket and by `ouro`."""

from __future__ import annotations

import functools
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, House, program, temporary_house
from parts.bare_chip import BareChip
from parts.board import Board
from parts.hub import Hub
from parts.processes import has_ended
from parts.raw_http import exchange, request
from parts.rom_board import RomBoard
from parts.waiting import eventually

sys.path.append(str(ROOT / "tests/rom"))
from images import firmware

Json = Any
ENDED = ("done", "failed", "cancelled", "interrupted")


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A hub with a virtual badge, folders of apps, and a place for firmware."""
    with temporary_house() as house:
        house.boards.mkdir()
        house.board = Board(house.registry, program("ouro-board"), house.boards / "badge", ROOT / "apps/hello", "badge")
        house.board.start()
        start_hub(house)
        eventually(lambda: (b := house.hub.board(house.board.uid)) and b["online"], 20, "the badge is online")
        yield house


def start_hub(house: House, **variables: str) -> Hub:
    house.add_broker().start()
    hub = house.add_hub()
    (house.folder / "apps").mkdir(exist_ok=True)
    hub.process.env |= {
        "OURO_FIRMWARE_DIR": str(house.folder / "firmware"),
        "OURO_APPS_DIR": str(house.folder / "apps"),
        **variables,
    }
    hub.start()
    return hub


def rom(house: House, name: str, chip: str = "esp8266", *words: str) -> RomBoard:
    board = RomBoard(house.registry, program("fake_rom"), house.folder / name, chip, *words)
    board.plug_in()
    return board


def upload(hub: Hub, content: bytes, name: str = "firmware.bin") -> Json:
    headers = {"Content-Type": "application/octet-stream"}
    return hub.request("POST", "/api/firmware/uploads", headers=headers, content=content, params={"name": name})


def start(hub: Hub, **wanted: Json) -> Json:
    answer = hub.request("POST", "/api/jobs", wanted)
    assert answer.status_code == 202, answer.text
    return answer.json()


def job(hub: Hub, job_id: str) -> Json:
    return hub.get(f"/api/jobs/{job_id}")


def ended(hub: Hub, job_id: str, within: float = 60) -> Json:
    return eventually(lambda: (j := job(hub, job_id))["state"] in ENDED and j, within, f"job {job_id} ends", every=0.1)


def writes(hub: Hub, job_id: str) -> Json:
    """Waits until the chip has got some of it."""

    def begun() -> Json:
        now = job(hub, job_id)
        assert now["state"] not in ENDED, now
        return now["phase"] == "write" and now["progress"] and now["progress"]["done"] > 0 and now

    return eventually(begun, 30, f"job {job_id} writes", every=0.02)


def test_row_1_13_a_flash_job_puts_firmware_on_a_bare_chip_and_is_told_as_it_goes(house: House) -> None:
    hub = house.hub
    board = rom(house, "told", "esp8266", "--instant")
    sent = upload(hub, firmware("esp8266", 100_000), "my firmware.bin")
    assert sent.status_code == 201, sent.text
    assert sent.json()["chip"] == "esp8266" and "intact" in sent.json()["what"]
    assert [u["id"] for u in hub.get("/api/firmware")["uploads"]] == [sent.json()["id"]]
    with hub.live() as live:
        begun = start(hub, kind="flash", board=board.address, upload=sent.json()["id"])
        assert begun["state"] == "running" and begun["what"] == "my firmware.bin" and begun["by"] == "api"
        mine = lambda m: m["type"] == "job" and m["job"]["id"] == begun["id"]  # noqa: E731
        end = live.wait_for("its end", lambda m: mine(m) and m["job"]["state"] in ENDED, 60)["job"]
        phases = [m["job"]["phase"] for m in live.of("job") if mine(m)]
    assert end["state"] == "done", end
    assert end["result"]["runs"] == "MicroPython" and end["result"]["verified"], end
    assert {"connect", "write", "verify", "start"} <= set(phases), phases
    with hub.live() as late:
        (everything,) = late.of("jobs")
        assert begun["id"] in [j["id"] for j in everything["jobs"]], "a page that comes later sees it, too"
    listed = hub.cli("jobs")
    assert listed.returncode == 0 and f"{begun['id']}   flash  my firmware.bin" in listed.stdout, listed.stdout
    shown = hub.cli("jobs", "show", begun["id"])
    assert "Look for the chip" in shown.stdout and shown.stdout.splitlines()[-1] == "done", shown.stdout
    assert json.loads(hub.cli("jobs", "show", begun["id"], "--json").stdout)["state"] == "done"
    again = ended(hub, start(hub, **end["request"])["id"])
    assert again["result"]["written"] == 0 and again["result"]["unchanged"] > 0, "the same again costs a second"


def test_one_of_two_is_unplugged_the_other_ends_well_and_a_retry_finishes(house: House) -> None:
    hub = house.hub
    boards = [rom(house, "left", "esp32"), rom(house, "right", "esp32")]
    image = upload(hub, firmware("esp32", 400_000)).json()["id"]
    left, right = [start(hub, kind="flash", board=b.address, upload=image, baud=460800) for b in boards]
    writes(hub, left["id"])
    writes(hub, right["id"])
    boards[0].unplug()
    failed = ended(hub, left["id"])
    assert failed["state"] == "failed" and "gone" in failed["error"]["message"] and failed["error"]["hint"], failed
    well = ended(hub, right["id"])
    assert well["state"] == "done" and well["result"]["runs"], well
    boards[0].plug_in()
    retried = ended(hub, start(hub, **failed["request"])["id"])
    assert retried["state"] == "done" and retried["result"]["verified"], retried
    for board in boards:
        board.unplug()
    flash = [board.flash.read_bytes() for board in boards]
    assert flash[0] == flash[1], "both hold the same now"


def test_a_board_has_one_job_at_a_time_and_writing_is_not_cancelled_unless_it_is_meant(house: House) -> None:
    hub = house.hub
    board = rom(house, "single", "esp32")
    image = upload(hub, firmware("esp32", 400_000)).json()["id"]
    wanted = {"kind": "flash", "board": board.address, "upload": image, "baud": 460800}
    first = start(hub, **wanted)
    second = hub.request("POST", "/api/jobs", wanted)
    assert second.status_code == 409 and second.json()["code"] == "busy", second.text
    assert f"job {first['id']} (flash, by api)" in second.json()["message"]
    assert hub.request("DELETE", f"/api/firmware/uploads/{image}", {}).status_code == 409, "it is about to be used"
    writes(hub, first["id"])
    refused = hub.request("DELETE", f"/api/jobs/{first['id']}", {})
    assert refused.status_code == 409 and refused.json()["code"] == "invalid_state", refused.text
    by_hand = hub.cli("jobs", "cancel", first["id"])
    assert by_hand.returncode == 1 and "--force" in by_hand.stderr, by_hand
    forced = hub.cli("jobs", "cancel", first["id"], "--force")
    assert forced.returncode == 0, forced
    end = ended(hub, first["id"])
    assert end["state"] == "cancelled" and "once more" in end["error"]["hint"], end
    mended = ended(hub, start(hub, **wanted)["id"])
    assert mended["state"] == "done" and mended["result"]["verified"], mended


def test_a_job_that_looks_for_a_board_is_cancelled_at_once(house: House) -> None:
    hub = house.hub
    board = rom(house, "deaf", "esp32", "--no-lines")
    image = upload(hub, firmware("esp32", 100_000)).json()["id"]
    begun = start(hub, kind="flash", board=board.address, upload=image)
    eventually(lambda: job(hub, begun["id"])["phase"] == "connect", 10, "it looks for the chip")
    cancelled = hub.request("DELETE", f"/api/jobs/{begun['id']}", {})
    assert cancelled.status_code == 202 and cancelled.json()["cancelling"], cancelled.text
    end = ended(hub, begun["id"], within=10)
    assert end["state"] == "cancelled" and end["error"] is None, end


@contextmanager
def mirror(folder: Path) -> Iterator[str]:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_firmware_is_fetched_by_its_name_and_flashed_from_there(tmp_path: Path) -> None:
    with temporary_house() as house, mirror(tmp_path) as url:
        hub = start_hub(house, OURO_FIRMWARE_MIRROR=url)
        catalogue = hub.get("/api/firmware")["catalogue"]
        entry = next(e for e in catalogue if e["board"] == "esp8266" and e["system"] == "micropython")
        assert not entry["here"]
        argv = [program("ouro"), "firmware", "list", "esp8266", "--json"]
        env = {**os.environ, "OURO_FIRMWARE_MIRROR": url}
        listed = subprocess.run(argv, capture_output=True, text=True, env=env, check=True)
        address = json.loads(listed.stdout.splitlines()[0])["url"]
        file = tmp_path / address.removeprefix(url + "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(firmware("esp8266", 100_000))
        fetched = ended(hub, start(hub, kind="fetch", firmware=entry["name"])["id"])
        assert fetched["state"] == "done" and fetched["result"]["size"] == 100_000, fetched
        assert next(e for e in hub.get("/api/firmware")["catalogue"] if e["name"] == entry["name"])["here"]
        board = rom(house, "named", "esp8266", "--instant")
        flashed = ended(hub, start(hub, kind="flash", board=board.address, firmware=entry["name"])["id"])
        assert flashed["state"] == "done", flashed
        missing = ended(hub, start(hub, kind="fetch", firmware="nothing@1.0")["id"])
        assert missing["state"] == "failed" and missing["error"]["code"] == "not_found", missing


def test_an_app_is_deployed_and_a_folder_pushed_through_the_board_that_the_hub_holds(house: House) -> None:
    hub, uid = house.hub, house.board.uid
    apps = house.folder / "apps"
    (apps / "lamp").mkdir()
    (apps / "lamp/app.py").write_text("import time\nwhile True:\n    time.sleep(0.1)\n")
    (apps / "lamp/app.toml").write_text('name = "Lamp"\n')
    deployed = ended(hub, start(hub, kind="deploy", board=uid, app="lamp", health_s=1)["id"])
    assert deployed["state"] == "done" and deployed["port"].endswith("uart0"), deployed
    (apps / "parts").mkdir()
    (apps / "parts/motor.py").write_text("SPEED = 10\n")
    pushed = ended(hub, start(hub, kind="sync", board=uid, folder="parts", path="/parts")["id"])
    assert pushed["state"] == "done" and pushed["result"]["written"] == 1, pushed
    assert any("motor.py" in line for line in pushed["lines"])
    seen = hub.cli("fs", "cat", "-b", uid, ":/parts/motor.py")
    assert seen.stdout == "SPEED = 10\n", seen
    (apps / "lamp/app.py").write_text("1 / 0\n")
    crashed = ended(hub, start(hub, kind="deploy", board=uid, app="lamp", health_s=3)["id"])
    assert crashed["state"] == "failed" and "crashes" in crashed["error"]["message"], crashed
    assert "ZeroDivisionError" in crashed["result"]["traceback"]


def test_ports_are_those_that_ouro_lists(house: House) -> None:
    (port,) = [p for p in house.hub.get("/api/ports") if p["virtual"]]
    assert port["uid"] == house.board.uid and port["held_by"].startswith("ouro (pid "), port


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_what_ran_when_the_hub_ended_is_gone_with_it_and_is_said_to_be_interrupted(how: str) -> None:
    with temporary_house() as house:
        hub = start_hub(house)
        board = rom(house, "cut", "esp32")
        image = upload(hub, firmware("esp32", 400_000)).json()["id"]
        begun = start(hub, kind="flash", board=board.address, upload=image, baud=460800)
        writes(hub, begun["id"])
        before = children(hub.process.pid)
        assert before, "the job is a process of its own"
        getattr(hub, how)()
        eventually(lambda: all(has_ended(child) for child in before), 5, "nothing outlives the hub")
        hub.start()
        after = job(hub, begun["id"])
        assert after["state"] == "interrupted" and "may not start" in after["error"]["message"], after
        retried = ended(hub, start(hub, **after["request"])["id"])
        assert retried["state"] == "done", retried


def test_a_chip_that_the_hub_holds_is_flashed_through_its_lease_and_found_again() -> None:
    uid = "chip0001"
    with temporary_house() as house, socket.socket(socket.AF_UNIX) as control:
        chip = BareChip(house.registry, program("fake_rom"), program("unix-board"), house.folder / "chip")
        chip.start()
        folder = house.boards / "chip"
        folder.mkdir(parents=True)
        control.bind(str(folder / "control.sock"))
        control.listen(64)
        (folder / "uart0").symlink_to(os.path.realpath(chip.device))
        (folder / "board.json").write_text(json.dumps({"uid": uid, "board": "stock", "pid": os.getpid()}))
        # A sanitizer wants to be loaded first; here the control lines are.
        options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        hub = start_hub(house, **chip.lines, ASAN_OPTIONS=options.lstrip(":"))
        session = lambda: next((s for s in hub.get("/api/sessions") if s["uid"] == uid), {})  # noqa: E731
        eventually(lambda: session().get("state") == "open", 10, "the hub has the chip's port")
        image = upload(hub, firmware("esp8266", 100_000)).json()["id"]
        begun = start(hub, kind="flash", board=uid, upload=image)
        eventually(lambda: (session()["lease"] or {}).get("name", "").startswith("ouro flash"), 10, "it has the lease")
        end = ended(hub, begun["id"])
        assert end["state"] == "done" and end["result"]["runs"] == "MicroPython", end
        eventually(lambda: session()["lease"] is None, 5, "the lease is given back")
        answered = hub.cli("eval", "6*7", uid)
        assert answered.stdout == "42\n", answered


# --- what must not be possible ---


def as_role(house: House, role: str) -> dict[str, str]:
    """Headers of somebody with that role; the hub reads such tokens at its start."""
    return {"Authorization": f"Bearer {(house.hub.data / f'token.{role}').read_text().strip()}"}


def test_roles_decide_who_may_start_cancel_and_send(tmp_path: Path) -> None:
    with temporary_house() as house:
        data = house.folder / "hub"
        data.mkdir(mode=0o700)
        for role in ("viewer", "operator"):
            (data / f"token.{role}").write_text(role[0] * 43)
            (data / f"token.{role}").chmod(0o600)
        hub = start_hub(house)
        board = rom(house, "roles", "esp8266", "--instant")
        viewer, operator = as_role(house, "viewer"), as_role(house, "operator")
        fetch = {"kind": "fetch", "firmware": "nothing@1.0"}
        octets = {"Content-Type": "application/octet-stream"}
        for method, path, more in [
            ("POST", "/api/jobs", {}),
            ("DELETE", "/api/jobs/1", {}),
            ("DELETE", f"/api/firmware/uploads/{'0' * 16}", {}),
        ]:
            answer = hub.request(method, path, fetch if method == "POST" else None, headers={**viewer, **more})
            assert answer.status_code in (403, 415), answer.text
        refused = hub.request(
            "POST", "/api/firmware/uploads", headers={**viewer, **octets}, content=b"x", params={"name": "x"}
        )
        assert refused.status_code == 403, refused.text
        for path in ("/api/jobs", "/api/ports", "/api/firmware"):
            assert hub.request("GET", path, headers=viewer).status_code == 200
        assert hub.request("POST", "/api/jobs", fetch, headers=operator).status_code == 202
        network = {"kind": "erase", "board": board.address}
        answer = hub.request("POST", "/api/jobs", network, headers=operator)
        assert answer.status_code == 403 and "admin" in answer.json()["message"], answer.text
        assert ended(hub, start(hub, **network)["id"])["state"] == "done"


HOSTILE = [
    {"kind": "flash", "board": "/etc/passwd", "firmware": "esp32"},
    {"kind": "flash", "board": "/dev/watchdog", "firmware": "esp32"},
    {"kind": "flash", "board": "--data", "firmware": "esp32"},
    {"kind": "flash", "board": "+", "firmware": "esp32"},
    {"kind": "flash", "board": "x", "firmware": "../../etc/passwd.bin"},
    {"kind": "flash", "board": "x", "firmware": "--help"},
    {"kind": "flash", "board": "x", "upload": "../../../../etc/passwd"},
    {"kind": "flash", "board": "x", "upload": "0" * 16},
    {"kind": "flash", "board": "x", "firmware": "esp32", "argv": ["--force"]},
    {"kind": "fetch", "firmware": "esp32\n--help"},
    {"kind": "deploy", "board": "x", "app": "../hub"},
    {"kind": "sync", "board": "x", "folder": "/etc"},
    {"kind": "sync", "board": "x", "folder": "parts", "path": "x:y"},
    {"kind": "exec", "board": "x"},
    {},
    [],
    "flash",
    None,
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: json.dumps(body)[:40])
def test_hostile_jobs_are_refused_and_start_nothing(house: House, body: Json) -> None:
    before = [j["id"] for j in house.hub.get("/api/jobs")]
    if isinstance(body, dict) and body.get("board") == "x":
        body = {**body, "board": house.board.uid}
    headers = {"Content-Type": "application/json"}
    answer = house.hub.request("POST", "/api/jobs", headers=headers, content=json.dumps(body).encode())
    assert answer.status_code in (400, 403, 404), answer.text
    assert [j["id"] for j in house.hub.get("/api/jobs")] == before


def test_no_folder_outside_of_the_apps_is_pushed_wherever_links_lead(house: House) -> None:
    (house.folder / "apps/away").symlink_to(house.hub.data)
    body = {"kind": "sync", "board": house.board.uid, "folder": "away"}
    assert house.hub.request("POST", "/api/jobs", body).status_code == 403
    (house.folder / "apps/away").unlink()


def uploaded(house: House) -> list[str]:
    folder = house.hub.data / "uploads"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_files_that_are_no_firmware_damaged_or_too_large_leave_nothing(house: House) -> None:
    hub = house.hub
    before = uploaded(house)
    damaged = bytearray(firmware("esp8266", 100_000))
    damaged[50_000] ^= 1
    for content, said in [
        (b"", "no firmware"),
        (b"<!doctype html><title>404</title>", "web page"),
        (bytes(damaged), "damaged"),
        (firmware("esp8266", 100_000)[:-100], "cut off"),
    ]:
        answer = upload(hub, content)
        assert answer.status_code == 400 and said in answer.json()["message"], answer.text
    for name in ("", "x" * 129):
        assert upload(hub, b"x", name).status_code == 400
    head = (
        f"POST /api/firmware/uploads?name=x HTTP/1.1\r\nHost: 127.0.0.1:{hub.port}\r\nX-Ouro: 1\r\n"
        f"Authorization: Bearer {hub.token}\r\nContent-Type: application/octet-stream\r\n"
    )
    promised = exchange(hub.port, f"{head}Content-Length: {64 * 2**20 + 1}\r\n\r\n".encode() + b"x", within=4)
    assert promised.status == 413, promised
    cut = exchange(hub.port, f"{head}Content-Length: 100000\r\n\r\n".encode() + b"x" * 50_000, within=1)
    assert cut.status in (0, 400, 408), cut
    eventually(lambda: uploaded(house) == before, 15, "half a file is gone")
    # A body of JSON is no file, and a file is no JSON; a page of another site can't send either.
    octets = {"X-Ouro": "1", "Authorization": f"Bearer {hub.token}", "Content-Type": "application/octet-stream"}
    path = "/api/firmware/uploads?name=x"
    for headers in (
        {**octets, "Content-Type": "application/json"},
        {**octets, "Content-Type": "multipart/form-data"},
        {**octets, "X-Ouro": "0"},
        {**octets, "Origin": "http://evil.example"},
    ):
        assert request(hub.port, "POST", path, headers, b"x").status in (403, 415)
    assert uploaded(house) == before
    traversal = request(
        hub.port, "DELETE", "/api/firmware/uploads/..%2f..%2ftoken", {**octets, "Content-Type": "application/json"}
    )
    assert traversal.status == 404 and (hub.data / "token").exists()


def test_ouro_jobs_says_what_is_wrong(house: House) -> None:
    assert house.hub.cli("jobs", "show", "999999").returncode == 4
    assert house.hub.cli("jobs", "cancel", "nonsense").returncode == 4
    environment = {**os.environ, "OURO_DATA": "/nonexistent"}
    alone = subprocess.run([program("ouro"), "jobs"], capture_output=True, text=True, env=environment, check=False)
    assert alone.returncode == 3 and "ouro serve" in alone.stderr
