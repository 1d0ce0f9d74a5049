# SPDX-License-Identifier: Apache-2.0
"""The intercom's app on boards with MicroPython as released, and on a desk: rings, polarity, faults. Times are short.

`tests/sim/door_test.cpp` shows the same on our firmware, in virtual time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from devices import ROOT, RUNTIMES, Device, Start, start
from parts.processes import Registry

APP = (ROOT / "apps/intercom/app.py").read_text()
CALL, DOOR, CONVERSATION = 4, "pin_13", "pin_12"
COOLDOWN_S = 1.0
TOML = f"""
[config]
answer_seconds = 0.2
open_seconds = 0.6
cooldown_seconds = {COOLDOWN_S}
ringing_seconds = 0.3
"""
# A finger at the call button, moved over the link.
FINGER = f"""
import machine


@ha.switch("Finger")
def finger(down):
    machine.drive({CALL}, 1 if bool(down) == bool(config.call_active) else 0)


ha.run()
"""


@pytest.fixture(params=["micropython", "cpython"])
def stock(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Start]:
    """Starts the intercom; `source` and `toml` may differ from its own."""
    devices: list[Device] = []

    def begin(source: str = APP, toml: str = TOML) -> Device:
        folder = tmp_path / str(len(devices))
        folder.mkdir()
        assert source.endswith("\nha.run()\n")
        source = source.removesuffix("\nha.run()\n") + FINGER
        devices.append(start(request.param, folder, source, toml, Registry()))
        devices[-1].greet()
        return devices[-1]

    yield begin
    for device in devices:
        device.close()


def press(device: Device, seconds: float = 0.15) -> None:
    """And lets it go for longer than a contact bounces."""
    for down, lasts in ((True, seconds), (False, 0.15)):
        assert device.end_of(device.command("finger", down)) == (True, "")
        device.run_for(lasts)


def rings(device: Device) -> list[int]:
    """When it rang, in milliseconds after the first time."""
    device.run_for(0.2)
    times = [message[4] for message in device._messages if message[:3] == ["event", "doorbell", "ring"]]
    return [at - times[0] for at in times]


def moves(device: Device) -> list[tuple[str, bool]]:
    return [(name, on) for name, on, _ in device.heard("output")]


def wait_moves(device: Device, *on: bool, within: float = 5) -> None:
    """Until these are the last moves of its outputs; what the home wants to know first is said first."""
    end = time.monotonic() + within
    while [level for _, level in moves(device)][-len(on) :] != list(on):
        assert time.monotonic() < end, moves(device)
        device.run_for(0.05)


def test_row_2_2_presses_within_the_cooldown_are_one_ring(stock: Start) -> None:
    device = stock()
    for _ in range(3):
        press(device)
        device.run_for(COOLDOWN_S / 2 - 0.3)
    second = rings(device)[1:]
    assert len(second) == 1 and 1000 * COOLDOWN_S <= second[0] < 2000 * COOLDOWN_S


def test_row_2_2_a_press_that_is_held_when_the_cooldown_ends_rings_then(stock: Start) -> None:
    device = stock()
    press(device)
    press(device, COOLDOWN_S + 0.3)
    assert rings(device)[1:] == [pytest.approx(1000 * COOLDOWN_S, abs=200)]


def test_row_2_2_a_press_at_the_start_rings(stock: Start) -> None:
    device = stock(f"import machine\nmachine.drive({CALL}, 0)\n" + APP)
    assert rings(device) == [0]


def test_row_2_3_the_polarity_is_a_setting(stock: Start) -> None:
    device = stock(toml=TOML + "call_active = 1\n")
    assert device.end_of(device.command("finger", False)) == (True, "")
    assert rings(device) == []
    press(device)
    assert rings(device) == [0]


@pytest.mark.parametrize(
    ("step", "on"),
    [
        ("conversation.on()", []),
        ("door.on()", [True, False]),
        ('lock.value = "UNLOCKED"', [True, False, False]),  # the door was on for less than a message takes
    ],
)
def test_row_2_9_an_error_at_any_step_lets_go_of_both(stock: Start, step: str, on: list[bool]) -> None:
    assert APP.count(step) == 1
    device = stock(APP.replace(step, f"raise OSError('injected'); {step}"))
    assert device.end_of(device.command("door", "UNLOCK")) == (False, "OSError: injected")
    wait_moves(device, False, False, *on)  # the first two are those of the start
    press(device)
    assert rings(device) == [0], "the app goes on"


def test_row_2_9_an_output_that_does_not_turn_off_does_not_keep_the_other_on(stock: Start) -> None:
    off = "        output.off()\n"
    device = stock(APP.replace(off, f"        if output is door: raise OSError('injected')\n{off}"))
    device.command("door", "UNLOCK")
    device.wait_states("door", "LOCKING", "JAMMED")
    device.wait("output", lambda m: m[1:3] == [DOOR, False] and m[4] == "guard")
    assert not dict(moves(device))[CONVERSATION]


def test_row_2_10_outputs_are_safe_from_the_start_of_the_program(stock: Start) -> None:
    device = stock()
    device.wait("output", lambda m: m[1] == CONVERSATION)
    assert device.heard("output") == [[DOOR, False, "safe"], [CONVERSATION, False, "safe"]]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_row_2_19_the_same_file_opens_the_door_on_every_kind_of_board(runtime: str, tmp_path: Path) -> None:
    """On CPython, which is no board at all, with pins that are not there."""
    device = start(runtime, tmp_path, APP, TOML, Registry())
    try:
        device.greet()
        assert device.end_of(device.command("door", "UNLOCK")) == (True, "")
        device.wait_states("door", "UNLOCKING", "UNLOCKED", "LOCKING", "LOCKED")
        wait_moves(device, True, True, False, False)
    finally:
        device.close()
