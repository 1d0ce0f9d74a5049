# SPDX-License-Identifier: Apache-2.0
"""What is in the image, and what must not be."""

from __future__ import annotations

import re
import subprocess

from emulated import IMAGE

SLOT_BYTES = 4 * 1024 * 1024


def symbols() -> set[str]:
    done = subprocess.run(["arm-none-eabi-nm", str(IMAGE)], capture_output=True, text=True, check=True)
    return {line.split()[-1] for line in done.stdout.splitlines()}


def test_nothing_in_the_image_can_allocate_from_a_system_or_throw() -> None:
    names = symbols()
    assert "nlr_jump_abort" in names, "this is not the firmware"
    # printf and vprintf are MicroPython's own, over its own console.
    heap = r"_?(malloc|calloc|realloc|free|sbrk)(_r)?"
    unwanted = re.compile(heap + r"|__cxa_(throw|allocate_exception)|_Unwind_.*|v?[fs]printf")
    assert not {name for name in names if unwanted.fullmatch(name)}


def test_row_3_9_the_image_fits_into_its_slot() -> None:
    done = subprocess.run(["arm-none-eabi-size", str(IMAGE)], capture_output=True, text=True, check=True)
    text, data = map(int, done.stdout.splitlines()[1].split()[:2])
    assert 100_000 < text + data <= SLOT_BYTES
