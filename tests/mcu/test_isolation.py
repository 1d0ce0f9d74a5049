# SPDX-License-Identifier: Apache-2.0
"""Whatever Python does on its CPU, the other one answers at once, and Python can be had back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from emulated import Console, Emulated
from parts.board import ControlSocket
from parts.processes import Registry
from viewer import Viewer

RECURSION = "def f(): return f()"

# Each keeps Python's CPU busy until Ctrl-C.
BUSY = {
    "spins": "while True: pass",
    "recurses without end": "def f(): f()\n\nwhile True:\n  try: f()\n  except RuntimeError: pass",
    "fills its heap": "l = []\nwhile True:\n  try: l.append(bytearray(100))\n  except MemoryError: l = []",
    "floods the bridge": "import machine\np = machine.Pin(5, machine.Pin.OUT)\nwhile True: p.toggle()",
    "floods the console": "while True: print('x' * 60)",
    "swallows every exception": "while True:\n  try:\n    while True: pass\n  except Exception: pass",
}


# What Python keeps waiting it keeps waiting each time; what this machine does to an emulator now and then, it does not.
TRIES = 20
FRAME_S = 0.050


def longest_step_s(panel: ControlSocket, during: Callable[[], object]) -> float:
    """How late the hardware core was at most with anything that was due, by the board's own clock: the best try."""
    best = float("inf")
    for _ in range(TRIES):
        panel.ask("late")
        during()
        best = min(best, int(str(panel.ask("late"))) / 1e6)
        if best < FRAME_S:
            break
    return best


@pytest.fixture(autouse=True)
def clean_vm(console: Console) -> None:
    begin_anew(console)


def begin_anew(console: Console) -> None:
    console.type(b"\x04")
    console.wait_for(b"MPY: soft reboot\r\n")
    console.wait_for(b"\r\n>>> ")


def run_in_paste_mode(console: Console, program: str) -> None:
    console.type(b"\x05")
    console.wait_for(b"=== ")
    for line in program.split("\n"):
        console.type(line + "\r")
        console.wait_for(b"\n=== ")
    console.type(b"\x04")


@pytest.mark.parametrize("program", BUSY.values(), ids=BUSY)
def test_row_3_31_the_hardware_core_draws_in_time_while_python(
    program: str, board: Emulated, console: Console, viewer: Viewer
) -> None:
    run_in_paste_mode(console, program)
    with board.panel() as panel:
        assert longest_step_s(panel, lambda: [viewer.press(key) for key in ("right", "left")]) < FRAME_S
    console.type(b"\x03")
    console.wait_for(b"\r\n>>> ", within=20)
    begin_anew(console)  # a heap that is still full leaves no room for another line
    assert console.run("print('back')") == "back"


def test_row_3_32_recursion_is_a_runtime_error_and_a_full_heap_a_memory_error(console: Console) -> None:
    console.run(RECURSION + "\r")
    assert "RuntimeError" in console.run("f()")
    assert "MemoryError" in console.run("bytearray(1000000)")
    assert int(console.run("import gc; gc.collect(); print(gc.mem_free())")) > 100_000


# The second time it ends by itself.
STUCK_ONCE = """
import os
if 'once' in os.listdir('/'):
    print('second start')
else:
    open('/once', 'w').close()
    sum(range(10**9))
"""

UNCOUNTED = {
    "hash of nested tuples": "t = ()\nfor i in range(2000): t = (t,)\n\nhash(t)",
    "equality of nested dicts": "a = {}\nb = {}\nfor i in range(500):\n  a = {1: a}\n  b = {1: b}\n\na == b",
    "nested groups": "import re\nre.compile('(' * 400 + 'a' + ')' * 400)",
}


@pytest.mark.parametrize("program", UNCOUNTED.values(), ids=UNCOUNTED)
def test_uncounted_recursion_ends_at_the_guard(program: str, board: Emulated, console: Console) -> None:
    run_in_paste_mode(console, program)
    said = console.wait_for(b"\r\n>>> ", within=20)
    # Never the end of the board; Python itself may go on, or there is a fresh one.
    assert b"Error" in said or b"MPY: soft reboot" in said, said
    assert console.run("print('alive')") == "alive"
    with board.panel() as panel:
        assert panel.ask("info")["boot"] == board.about["boot"]


def test_a_native_call_that_never_ends_is_cut_and_the_app_starts_again(registry: Registry, folder: Path) -> None:
    board = Emulated(registry, folder / "native")
    board.start()
    with board.console() as console:
        console.prompt()
        console.run("import os; os.mkdir('/pyapps'); os.mkdir('/pyapps/stuck')")
        console.run(f"f = open('/pyapps/stuck/app.py', 'w'); f.write({STUCK_ONCE!r}); f.close()")
    board.power_off()
    stuck = Emulated(registry, folder / "native", "--app", "stuck")
    stuck.start()
    with stuck.console() as console, stuck.panel() as panel:
        assert longest_step_s(panel, lambda: time.sleep(0.3)) < FRAME_S
        said = console.wait_for(b"second start", within=20)
        assert b"watchdog" in said or b"MPY: soft reboot" in said, said
        console.prompt()
        assert console.run("print(1)") == "1"


def test_the_hardware_core_lives_on_when_the_vm_s_cpu_stops_dead(registry: Registry, folder: Path) -> None:
    board = Emulated(registry, folder / "killed")
    board.start()
    with board.panel() as panel:
        panel.ask("fault", "vm_kill")
    with board.console() as console:
        console.type("print(1+1)\r")
        time.sleep(0.5)
        console.type(b"\x03")
    with board.panel() as panel:
        assert longest_step_s(panel, lambda: time.sleep(0.3)) < FRAME_S
        panel.ask("quit")
    with board.console() as console:
        console.prompt()
        assert console.run("print(1+1)") == "2"
