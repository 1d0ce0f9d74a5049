# SPDX-License-Identifier: Apache-2.0
"""The badge's face on the emulated board, seen through its panel."""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from emulated import Console, Emulated

WIDTH, HEIGHT = 320, 170


class Viewer:
    """Watches the face: what is on the glass, and how many whole pictures there were."""

    def __init__(self, path: Path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._socket.settimeout(0.2)
        self._rest = b""
        self.pixels = [0] * (WIDTH * HEIGHT)
        self.shown_at: list[float] = []
        self.leds = ""
        self.say("watch", "face")

    def say(self, *words: object) -> None:
        self._socket.sendall(json.dumps(words).encode() + b"\n")

    def look(self, within: float, for_: Callable[[], object] = lambda: False) -> None:
        """Takes what comes, until there is what is looked for."""
        end = time.monotonic() + within
        while time.monotonic() < end and not for_():
            try:
                self._rest += self._socket.recv(65536)
            except TimeoutError:
                continue
            *lines, self._rest = self._rest.split(b"\n")
            for line in lines:
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            return  # the end of a line that was under way to the viewer before
        if message[0] == "cell":
            self._draw(*message[1:5], base64.b64decode(message[5]))
        elif message[0] == "leds":
            self.leds = message[1]
        elif message[0] == "shown":
            self.shown_at.append(time.monotonic())

    def _draw(self, x: int, y: int, width: int, height: int, runs: bytes) -> None:
        area = [
            int.from_bytes(runs[at + 1 : at + 3], "big") for at in range(0, len(runs), 3) for _ in range(runs[at] + 1)
        ]
        assert len(area) == width * height
        for row in range(height):
            start = (y + row) * WIDTH + x
            self.pixels[start : start + width] = area[row * width : (row + 1) * width]

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def viewer(board: Emulated):
    viewer = Viewer(board.folder / "control.sock")
    yield viewer
    viewer.close()


def test_row_3_35_the_menu_is_on_the_screen_and_answers_a_key(viewer: Viewer) -> None:
    viewer.look(10, lambda: viewer.shown_at)
    assert len(set(viewer.pixels)) > 1
    before = list(viewer.pixels)
    viewer.say("press", "a", 100)
    viewer.look(10, lambda: viewer.pixels != before)
    assert viewer.pixels != before


def test_row_3_31_the_screen_is_redrawn_while_python_spins(viewer: Viewer, console: Console) -> None:
    console.type("while True: pass\r\r")
    viewer.look(10, lambda: viewer.shown_at)
    viewer.look(0.5)
    for key in ("right", "left"):
        before = list(viewer.pixels)
        pressed = time.monotonic()
        viewer.say("press", key, 60)
        viewer.look(5, lambda before=before: viewer.pixels != before)
        assert viewer.pixels != before, key
        # What is held up by Python comes never; 20 ms of debouncing, and what this machine and an emulator cost.
        assert time.monotonic() - pressed < 2
        viewer.look(0.5)
    console.type(b"\x03")
    console.wait_for(b"\r\n>>> ")


def test_python_draws_and_lights(viewer: Viewer, console: Console) -> None:
    assert console.run("import badge") == ""
    assert console.run("badge.display.clear(0xF800); badge.display.show(); badge.leds.fill(1, 2, 3)") == ""
    viewer.look(10, lambda: set(viewer.pixels) == {0xF800} and viewer.leds == "010203" * 12)
    assert set(viewer.pixels) == {0xF800}
    assert viewer.leds == "010203" * 12
