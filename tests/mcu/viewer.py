# SPDX-License-Identifier: Apache-2.0
"""Looks at the board's face through its panel, and presses its keys."""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

WIDTH, HEIGHT = 320, 170


class Viewer:
    """Watches the face: what is on the glass, and how many whole pictures there were."""

    def __init__(self, path: Path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._socket.settimeout(0.2)
        self._rest = b""
        self.pixels = [0] * (WIDTH * HEIGHT)
        self.shown = 0
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
        message = json.loads(line)
        if message[0] == "cell":
            self._draw(*message[1:5], base64.b64decode(message[5]))
        elif message[0] == "leds":
            self.leds = message[1]
        elif message[0] == "shown":
            self.shown += 1

    def _draw(self, x: int, y: int, width: int, height: int, runs: bytes) -> None:
        area = [
            int.from_bytes(runs[at + 1 : at + 3], "big") for at in range(0, len(runs), 3) for _ in range(runs[at] + 1)
        ]
        assert len(area) == width * height
        for row in range(height):
            start = (y + row) * WIDTH + x
            self.pixels[start : start + width] = area[row * width : (row + 1) * width]

    def press(self, key: str, within: float = 20) -> None:
        """Presses a key and waits until something else is on the screen."""
        self.look(within, lambda: self.shown)
        before = list(self.pixels)
        self.say("press", key, 60)
        self.look(within, lambda: self.pixels != before)
        assert self.pixels != before, f"the screen did not answer to {key} within {within:g} s"

    def close(self) -> None:
        self._socket.close()
