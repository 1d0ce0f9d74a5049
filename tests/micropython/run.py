#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""MicroPython's own tests on a board of ours.

    run.py virtual                           on virtual boards, started and ended here
    run.py an521                             on emulated microcontrollers, started and ended here
    run.py /dev/ttyUSB0                      on a board that is there: a serial device, or the pty of an emulator
    run.py virtual basics/* extmod/json_*    only these

What may fail or is skipped stands in expected.toml with its reason; whatever else is not passed is a failure, and so is
an entry that is no longer true. A board that is there gets files on its flash: /lib/unittest.py, /data and what the
tests of `import` import.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ouroboard"
TREE = Path(os.environ.get("MICROPYTHON_DIR") or CACHE / "micropython-1.25.0")
BIN = Path(os.environ.get("OURO_BIN_DIR", ROOT / "build/dev/bin"))
LIMIT_S = {"virtual": 300, "an521": 600, "device": 1200}
BOARDS = 4  # more than cores: a test is mostly two programs that wait for each other
STARTED_HERE = {
    "virtual": [str(BIN / "ouro-board"), "--board", "intercom"],
    "an521": [sys.executable, str(ROOT / "firmware/ports/mps2_an521/qemu.py")],
}

sys.path[:0] = [str(HERE), str(ROOT / "tests/e2e"), str(TREE / "tools")]

import expectations  # noqa: E402
from parts.processes import Process, Registry  # noqa: E402
from parts.waiting import eventually  # noqa: E402


class Share:
    """One board's part of the tests, on a copy of them: some write files beside themselves."""

    def __init__(self, tests: list[str], expected: expectations.Expected, folder: Path, limit_s: float):
        self.tests = tests
        self.expected = expected
        self.folder = folder
        self.limit_s = limit_s
        self.outcomes: dict[str, str] = {}
        self.problem = ""
        self._lines: list[str] = []

    def run(self, device: str) -> None:
        shutil.copytree(TREE / "tests", self.folder / "tests", ignore=shutil.ignore_patterns("multi_*", "net_*"))
        shutil.copytree(HERE / "ours", self.folder / "tests/ours")
        (self.folder / "tools").mkdir()
        shutil.copy(TREE / "tools/pyboard.py", self.folder / "tools")
        upload(device)
        self._run_tests(device, self.tests)
        missing = [test for test in self.tests if test not in self.outcomes]
        if missing:
            said = "\n".join(self._lines[-20:])
            self.problem = f"the run on {device} ended before {missing[0]} ({len(missing)} were left); it said:\n{said}"
            return
        # A board drops what nobody reads for 100 ms, and a busy machine may not read for so long: once more.
        surprises = [test for test, _ in self.expected.judge(self.outcomes) if self.outcomes[test] == "failed"]
        if surprises:
            self._run_tests(device, surprises)

    def _run_tests(self, device: str, tests: list[str]) -> None:
        words = [sys.executable, "-B", "run-tests.py", "-t", f"port:{device}", "-r", str(self.folder / "results")]
        with subprocess.Popen(
            [*words, *tests],
            cwd=self.folder / "tests",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as runner:
            too_long = threading.Timer(self.limit_s, runner.kill)
            too_long.start()
            for line in runner.stdout or []:
                self._take(line.rstrip())
            too_long.cancel()

    def _take(self, line: str) -> None:
        print(line, flush=True)
        self._lines.append(line)
        words = line.split()
        if len(words) >= 2 and words[0] in expectations.WORDS:
            self.outcomes[words[1]] = expectations.WORDS[words[0]]

    def difference(self, test: str) -> str:
        """What was expected and what came, for a test that failed."""
        stem = str(self.folder / "results" / test.replace("/", "_"))
        if not Path(stem + ".out").exists():
            return ""
        expected = stem + ".exp" if Path(stem + ".exp").exists() else os.devnull
        return subprocess.run(
            ["diff", "-u", "--label", "expected", "--label", "board", expected, stem + ".out"],
            capture_output=True,
            text=True,
            errors="replace",
        ).stdout[:4000]


def upload(device: str) -> None:
    """Puts on the board's flash what tests read or import."""
    import pyboard  # the tree's own

    files = {f"/lib/{path.name}": path for path in (HERE / "on_board").glob("*.py")}
    for group in ("io/data", "unicode/data"):
        files |= {f"/data/{path.name}": path for path in (TREE / "tests" / group).iterdir()}
    imported = TREE / "tests/import"
    files |= {f"/{path.relative_to(imported)}": path for path in imported.rglob("*.py")}
    board = pyboard.Pyboard(device)
    board.enter_raw_repl()
    board.exec("import os\ndef made(folder):\n try: os.mkdir(folder)\n except OSError: pass")
    for folder in sorted({str(above) for name in files for above in Path(name).parents} - {"/"}):
        board.exec(f"made({folder!r})")
    for name, path in files.items():
        board.exec(f"with open({name!r}, 'wb') as f: f.write({path.read_bytes()!r})")
    board.exit_raw_repl()
    board.close()


def start_board(target: str, registry: Registry, folder: Path) -> str:
    argv = [*STARTED_HERE[target], "--dir", str(folder / "board")]
    process = registry.add(Process(f"{target} board", argv, folder / "board.log"))
    process.start()
    port = folder / "board/uart0"
    eventually(lambda: port.exists() or not process.alive, 20, "the board has a serial port", every=0.02)
    assert process.alive, f"the board ended: {process.tail()}"
    return str(port)


def run_on_started(target: str, tests: list[str], expected: expectations.Expected, folder: Path) -> list[Share]:
    shares = []
    registry = Registry()
    try:
        threads = []
        for number in range(min(BOARDS, len(tests))):
            own = folder / str(number)
            own.mkdir()
            share = Share(tests[number::BOARDS], expected, own, LIMIT_S[target])
            shares.append(share)
            threads.append(threading.Thread(target=share.run, args=[start_board(target, registry, own)]))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        registry.end()
    return shares


def run_on_device(device: str, tests: list[str], expected: expectations.Expected, folder: Path) -> list[Share]:
    share = Share(tests, expected, folder, LIMIT_S["device"])
    share.run(device)
    return [share]


def report(shares: list[Share], expected: expectations.Expected, chosen: list[str], took_s: float) -> bool:
    """Prints what is not as expected, then one line; true when there is nothing."""
    outcomes = {test: outcome for share in shares for test, outcome in share.outcomes.items()}
    complaints = [share.problem for share in shares if share.problem]
    for test, complaint in expected.judge(outcomes):
        complaints.append(complaint)
        complaints += filter(None, (share.difference(test) for share in shares if test in share.outcomes))
    if not chosen:
        complaints += expected.unused
    print("\n".join(["", *complaints]))
    counts = {word: list(outcomes.values()).count(word) for word in ("passed", "failed", "skipped")}
    said = ", ".join(f"{count} {word}" for word, count in counts.items())
    verdict = "as expected" if not complaints else f"{len(complaints)} complaints"
    print(f"MicroPython's own tests: {said} in {took_s:.0f} s; {verdict}")
    return not complaints


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", help='"virtual", "an521", or a serial device')
    parser.add_argument("tests", nargs="*", help="patterns of test files, from the tests' folder (default: all)")
    options = parser.parse_args()
    if not (TREE / "tests/run-tests.py").exists():
        parser.error(f"no MicroPython source in {TREE}; try: ./dev setup")
    kind = "virtual" if options.target == "virtual" else "device"
    expected = expectations.Expected.load(HERE / "expected.toml", [TREE / "tests", HERE], kind)
    tests = expected.tests(options.tests)
    if not tests:
        parser.error(f"no test is called {' '.join(options.tests)}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ouro-micropython-") as folder:
        if options.target in STARTED_HERE:
            shares = run_on_started(options.target, tests, expected, Path(folder))
        else:
            shares = run_on_device(options.target, tests, expected, Path(folder))
        good = report(shares, expected, options.tests, time.monotonic() - started)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
