#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a bitmap font of the X Window System (PCF, gzipped) into a table of 8×16 glyphs for ASCII 32 to 126.

generate.py FONT.pcf.gz OUT.hpp     The format: https://fontforge.org/docs/techref/pcf-format.html
"""

import gzip
import struct
import sys
from pathlib import Path

METRICS, BITMAPS, ENCODINGS = 1 << 2, 1 << 3, 1 << 5
COMPRESSED, BIG_ENDIAN, HIGH_BIT_FIRST = 0x100, 0x4, 0x8
FIRST, LAST, WIDTH, HEIGHT = 32, 126, 8, 16


class Table:
    """One table of the file, read in the byte order that it states."""

    def __init__(self, data: bytes, kind: int) -> None:
        (count,) = struct.unpack_from("<I", data, 4)
        for index in range(count):
            found, _, size, offset = struct.unpack_from("<4I", data, 8 + 16 * index)
            if found == kind:
                self.data = data[offset : offset + size]
                (self.format,) = struct.unpack_from("<I", self.data)
                self.order = ">" if self.format & BIG_ENDIAN else "<"
                return
        raise ValueError(f"the font has no table of kind {kind}")

    def read(self, layout: str, offset: int) -> tuple[int, ...]:
        return struct.unpack_from(self.order + layout, self.data, offset)


def glyph_index(encodings: Table, character: int) -> int:
    low, high, row_low, row_high, _ = encodings.read("5h", 4)
    if row_low or row_high or not low <= character <= high:
        raise ValueError(f"the font does not have character {character} in a single row")
    return encodings.read("H", 14 + 2 * (character - low))[0]


def check_metrics(metrics: Table, glyph: int) -> None:
    if not metrics.format & COMPRESSED:
        raise ValueError("the font's metrics are not in their compact form")
    left, right, width, ascent, descent = (value - 0x80 for value in metrics.read("5B", 6 + 5 * glyph))
    if (left, right, width, ascent + descent) != (0, WIDTH, WIDTH, HEIGHT):
        raise ValueError(f"glyph {glyph} is not {WIDTH}×{HEIGHT}")


def glyph_rows(bitmaps: Table, glyph: int) -> list[int]:
    if not bitmaps.format & HIGH_BIT_FIRST:
        raise ValueError("the font's left pixels are not in the high bits")
    (count,) = bitmaps.read("I", 4)
    (offset,) = bitmaps.read("I", 8 + 4 * glyph)
    start = 8 + 4 * count + 16 + offset
    row_bytes = 1 << (bitmaps.format & 3)
    return [bitmaps.data[start + row_bytes * row] for row in range(HEIGHT)]


def read_font(data: bytes) -> list[list[int]]:
    if not data.startswith(b"\x01fcp"):
        raise ValueError("this is not a PCF font")
    metrics, bitmaps, encodings = (Table(data, kind) for kind in (METRICS, BITMAPS, ENCODINGS))
    glyphs = []
    for character in range(FIRST, LAST + 1):
        glyph = glyph_index(encodings, character)
        check_metrics(metrics, glyph)
        glyphs.append(glyph_rows(bitmaps, glyph))
    return glyphs


def to_cpp(glyphs: list[list[int]], name: str) -> str:
    rows = ["    {" + ", ".join(f"0x{row:02x}" for row in glyph) + "}," for glyph in glyphs]
    return "\n".join(
        [
            f"// Made by firmware/runtime/font/generate.py from {name}.",
            "#pragma once",
            "",
            "#include <cstdint>",
            "",
            "namespace firmware::runtime {",
            "",
            f"inline constexpr char font_first = {FIRST};",
            f"inline constexpr char font_last = {LAST};",
            "/// A glyph is 16 rows from the top, its left pixel in the high bit.",
            f"inline constexpr std::uint8_t font_glyphs[][{HEIGHT}] = {{",
            *rows,
            "};",
            "",
            "} // namespace firmware::runtime",
            "",
        ]
    )


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    source, out = map(Path, arguments)
    try:
        text = to_cpp(read_font(gzip.decompress(source.read_bytes())), source.name)
    except (OSError, ValueError, IndexError, struct.error) as error:
        print(f"{source}: {error}", file=sys.stderr)
        return 1
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
