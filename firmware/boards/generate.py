#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns boards' JSON files into constant C++ tables, and refuses files with mistakes.

generate.py OUT_DIR BOARD.json ...   writes OUT_DIR/<board>.hpp for each board and OUT_DIR/all.hpp
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

PIN_COUNT = 64
LIMIT_MS_MAX = 24 * 3600 * 1000
PULLS = ("none", "up", "down")
KINDS = {"inputs": ("button", "contact", "sensor"), "outputs": ("relay", "led", "buzzer")}
COUNT_MAX = {"inputs": 16, "outputs": 16}
LEDS_MAX = 64
# The names in firmware/contract/buttons.hpp.
BUTTONS = ("a", "b", "up", "down", "left", "right", "select", "start", "stick")
# The names in firmware/ports/shared/tuya_products.hpp.
SENSORS = ("neo_pir", "neo_door", "lsc_pir", "mirabella_pir", "record_door", "stuck_pir")
KEYS = r"[a-z0-9]|arrow(up|down|left|right)|enter|escape|space"


class Mistake(Exception):
    """What is wrong with a board's file, and where."""


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise Mistake(f"the key {key!r} comes twice in one object")
    return dict(pairs)


def check_keys(where: str, value: Any, required: set[str], optional: set[str] = frozenset()) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Mistake(f"{where} must be an object")
    if missing := sorted(required - value.keys()):
        raise Mistake(f"{where} lacks {', '.join(missing)}")
    if unknown := sorted(value.keys() - required - optional):
        raise Mistake(f"{where} has unknown keys: {', '.join(unknown)}")
    return value


