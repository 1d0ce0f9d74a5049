# SPDX-License-Identifier: Apache-2.0
"""The console of the emulated board: a person's, and that of tools that were not written for it."""

from __future__ import annotations

import time
from pathlib import Path

from emulated import Console, Emulated


def test_it_boots_to_a_prompt_and_counts(console: Console) -> None:
    assert console.run("print(1+1)") == "2"


def test_ctrl_c_ends_a_tight_loop(console: Console) -> None:
    console.type("while True: pass\r\r")
    time.sleep(0.5)
    console.type(b"\x03")
    assert b"KeyboardInterrupt" in console.wait_for(b"\r\n>>> ")


def test_ctrl_d_gives_a_clean_vm(console: Console) -> None:
    assert console.run("left_over = 1") == ""
    console.type(b"\x04")
    assert b"MPY: soft reboot\r\n" in console.wait_for(b"\r\n>>> ")
    assert "NameError" in console.run("left_over")


def test_time_passes_as_it_does_outside(console: Console) -> None:
    console.run("import time")
    outside = time.monotonic()
    inside = console.run("t = time.ticks_us(); time.sleep_ms(1000); print(time.ticks_diff(time.ticks_us(), t))")
    assert 1_000_000 <= int(inside) <= (time.monotonic() - outside) * 1e6


def test_the_date_is_right_before_and_after_2000(console: Console) -> None:
    console.run("from machine import RTC; import time; r = RTC()")
    for year, seconds in ((1970, 0), (1999, 915148800), (2026, 1767225600)):
        console.run(f"r.datetime(({year}, 1, 1, 0, 0, 0, 0, 0))")
        assert int(console.run("print(time.time())")) - seconds in (0, 1)
        assert console.run("print(r.datetime()[0])") == str(year)


def test_row_3_33_what_a_board_must_not_offer_is_not_there(console: Console) -> None:
    for name in ("network", "socket", "_thread", "bluetooth", "uctypes"):
        assert "ImportError" in console.run(f"import {name}")


def test_mpremote_runs_code_and_moves_files(board: Emulated, tmp_path: Path) -> None:
    assert board.mpremote("exec", "print(6*7)").strip() == "42"
    script = tmp_path / "script.py"
    script.write_text("print('from a file')\n")
    assert board.mpremote("run", str(script)).strip() == "from a file"
    data = tmp_path / "data.bin"
    data.write_bytes(bytes(range(256)) * 80)
    board.mpremote("fs", "cp", str(data), ":data.bin")
    assert "data.bin" in board.mpremote("fs", "ls")
    back = tmp_path / "back.bin"
    board.mpremote("fs", "cp", ":data.bin", str(back))
    assert back.read_bytes() == data.read_bytes()
    board.mpremote("soft-reset")
    assert board.mpremote("exec", "print(1)").strip() == "1"


def test_ampy_runs_code_and_moves_files(board: Emulated, tmp_path: Path) -> None:
    script = tmp_path / "hello.py"
    script.write_text("print('hello from ampy')\n")
    board.ampy("put", str(script))
    assert "hello.py" in board.ampy("ls")
    assert board.ampy("get", "hello.py").strip() == script.read_text().strip()
    assert board.ampy("run", str(script)).strip() == "hello from ampy"


def test_files_and_the_uid_survive_a_loss_of_power(board: Emulated) -> None:
    with board.console() as console:
        console.prompt()
        console.run("f = open('/kept', 'w'); f.write('kept'); f.close()")
    before = board.about
    board.power_off()
    board.start()
    assert board.about["uid"] == before["uid"]
    assert board.about["boot"] == int(str(before["boot"])) + 1
    with board.console() as console:
        console.prompt()
        assert console.run("print(open('/kept').read())") == "kept"
