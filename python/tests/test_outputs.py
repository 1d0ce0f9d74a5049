# SPDX-License-Identifier: Apache-2.0
"""Outputs of a stock board: limits, a chip's timer, the watchdog. The time moves only when the test says so."""

from __future__ import annotations

import machine
import pytest
from ha import _board, _output


class Clock:
    def __init__(self) -> None:
        self.ms = 1000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(_output, "ticks_ms", clock)
    monkeypatch.setattr(_output, "_outputs", [])
    monkeypatch.setattr(_output, "_timer", None)
    return clock


class Witness:
    """Makes outputs, and hears what becomes of them."""

    def __init__(self) -> None:
        self.changes = 0
        self.refusals: list[str] = []

    def output(self, safe: int = 0, max_on_ms: int = 0, min_off_ms: int = 0) -> _output.Output:
        return _output.Output(
            21, safe, max_on_ms, min_off_ms, self.changed, lambda output, why: self.refusals.append(why)
        )

    def changed(self) -> None:
        self.changes += 1


def test_row_2_10_it_is_safe_from_the_first_moment_also_where_safe_is_high(clock: Clock) -> None:
    output = Witness().output(safe=1)
    assert (output.value(), output.is_on, output.cause) == (1, False, "safe")
    output.off()
    assert (output.value(), output.is_on) == (0, True), "low is on, where high is safe"


def test_max_on_cuts_at_its_limit_and_not_before_and_on_again_extends_nothing(clock: Clock) -> None:
    witness = Witness()
    output = witness.output(max_on_ms=500)
    output.on()
    clock.ms += 400
    output.on()
    clock.ms += 99
    assert _output.look() == 1 and output.value() == 1
    clock.ms += 1
    _output.look()
    assert (output.value(), output.cause, witness.changes) == (0, "guard", 2)


def test_after_a_cut_it_stays_off_until_off_was_said(clock: Clock) -> None:
    witness = Witness()
    output = witness.output(max_on_ms=500)
    output.on()
    clock.ms += 500
    output.on()
    assert output.value() == 0 and witness.refusals == ["its time was up; switch it off first"]
    output.off()
    output.on()
    assert output.value() == 1


def test_min_off_keeps_it_off_but_not_at_the_start(clock: Clock) -> None:
    witness = Witness()
    output = witness.output(min_off_ms=200)
    output.on()
    output.off()
    clock.ms += 199
    output.on()
    assert output.value() == 0 and witness.refusals == ["it has not been off for min_off yet"]
    clock.ms += 1
    output.on()
    assert output.value() == 1


def test_row_2_10_all_are_made_safe_at_the_end(clock: Clock) -> None:
    output = Witness().output()
    output.on()
    _output.all_safe()
    assert (output.value(), output.cause) == (0, "safe")


@pytest.mark.parametrize("numbers", [(-1, 0), (0,)])
def test_row_2_10_a_timer_of_the_chip_keeps_limits_while_a_handler_holds_up_the_loop(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, numbers: tuple[int, ...]
) -> None:
    class Timer:
        PERIODIC = 1
        started: list[Timer] = []

        def __init__(self, number: int) -> None:
            if number not in numbers:
                raise ValueError("no such timer")
            self.number = number

        def init(self, period: int, mode: int, callback) -> None:
            self.tick = lambda: callback(self)
            Timer.started.append(self)

    monkeypatch.setattr(machine, "Timer", Timer, raising=False)
    output = Witness().output(max_on_ms=500)
    output.on()
    clock.ms += 500
    (timer,) = Timer.started
    assert timer.number == numbers[0]
    timer.tick()
    assert (output.value(), output.cause) == (0, "guard")


class Quiet(_board.Board):
    def introduce(self) -> None: ...


@pytest.mark.parametrize("takes_time", [True, False])
def test_row_2_30_the_watchdog_is_one_that_the_chip_has_and_is_fed(
    monkeypatch: pytest.MonkeyPatch, takes_time: bool
) -> None:
    fed: list[int | None] = []

    class Watchdog:
        def __init__(self, timeout: int | None = None) -> None:
            if timeout is not None and not takes_time:
                raise ValueError("its time is fixed")
            self.timeout = timeout

        def feed(self) -> None:
            fed.append(self.timeout)

    monkeypatch.setattr(machine, "WDT", Watchdog, raising=False)
    board = Quiet({"HA_ID": "abcd1234", "HA_WATCHDOG": 8})
    assert board.keep_limits() == 1000 and board.keep_limits() == 1000
    assert fed == [8000 if takes_time else None] * 2


def test_without_a_watchdog_none_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "WDT", None, raising=False)
    assert Quiet({"HA_ID": "abcd1234"}).keep_limits() == 60_000
