# SPDX-License-Identifier: Apache-2.0
"""Child processes of the tests: started with a log file, ended by their own pid, gone even if pytest is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_SANITIZER_MARKS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:", "UndefinedBehaviorSanitizer")


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port() -> int:
    """A loopback port that was free a moment ago; a part that must keep its port over restarts needs one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def has_ended(pid: int) -> bool:
    """Also true of a dead orphan that nobody collects: the first process of many containers does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


class Process:
    """One program with a log that survives its restarts."""

    def __init__(self, name: str, argv: list[str], log: Path, env: dict[str, str] | None = None):
        self.name = name
        self.argv = argv
        self.log = log
        self.env = {**os.environ, "TZ": "UTC", **(env or {})}
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert not self.alive, f"{self.name} runs already"
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env,
                preexec_fn=_die_with_parent,
            )

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        assert self._child is not None, f"{self.name} was never started"
        return self._child.pid

    def terminate(self, within: float = 10) -> int:
        """Asks it to end and returns its exit code; fails if it has to be killed."""
        if self._child is None:
            return 0
        if self._child.poll() is None:
            self._child.terminate()
        try:
            return self._child.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end within {within:g} s of SIGTERM") from None

    def wait(self, within: float = 10) -> int:
        """The exit code of a program that is to end by itself."""
        assert self._child is not None, f"{self.name} was never started"
        return self._child.wait(within)

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        if self._child is not None:
            if self._child.poll() is None:
                self._child.kill()
            self._child.wait(10)

    def text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self, lines: int = 60, characters: int = 8000) -> str:
        return "\n".join(self.text().splitlines()[-lines:])[-characters:]

    def sanitizer_report(self) -> str:
        """What a sanitizer said, or nothing."""
        text = self.text()
        starts = [text.find(mark) for mark in _SANITIZER_MARKS if mark in text]
        return text[min(starts) :][:8000] if starts else ""


class Registry:
    """Every process of one fixture scope, for tear-down and for the report of a failed test."""

    def __init__(self) -> None:
        self._processes: list[Process] = []
        self._said_last: list[tuple[str, str]] = []

    def add(self, process: Process) -> Process:
        self._processes.append(process)
        return process

    def sections(self) -> list[tuple[str, str]]:
        """Titles and bounded tails of the logs; when all has ended (a fixture failed), those of the last to end."""
        return self._tails(0) or self._said_last

    def _tails(self, since: int) -> list[tuple[str, str]]:
        return [
            (f"{p.name} ({'running' if p.alive else 'ended'}), end of its log", p.tail())
            for p in self._processes[since:]
        ]

    def mark(self) -> int:
        return len(self._processes)

    def end(self, since: int = 0) -> None:
        """Ends the processes added after `since`, newest first; fails if a sanitizer had something to say."""
        problems: list[str] = []
        self._said_last = self._tails(since)
        while len(self._processes) > since:
            process = self._processes.pop()
            try:
                process.terminate()
            except AssertionError as error:
                problems.append(str(error))
            report = process.sanitizer_report()
            if report:
                problems.append(f"{process.name}: {report}")
        assert not problems, "\n".join(problems)
