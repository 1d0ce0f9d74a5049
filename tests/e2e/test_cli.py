# SPDX-License-Identifier: Apache-2.0
"""The command line, as a person or a script uses it, against a running hub."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from conftest import House, program
from parts.board import DOOR
from parts.waiting import eventually


def test_version_and_help_need_no_hub() -> None:
    for words in (["--version"], ["--help"], ["serve", "--help"], ["boards", "--help"], ["board", "--help"]):
        done = subprocess.run([program("ouro"), *words], capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        assert done.stdout and not done.stderr


def test_without_a_hub_the_exit_code_is_3_and_the_message_says_what_to_try(tmp_path: Path) -> None:
    for words in (["boards"], ["set", "x", "door", "UNLOCK"], ["board", "press", "x", "call"], ["logs"]):
        argv = [program("ouro"), *words, "--data", str(tmp_path)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20)
        assert done.returncode == 3, f"{words}: {done.returncode} {done.stderr}"
        assert "ouro serve" in done.stderr and not done.stdout


def test_wrong_usage_is_2_and_names_the_mistake() -> None:
    for words in (["bords"], ["boards", "--jsn"], ["set", "only-one"]):
        done = subprocess.run([program("ouro"), *words], capture_output=True, text=True, timeout=20)
        assert done.returncode == 2, f"{words}: {done.returncode} {done.stderr}"
        assert done.stderr


def test_boards_json_is_the_api_answer(house: House) -> None:
    done = house.hub.cli("boards", "--json")
    assert done.returncode == 0, done.stderr
    boards = json.loads(done.stdout)
    for board in boards:
        house.hub.api.check_component("Board", board)
    assert [b["uid"] for b in boards] == [house.board.uid]


def test_boards_without_json_is_a_table_without_escape_codes_in_a_pipe(house: House) -> None:
    done = house.hub.cli("boards")
    assert done.returncode == 0 and house.board.uid in done.stdout and "\x1b" not in done.stdout


def test_board_press_rings_and_read_reads(house: House) -> None:
    with house.board.watch() as pins:
        before = len(pins.changes)
        done = house.hub.cli("board", "press", house.board.uid, "call")
        assert done.returncode == 0, done.stderr
        pins.wait_level("call", 0, since=before)
        pins.wait_level("call", 1, since=before)
    done = house.hub.cli("board", "read", house.board.uid, DOOR)
    assert (done.returncode, done.stdout.strip().split()[-1]) == (0, "0"), done


def test_an_unknown_board_or_entity_is_4(house: House) -> None:
    for words in (["set", "nosuchboard", "door", "UNLOCK"], ["set", house.board.uid, "nosuch", "ON"],
                  ["board", "press", "nosuchboard", "call"]):  # fmt: skip
        done = house.hub.cli(*words)
        assert done.returncode == 4, f"{words}: {done.returncode} {done.stderr}"
        assert done.stderr


def test_set_waits_for_the_outcome_and_a_second_unlock_is_refused_with_5(house: House) -> None:
    uid = house.board.uid
    done = house.hub.cli("set", uid, "auto_unlock", "OFF", "--wait")
    assert done.returncode == 0 and "done" in done.stdout, done
    assert house.hub.cli("set", uid, "door", "UNLOCK").returncode == 0
    eventually(lambda: house.hub.board(uid)["states"]["door"]["value"] != "LOCKED", 5, "the sequence runs")
    done = house.hub.cli("set", uid, "door", "UNLOCK", "--wait")
    assert done.returncode == 5 and "busy" in done.stdout + done.stderr, done
    eventually(lambda: house.hub.board(uid)["states"]["door"]["value"] == "LOCKED", 10, "locked again")


def test_logs_follow_shows_a_new_line_at_once(house: House) -> None:
    argv = [str(house.hub.program), "logs", "-f", "--json", "--data", str(house.hub.data)]
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    os.set_blocking(child.stdout.fileno(), False)
    heard = b""

    def said_something() -> bool:
        nonlocal heard
        assert child.poll() is None, f"logs -f ended: {child.stderr.read()!r}"
        house.access.publish("pyntercom/intercom/unlock", "not a command")
        house.access.publish(f"ouro/{house.board.uid}/door/set", "not a command")
        house.hub.set(house.board.uid, "door", "LOCK")
        heard += child.stdout.read() or b""
        return b"\n" in heard

    try:
        eventually(said_something, 15, "a log line", every=0.5)
        assert all(json.loads(line) for line in heard.splitlines()[:-1] or heard.splitlines())
    finally:
        child.terminate()
        child.wait(5)
        child.stdout.close()
        child.stderr.close()


def test_url_prints_an_address_that_lets_one_in(house: House) -> None:
    done = house.hub.cli("url")
    assert done.returncode == 0, done.stderr
    address, token = done.stdout.strip().split("#token=")
    assert address.rstrip("/") == house.hub.url and token == house.hub.token


def test_a_second_hub_in_the_same_folder_is_refused(house: House) -> None:
    argv = [str(house.hub.program), "serve", "--data", str(house.hub.data), "--listen", "127.0.0.1:0", "--no-broker"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20)
    assert done.returncode != 0 and str(house.hub.data) in done.stderr
    assert house.hub.health()["status"] == "ok"
