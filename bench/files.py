# SPDX-License-Identifier: Apache-2.0
"""Pushes a tree of Python files to a board, twice, and once more with one file changed; then random bytes.

The board is MicroPython's unix port, behind a line of 115,200 baud with a latency in each direction: a USB bridge has
one of 1 ms at best and of 16 ms as it comes. Each tool has a board of its own and they take turns. What counts is how
long the command takes from its start to its end; what arrived is compared with what was sent. ampy, which can't tell
what is there already, pushes ten of the files.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/e2e"))
from parts.paced_line import PacedLine  # noqa: E402
from parts.unix_board import UnixBoard  # noqa: E402

BAUD = 115_200
FILES = 50
AMPY_FILES = 10
RANDOM_BYTES = 20_000


@dataclass
class Cost:
    seconds: float
    sent: int
    heard: int


@dataclass
class Target:
    """One tool's board."""

    name: str
    argv: list[str]
    folder: Path
    line: PacedLine

    def push(self, what: str, source: Path) -> Cost:
        words = [word.format(device=self.line.device, source=source) for word in self.argv]
        sent, heard, start = self.line.to_board, self.line.to_tool, time.monotonic()
        environment = {**os.environ, "OURO_DATA": "/nonexistent", "OURO_BOARD": self.line.device}
        done = subprocess.run(words, cwd=source, env=environment, capture_output=True, text=True, timeout=900)
        cost = Cost(time.monotonic() - start, self.line.to_board - sent, self.line.to_tool - heard)
        if done.returncode != 0:
            sys.exit(f"files: {self.name} failed: {done.stderr[-500:]}{done.stdout[-500:]}")
        check(source, self.folder)
        print(f"  {what:22} {self.name:9} {cost.seconds:7.2f} s {cost.sent:8} B out {cost.heard:7} B in", flush=True)
        return cost


def check(source: Path, folder: Path) -> None:
    for path in source.rglob("*"):
        there = folder / path.relative_to(source)
        if path.is_file() and (not there.is_file() or there.read_bytes() != path.read_bytes()):
            sys.exit(f"files: {path} did not arrive as it is")


def make_tree(micropython: Path, tree: Path) -> None:
    """Files of MicroPython's own, of the sizes that programs have; always the same ones."""
    folders = ("tests", "tools", "extmod", "examples", "ports")
    found = sorted(path for folder in folders for path in (micropython / folder).rglob("*.py"))
    sized = [path for path in found if 2_100 < path.stat().st_size < 10_000]
    step = len(sized) / FILES
    for i in range(FILES):
        path = sized[int(i * step)]
        to = tree / ("" if i % 5 else f"lib{i // 10}") / f"{i:02}_{path.name}"
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)


# Every path on the board is relative: the root of the unix port is this machine's.
def tools(binaries: Path) -> dict[str, list[str]]:
    scripts = Path(sys.executable).parent
    return {
        "ouro": [str(binaries / "ouro"), "sync", "{source}", ":"],
        "mpremote": [str(scripts / "mpremote"), "connect", "{device}", "cp", "-r", ".", ":"],
        "ampy": [str(scripts / "ampy"), "-p", "{device}", "put", "{source}", "."],
    }


@contextlib.contextmanager
def boards(binaries: Path, work: Path, latency: float, names: list[str]) -> Iterator[list[Target]]:
    with contextlib.ExitStack() as stack:
        found = []
        for name in names:
            folder = Path(tempfile.mkdtemp(dir=work))
            board = stack.enter_context(UnixBoard(binaries / "unix-board", folder))
            line = stack.enter_context(PacedLine(board.line, BAUD, latency))
            found.append(Target(name, tools(binaries)[name], folder, line))
        yield found


def measure(binaries: Path, work: Path, tree: Path, milliseconds: int) -> dict[str, float]:
    print(f"{milliseconds} ms of latency", flush=True)
    changed = work / f"changed{milliseconds}"
    shutil.copytree(tree, changed)
    one = sorted(changed.glob("*.py"))[7]
    one.write_text(one.read_text().replace("import", "import ", 1) + "\n# changed\n")
    ratios = {}
    with boards(binaries, work, milliseconds / 1000, ["ouro", "mpremote"]) as targets:
        for what, source in (("first", tree), ("unchanged", tree), ("changed", changed)):
            ours, theirs = (target.push(what, source) for target in targets)
            ratios[f"{what}_{milliseconds}ms"] = theirs.seconds / ours.seconds
    return ratios


def measure_random(binaries: Path, work: Path) -> dict[str, float]:
    print("random bytes, 1 ms of latency", flush=True)
    source = work / "random"
    (source / "data").mkdir(parents=True)  # without a folder in it mpremote takes it for a file
    for name in ("one.bin", "two.bin"):
        (source / "data" / name).write_bytes(random.Random(name).randbytes(RANDOM_BYTES))
    with boards(binaries, work, 0.001, ["ouro", "mpremote"]) as targets:
        ours, theirs = (target.push("random", source) for target in targets)
    return {"random_1ms": theirs.seconds / ours.seconds}


def measure_ampy(binaries: Path, work: Path, tree: Path) -> None:
    print(f"{AMPY_FILES} of the files, 1 ms of latency", flush=True)
    few = work / "few"
    few.mkdir()
    for path in sorted(tree.glob("*.py"))[:AMPY_FILES]:
        shutil.copy(path, few)
    with boards(binaries, work, 0.001, ["ouro", "ampy"]) as targets:
        for target in targets:
            target.push("first, ten files", few)


def main() -> None:
    binaries, micropython = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    work = Path(tempfile.mkdtemp(prefix="ouro-files-"))
    try:
        tree = work / "tree"
        make_tree(micropython, tree)
        size = sum(path.stat().st_size for path in tree.rglob("*.py"))
        print(f"{FILES} Python files, {size} bytes, {BAUD} baud", flush=True)
        ratios = measure(binaries, work, tree, 1) | measure(binaries, work, tree, 16)
        measure_ampy(binaries, work, tree)
        ratios |= measure_random(binaries, work)
    finally:
        shutil.rmtree(work)
    print("files: " + " ".join(f"{name}={ratio:.1f}" for name, ratio in ratios.items()))


if __name__ == "__main__":
    main()
