# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition with a limit, so that no test sleeps blindly and none hangs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def eventually(probe: Callable[[], Value], within: float, what: str, every: float = 0.05) -> Value:
    """Returns the first truthy answer of `probe`; fails naming `what` and the last answer or error.

    Errors of `probe` count as "not yet": a service that is still starting refuses connections.
    """
    deadline = time.monotonic() + within
    last: object = None
    while True:
        try:
            answer = probe()
            if answer:
                return answer
            last = answer
        except AssertionError:
            raise
        except Exception as error:  # noqa: BLE001 - shown below if it never goes away
            last = error
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {within:g} s: {what} (last seen: {last!r:.600})")
        time.sleep(every)


def wait_until(probe: Callable[[], object], within: float, every: float = 0.05) -> bool:
    """Whether `probe` answered something truthy in time; nothing fails here."""
    deadline = time.monotonic() + within
    while not probe():
        if time.monotonic() >= deadline:
            return False
        time.sleep(every)
    return True


def never(probe: Callable[[], object], during: float, what: str, every: float = 0.05) -> None:
    """Fails as soon as `probe` answers something truthy; returns after `during` seconds of quiet."""
    deadline = time.monotonic() + during
    while time.monotonic() < deadline:
        seen = probe()
        assert not seen, f"must not happen: {what} (seen: {seen!r:.600})"
        time.sleep(every)