def check_int(where: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Mistake(f"{where} must be a whole number from {low} to {high}, not {value!r}")
    return value


def check_text(where: str, value: Any, pattern: str = r"[^\x00-\x1f\"\\]{1,120}") -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise Mistake(f"{where} must be text like {pattern}, not {value!r}")
    return value


def check_at(where: str, value: Any, picture: dict[str, int]) -> None:
    if not isinstance(value, list) or len(value) != 2:
        raise Mistake(f"{where} must be [x, y]")
    check_int(f"{where}[0]", value[0], 0, picture["width"])
    check_int(f"{where}[1]", value[1], 0, picture["height"])


def check_part(where: str, part: Any, section: str, picture: dict[str, int]) -> None:
    common = {"name", "label", "kind", "pin", "at"}
    if section == "inputs":
        check_keys(where, part, common | {"pull", "active"}, {"key", "button"})
        if part["pull"] not in PULLS:
            raise Mistake(f"{where}.pull must be one of {', '.join(PULLS)}")
        check_int(f"{where}.active", part["active"], 0, 1)
        check_text(f"{where}.key", part.get("key", "x"), KEYS)
        if part.get("button", BUTTONS[0]) not in BUTTONS:
            raise Mistake(f"{where}.button must be one of {', '.join(BUTTONS)}, not {part['button']!r}")
    else:
        check_keys(where, part, common | {"safe", "max_on_ms", "min_off_ms"}, {"interlock", "color"})
        check_int(f"{where}.safe", part["safe"], 0, 1)
        check_int(f"{where}.max_on_ms", part["max_on_ms"], 0, LIMIT_MS_MAX)
        check_int(f"{where}.min_off_ms", part["min_off_ms"], 0, LIMIT_MS_MAX)
        check_text(f"{where}.interlock", part.get("interlock", "none"), r"[a-z0-9_]{1,32}")
        check_text(f"{where}.color", part.get("color", "#000000"), r"#[0-9a-f]{6}")
    check_text(f"{where}.name", part["name"], r"[a-z][a-z0-9_]{0,31}")
    check_text(f"{where}.label", part["label"])
    if part["kind"] not in KINDS[section]:
        raise Mistake(f"{where}.kind must be one of {', '.join(KINDS[section])}, not {part['kind']!r}")
    check_int(f"{where}.pin", part["pin"], 0, PIN_COUNT - 1)
    check_at(f"{where}.at", part["at"], picture)


def check_face(board: dict[str, Any]) -> None:
    if "screen" in board:
        screen = check_keys("screen", board["screen"], {"width", "height", "at"})
        check_int("screen.width", screen["width"], 64, 1024)
        check_int("screen.height", screen["height"], 64, 1024)
        check_at("screen.at", screen["at"], board["picture"])
    leds = board.get("leds", [])
    if not isinstance(leds, list) or len(leds) > LEDS_MAX:
        raise Mistake(f"leds must be a list of at most {LEDS_MAX} places")
    for index, at in enumerate(leds):
        check_at(f"leds[{index}]", at, board["picture"])


def check_uart(board: dict[str, Any]) -> None:
    if "uart1" not in board:
        return
    uart = check_keys("uart1", board["uart1"], {"part", "product", "led_at", "button_at"})
    if uart["part"] != "tuya":
        raise Mistake(f"uart1.part must be tuya, not {uart['part']!r}")
    if uart["product"] not in SENSORS:
        raise Mistake(f"uart1.product must be one of {', '.join(SENSORS)}, not {uart['product']!r}")
    check_at("uart1.led_at", uart["led_at"], board["picture"])
    check_at("uart1.button_at", uart["button_at"], board["picture"])


def check_board(board: Any, file_name: str) -> dict[str, Any]:
    required = {"board", "title", "description", "vm", "flash", "picture", "inputs", "outputs"}
    check_keys("the board", board, required, {"screen", "leds", "uart1"})
    if check_text("board", board["board"], r"[a-z][a-z0-9_]{0,31}") != file_name:
        raise Mistake(f"board is {board['board']!r}, but the file is {file_name}.json")
    check_text("title", board["title"])
    check_text("description", board["description"])
    vm = check_keys("vm", board["vm"], {"heap_bytes", "stack_bytes"})
    check_int("vm.heap_bytes", vm["heap_bytes"], 16 * 1024, 64 * 1024 * 1024)
    check_int("vm.stack_bytes", vm["stack_bytes"], 4 * 1024, 1024 * 1024)
    flash = check_keys("flash", board["flash"], {"bytes", "block_bytes", "program_bytes"})
    check_int("flash.program_bytes", flash["program_bytes"], 1, 4096)
    check_int("flash.block_bytes", flash["block_bytes"], 128, 64 * 1024)
    check_int("flash.bytes", flash["bytes"], 4 * flash["block_bytes"], 256 * 1024 * 1024)
    if flash["block_bytes"] % flash["program_bytes"] or flash["bytes"] % flash["block_bytes"]:
        raise Mistake("flash: bytes must be whole blocks, and a block whole program units")
    picture = check_keys("picture", board["picture"], {"width", "height"})
    check_int("picture.width", picture["width"], 16, 4096)
    check_int("picture.height", picture["height"], 16, 4096)
    check_face(board)
    check_uart(board)
    seen: dict[Any, str] = {}
    for section in ("inputs", "outputs"):
        if not isinstance(board[section], list) or len(board[section]) > COUNT_MAX[section]:
            raise Mistake(f"{section} must be a list of at most {COUNT_MAX[section]}")
        for index, part in enumerate(board[section]):
            where = f"{section}[{index}]"
            check_part(where, part, section, picture)
            keys = [part["name"], part["pin"]]
            if "button" in part:
                keys.append(f"button {part['button']}")
            for key in keys:
                if key in seen:
                    raise Mistake(f"{where} uses {key!r} again; {seen[key]} has it")
                seen[key] = where
    return board


def cpp_text(text: str) -> str:
    return '"' + text + '"'


def cpp_table(kind: str, name: str, rows: list[str]) -> list[str]:
    if not rows:
        return []
    return [f"inline constexpr {kind} {name}[] = {{"] + [f"    {{{row}}}," for row in rows] + ["};"]


def to_cpp(board: dict[str, Any]) -> str:
    name = board["board"]
    groups = sorted({part["interlock"] for part in board["outputs"] if "interlock" in part})
    inputs = [
        f"{cpp_text(part['name'])}, {part['pin']}, contract::Pull::{part['pull']}, {str(part['active'] == 1).lower()}, "
        f"{'contract::button::' + part['button'] if 'button' in part else 0}"
        for part in board["inputs"]
    ]
    outputs = [
        f"{cpp_text(part['name'])}, {part['pin']}, {str(part['safe'] == 1).lower()}, {part['max_on_ms']}, "
        f"{part['min_off_ms']}, {groups.index(part['interlock']) + 1 if 'interlock' in part else 0}"
        for part in board["outputs"]
    ]
    flash = board["flash"]
    screen = board.get("screen", {"width": 0, "height": 0})
    lines = [
        f"// Made by firmware/boards/generate.py from firmware/boards/{name}.json.",
        "#pragma once",
        "",
        '#include "firmware/boards/profile.hpp"',
        "",
        "namespace firmware::boards {",
        "",
        *cpp_table("Input", f"{name}_inputs", inputs),
        *cpp_table("Output", f"{name}_outputs", outputs),
        f"inline constexpr Profile {name}{{",
        f"    {cpp_text(name)},",
        f"    {cpp_text(board['title'])},",
        f"    {board['vm']['heap_bytes']},",
        f"    {board['vm']['stack_bytes']},",
        f"    {flash['bytes']},",
        f"    {flash['block_bytes']},",
        f"    {flash['program_bytes']},",
        f"    {name + '_inputs' if inputs else '{}'},",
        f"    {name + '_outputs' if outputs else '{}'},",
        f"    {{{screen['width']}, {screen['height']}}},",
        f"    {len(board.get('leds', []))},",
        f"    {cpp_text(board['uart1']['product']) if 'uart1' in board else '{}'},",
        "};",
        "",
        "} // namespace firmware::boards",
        "",
    ]
    return "\n".join(lines)


def all_boards(names: list[str]) -> str:
    lines = ["// Made by firmware/boards/generate.py: every board there is.", "#pragma once", ""]
    lines += [f'#include "boards/{name}.hpp"' for name in names]
    lines += ["", "namespace firmware::boards {", ""]
    lines += [f"inline constexpr const Profile* all[] = {{{', '.join('&' + name for name in names)}}};"]
    lines += ["", "} // namespace firmware::boards", ""]
    return "\n".join(lines)


def write_if_different(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    names = []
    for file in map(Path, sorted(arguments[1:])):
        try:
            text = file.read_text(encoding="utf-8")
            board = check_board(json.loads(text, object_pairs_hook=no_duplicates), file.stem)
        except (OSError, ValueError, Mistake) as error:
            print(f"{file}: {error}", file=sys.stderr)
            return 1
        write_if_different(out / f"{file.stem}.hpp", to_cpp(board))
        names.append(file.stem)
    write_if_different(out / "all.hpp", all_boards(names))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
