# SPDX-License-Identifier: Apache-2.0
"""Writes the stubs of the npm package esptool-js as C++: stubs.py FOLDER_OF_THE_PACKAGE OUT.cpp CHIP…"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

HEAD = """// Made by hub/workbench/flash/stubs.py from the npm package esptool-js: do not edit.
#include "hub/workbench/flash/stub.hpp"

namespace hub::workbench::flash {
namespace {

"""


def array(name: str, data: bytes) -> str:
    lines = [", ".join(map(str, data[at : at + 24])) for at in range(0, len(data), 24)]
    return f"constexpr std::uint8_t {name}[] = {{\n    " + ",\n    ".join(lines) + "};\n"


def written(package: Path, chips: list[str]) -> str:
    arrays, rows = "", ""
    for chip in chips:
        file = package / f"lib/targets/stub_flasher/{chip}.json"
        if not file.exists():
            continue
        stub: dict[str, Any] = json.loads(file.read_text())
        arrays += array(f"{chip}_text", base64.b64decode(stub["text"])) + array(
            f"{chip}_data", base64.b64decode(stub["data"])
        )
        numbers = {key: f"{stub[key]:#x}" for key in ("entry", "text_start", "data_start")}
        rows += (
            f"    {{protocol::esp::Chip::{chip}, {numbers['entry']}, {numbers['text_start']}, {chip}_text, "
            f"{numbers['data_start']}, {chip}_data}},\n"
        )
    table = f"const Stub stubs[] = {{\n{rows}}};\n" if rows else ""
    loop = "    for (const Stub& stub : stubs) {\n        if (stub.chip == chip) return &stub;\n    }\n" if rows else ""
    return (
        HEAD + arrays + table + "\n} // namespace\n\nconst Stub* find_stub([[maybe_unused]] protocol::esp::Chip chip) "
        "noexcept {\n" + loop + "    return nullptr;\n}\n\n} // namespace hub::workbench::flash\n"
    )


def main() -> None:
    out = Path(sys.argv[2])
    text = written(Path(sys.argv[1]), sys.argv[3:])
    if not out.exists() or out.read_text() != text:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text)


main()
