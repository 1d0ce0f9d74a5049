# SPDX-License-Identifier: Apache-2.0
"""A board that we did not write: MicroPython's unix port with the prompt of its microcontrollers, on a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import termios
import tty
from pathlib import Path

_SERVE = "import unix_board; unix_board.serve()"

# A board's `machine`, as far as a test needs one: a reset is seen by its trace.
MACHINE = """
class RTC:
    now = (2000, 1, 1, 5, 0, 0, 0, 0)
    def datetime(self, to=None):
        if to is None:
            return RTC.now
        RTC.now = to
def reset():
    open("was_reset", "w").close()
    raise SystemExit
def bootloader():
    open("in_bootloader", "w").close()
    raise SystemExit
"""


class UnixBoard:
    """Its files are those of `folder`. `line` is the board's end of a serial line: see PacedLine."""

    def __init__(
        self, program: Path, folder: Path, double_line_ends: bool = False, env: dict[str, str] | None = None
    ) -> None:
        self.line, terminal = os.openpty()
        tty.setraw(terminal)
        if double_line_ends:  # as on the ports that translate twice: "\r\r\n"
            settings = termios.tcgetattr(terminal)
            settings[1] |= termios.OPOST | termios.ONLCR
            termios.tcsetattr(terminal, termios.TCSANOW, settings)
        self._child = subprocess.Popen(
            ["setsid", "--ctty", "--wait", str(program), "-X", "heapsize=256k", "-c", _SERVE],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            cwd=folder,
            env={**os.environ, **(env or {})},
            start_new_session=False,
        )
        os.close(terminal)

    def close(self) -> None:
        os.close(self.line)  # the hang-up ends it
        try:
            self._child.wait(5)
        except subprocess.TimeoutExpired:
            self._child.send_signal(signal.SIGKILL)
            self._child.wait(5)

    def __enter__(self) -> UnixBoard:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
