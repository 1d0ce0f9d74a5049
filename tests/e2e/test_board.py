# SPDX-License-Identifier: Apache-2.0
"""A virtual board alone, through its control socket: what must hold before any hub has come."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
from collections.abc import Iterator

import pytest
from conftest import House, temporary_house
from parts.board import CALL, CONVERSATION, DOOR
from parts.waiting import eventually


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with temporary_house() as house:
        house.add_board().start()
        yield house


def test_the_outputs_are_safe_and_the_folder_is_described(house: House) -> None:
    with house.board.watch() as pins:
        assert {(DOOR, 0), (CONVERSATION, 0), (CALL, 1)} <= {(c.name, c.level) for c in pins.changes}
    assert set(house.board.about) >= {"uid", "board", "pid"}
    assert stat.S_IMODE(os.stat(house.board.folder / "control.sock").st_mode) == 0o600
    assert house.board.console.is_symlink()


def test_a_press_is_seen_down_and_up_at_its_time(house: House) -> None:
    with house.board.watch() as pins:
        before = len(pins.changes)
        house.board.ring(300)
        down = pins.wait_level(CALL, 0, since=before)
        up = pins.wait_level(CALL, 1, since=before)
        assert up.at - down.at == pytest.approx(0.3, abs=0.05)


def test_every_watcher_sees_the_same_change_at_the_same_time(house: House) -> None:
    with house.board.watch() as one, house.board.watch() as other:
        marks = len(one.changes), len(other.changes)
        one.ask("hold", CALL)
        other.ask("release", CALL)
        assert one.wait_level(CALL, 0, since=marks[0]) == other.wait_level(CALL, 0, since=marks[1])
        assert one.wait_level(CALL, 1, since=marks[0]) == other.wait_level(CALL, 1, since=marks[1])


def test_a_second_process_on_the_same_folder_is_refused(house: House) -> None:
    done = subprocess.run(house.board.process.argv, capture_output=True, text=True, timeout=20)
    assert done.returncode != 0 and str(house.board.folder) in done.stderr
    with house.board.control() as control:
        assert control.ask("info")["uid"] == house.board.uid


def test_the_uid_stays_and_the_boot_count_grows_over_a_power_cut(house: House) -> None:
    uid = house.board.uid
    with house.board.control() as control:
        boot = control.ask("info")["boot"]
    house.board.process.kill()
    house.board.start()
    with house.board.control() as control:
        assert control.ask("info") == {"uid": uid, "board": "intercom", "boot": boot + 1}


def test_a_board_that_is_told_to_stop_while_it_starts_ends() -> None:
    with temporary_house() as house:
        board = house.add_board()
        board.process.start()
        eventually((board.folder / "flash.img").exists, 20, "the virtual board makes its flash", every=0.001)
        assert board.process.terminate(within=5) in (0, -signal.SIGTERM)


def test_the_control_socket_survives_nonsense(house: House) -> None:
    nonsense = [b"\x00\xff\xfe\n", b"[" * 5000 + b"\n", b"{}\n", b"[1]\n", b"[]\n", b"x" * 100_000 + b"\n", b'["press"']
    for garbage in nonsense:
        with house.board.control() as control:
            try:
                control.send_raw(garbage)
            except OSError:
                pass  # it may hang up on us; it must not fall over
    with house.board.control() as control:
        refused = (
            ["press", "nothing", 100],
            ["press", "call", -1],
            ["press", "call", "x"],
            ["set", 99, 1],
            ["what"],
            ["fault", "unknown"],
            ["read", 3.5],
        )
        for words in refused:
            answer = control.request(*words)
            assert answer[0] == "error" and len(answer) == 4, f"{words}: {answer}"
        assert control.ask("info")["uid"] == house.board.uid
    assert house.board.process.alive


def test_driving_an_output_from_outside_does_not_move_it(house: House) -> None:
    with house.board.control() as control:
        control.request("set", DOOR, 1)
        assert control.ask("read", DOOR) == 0
        control.request("set", DOOR, 0)


def test_quit_ends_it_in_order(house: House) -> None:
    with house.board.control() as control:
        assert control.request("quit") == ["ok"]
    assert house.board.process.wait() == 0
    house.board.start()
