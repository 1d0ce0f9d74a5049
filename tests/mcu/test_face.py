# SPDX-License-Identifier: Apache-2.0
"""The badge's face on the emulated board, seen through its panel."""

from __future__ import annotations

from emulated import Console
from viewer import Viewer


def test_row_3_35_the_menu_is_on_the_screen_and_answers_a_key(viewer: Viewer) -> None:
    viewer.look(10, lambda: viewer.shown)
    assert len(set(viewer.pixels)) > 1
    viewer.press("a")


def test_python_draws_and_lights(viewer: Viewer, console: Console) -> None:
    assert console.run("import badge") == ""
    assert console.run("badge.display.clear(0xF800); badge.display.show(); badge.leds.fill(1, 2, 3)") == ""
    viewer.look(10, lambda: set(viewer.pixels) == {0xF800} and viewer.leds == "010203" * 12)
    assert set(viewer.pixels) == {0xF800}
    assert viewer.leds == "010203" * 12
