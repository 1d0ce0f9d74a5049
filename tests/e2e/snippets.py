# SPDX-License-Identifier: Apache-2.0
"""The Python of the documentation, run on a virtual board: an example that does not work is worse than none.

Every block that begins with ```python is one. Words behind it say how it is run:

    ```python           to its end, without an exception
    ```python app       it may go on for ever: it is stopped after a moment, and must not have failed by then
    ```python fails     it ends with an exception
    ```python file=x.py it is not run, but lies on the board as x.py for the blocks after it to import
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^`]*)$")
_WORD = re.compile(r"app|fails|file=\w+\.py")


@dataclass(frozen=True)
class Snippet:
    """`line` is that of its first line in `file`, from 1."""

    file: str
    line: int
    code: str
    words: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def snippets(markdown: Path) -> list[Snippet]:
    """The Python blocks of a page, in their order. A word that nobody knows is a ValueError."""
    found: list[Snippet] = []
    lines = markdown.read_text().splitlines()
    number = 0
    while number < len(lines):
        fence = _FENCE.match(lines[number])
        number += 1
        if not fence:
            continue
        begin = number
        while number < len(lines) and not re.match(r"^ *```\s*$", lines[number]):
            number += 1
        language, *words = fence["info"].split() or [""]
        if language == "python":
            if unknown := [word for word in words if not _WORD.fullmatch(word)]:
                raise ValueError(f"{markdown.name}:{begin}: python may be followed by app, fails or file=: {unknown}")
            code = "\n".join(line.removeprefix(fence["indent"]) for line in lines[begin:number]) + "\n"
            found.append(Snippet(markdown.name, begin + 1, code, frozenset(words)))
        number += 1
    return found


class Runner:
    """Runs snippets through the raw prompt of a board's console, each in a fresh Python."""

    def __init__(self, console: str) -> None:
        self._transport = SerialTransport(console, wait=10)

    def close(self) -> None:
        self._transport.close()

    def run(self, snippet: Snippet, moment: float = 1.0, within: float = 20.0) -> str:
        """What it printed. An AssertionError names the place in the page."""
        self._transport.enter_raw_repl(soft_reset=True)
        if name := next((word.removeprefix("file=") for word in snippet.words if word.startswith("file=")), None):
            self._transport.fs_writefile(f"/{name}", snippet.code.encode())
            return ""
        self._transport.exec_raw_no_follow(snippet.code)
        if "app" in snippet.words:
            printed, error = self._stop_after(moment, within)
            assert not error or "KeyboardInterrupt" in error, f"{snippet} failed:\n{error}"
            return printed
        try:
            output, error_bytes = self._transport.follow(within)
        except TransportError as problem:
            raise AssertionError(f"{snippet} did not end within {within:g} s: {problem}") from problem
        error = error_bytes.decode()
        if "fails" in snippet.words:
            assert error, f"{snippet} was to fail, and did not"
        else:
            assert not error, f"{snippet} failed:\n{error}"
        return output.decode()

    def _stop_after(self, moment: float, within: float) -> tuple[str, str]:
        """Its output and its exception; Ctrl-C ends what has not ended by itself."""
        data = b""
        deadline = time.monotonic() + moment
        give_up = deadline + within
        interrupted = False
        while data.count(b"\x04") < 2:
            assert time.monotonic() < give_up, f"it could not be stopped; it printed {data!r}"
            if not interrupted and time.monotonic() > deadline:
                self._transport.serial.write(b"\x03")
                interrupted = True
            waiting = self._transport.serial.inWaiting()
            data += self._transport.serial.read(waiting) if waiting else b""
            if not waiting:
                time.sleep(0.01)
        output, error, *_ = data.split(b"\x04")
        return output.decode(), error.decode()
