# SPDX-License-Identifier: Apache-2.0
"""Compiles `ha` for boards: `python3 python/make_mpy.py MPY_CROSS FOLDER` makes FOLDER/ha with its .mpy files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent / "ha"
NOT_FOR_BOARDS = {"_cpython"}
NOT_FOR_MICROPYTHON = {*NOT_FOR_BOARDS, "_circuitpython"}


def make(mpy_cross: str, folder: Path) -> int:
    """Returns the bytes of all files."""
    target = folder / PACKAGE.name
    target.mkdir(parents=True, exist_ok=True)
    size = 0
    for source in sorted(PACKAGE.glob("*.py")):
        if source.stem in NOT_FOR_MICROPYTHON:
            continue
        compiled = target / f"{source.stem}.mpy"
        # The short name is what tracebacks say.
        subprocess.run([mpy_cross, "-s", f"ha/{source.name}", "-o", str(compiled), str(source)], check=True)
        size += compiled.stat().st_size
    return size


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(make(sys.argv[1], Path(sys.argv[2])), "bytes")
