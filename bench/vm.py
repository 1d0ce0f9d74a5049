# SPDX-License-Identifier: Apache-2.0
"""How fast Python runs on a virtual board, beside MicroPython's unix port from the same source tree.

    vm.py MICROPYTHON_DIR BOARD_SERIAL_PORT STOCK_PORT SAME_FLAGS_PORT

The programs are the tree's own perf_bench, run one at a time on all three in turn, so that whatever else the machine
does hits all of them alike. A ratio is another one's median time by the board's: above 1 the board is faster.
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROUNDS = int(os.environ.get("OURO_ROUNDS", "25"))
N = M = 1000  # the sizes for a PC
HEAP = "2048K"  # the unix port's own default on 64 bits; bench/vm.sh gives the board the same
FLAGS = ("as stock", "same flags")


class Failed(Exception):
    pass


class Machine:
    """What runs a program of perf_bench: the board at a serial port, or a unix port."""

    def __init__(self, perfbench, target):
        self._perfbench = perfbench
        self._target = target

    def run(self, script: bytes) -> tuple[int, str]:
        """Microseconds, and the result as text."""
        took_us, _, result = self._perfbench.run_benchmark_on_target(self._target, script)
        if took_us < 0:
            raise Failed(result)
        return took_us, result


def load_perfbench(tree: Path):
    """The tree's run-perfbench.py as a module; it looks for its files from the tests' folder."""
    os.chdir(tree / "tests")
    sys.path.insert(0, os.getcwd())
    return __import__("run-perfbench")


def script_of(test: Path) -> bytes:
    return b"\n".join(
        [
            b"import sys",
            b"if '' in sys.path: sys.path.remove('')",
            test.read_bytes(),
            Path("perf_bench/benchrun.py").read_bytes(),
            b"bm_run(%d, %d)" % (N, M),
        ]
    )


def expected_of(test: Path, script: bytes) -> str:
    known = Path(f"{test}.exp")
    if known.exists():
        return known.read_text().strip()
    answer = subprocess.run([sys.executable, "-B", "-"], input=script, stdout=subprocess.PIPE, check=True).stdout
    return answer.decode().strip().split(None, 2)[2]


def measure(test: Path, machines: list[Machine]) -> list[float]:
    """The median of each machine's times, in microseconds."""
    script = script_of(test)
    times: list[list[int]] = [[] for _ in machines]
    for turn in range(ROUNDS):
        for place in range(len(machines)):
            which = (place + turn) % len(machines)  # nobody always follows the same one
            took_us, result = machines[which].run(script)
            times[which].append(took_us)
            if turn == 0 and result not in ("None", expected_of(test, script)):
                raise Failed(f"a wrong result: {result[:80]}")
    return [statistics.median(of_one) for of_one in times]


def geometric_mean(ratios: list[float]) -> float:
    return math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))


def main() -> int:
    tree = Path(sys.argv[1]).resolve()
    port, *unix_ports = [str(Path(word).absolute()) for word in sys.argv[2:5]]
    perfbench = load_perfbench(tree)
    board = perfbench.pyboard.Pyboard(port)
    machines = [Machine(perfbench, board)]
    machines += [Machine(perfbench, [unix, "-X", f"heapsize={HEAP}"]) for unix in unix_ports]
    print(f"{'N=M=' + str(N):26}{'board':>12}{FLAGS[0]:>12}{FLAGS[1]:>12}{'ratio':>9}{'ratio':>9}   ({ROUNDS} rounds)")
    ratios: list[list[float]] = [[], []]
    wrong = 0
    # Machine code is not made on a board; the rest has no bm_run.
    for test in sorted(test for test in Path("perf_bench").glob("*.py") if not test.name.startswith("viper_")):
        if test.name == "benchrun.py":
            continue
        try:
            ours, *theirs = measure(test, machines)
        except Failed as why:
            print(f"{test.stem:26}{why}")
            wrong += 1
            continue
        for of_one, other in zip(ratios, theirs, strict=True):
            of_one.append(other / ours)
        row = "".join(f"{us:9.0f} us" for us in (ours, *theirs))
        print(f"{test.stem:26}{row}" + "".join(f"{of_one[-1]:9.2f}" for of_one in ratios), flush=True)
    board.exit_raw_repl()
    board.close()
    stock, same = (geometric_mean(of_one) for of_one in ratios)
    print(f"vm: stock_ratio={stock:.2f} same_flags_ratio={same:.2f} worst={min(ratios[1]):.2f}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
