# SPDX-License-Identifier: Apache-2.0
"""The golden vectors of the link, read as Python reads them: every language agrees on the same bytes."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "protocol/vectors/link.json").read_text(encoding="utf-8"))
FRAME_SIZE_MAX = 1024
DEPTH_MAX = 6


def check(value: Any, depth: int = 1) -> None:
    """What docs/protocol.md asks beyond JSON, and Python's json does not."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number that is not finite")
    if isinstance(value, str):
        value.encode()  # UnicodeEncodeError, a ValueError, for half a surrogate pair
    if isinstance(value, (list, dict)):
        if depth > DEPTH_MAX:
            raise ValueError("nested too deeply")
        for inner in value if isinstance(value, list) else [*value.keys(), *value.values()]:
            check(inner, depth + 1)


def read(text: str) -> Any:
    value = json.loads(text)
    check(value)
    return value


def write(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class Splitter:
    """The rules of docs/protocol.md, "Framing", as short as they can be said."""

    FRAME = re.compile(rb"\x1e(\[[^\x00-\x1f]*\])\n")
    BEGINNING = re.compile(rb"\x1e(\[[^\x00-\x1f]*)?")

    def __init__(self) -> None:
        self.held = b""
        self.out: list[list[str]] = []

    def feed(self, piece: bytes) -> None:
        self.held += piece
        while self.held:
            frame = self.FRAME.match(self.held)
            if frame and frame.end() <= FRAME_SIZE_MAX:
                self.out.append(["frame", frame[1].decode()])
                self.held = self.held[frame.end() :]
            elif self.BEGINNING.fullmatch(self.held) and len(self.held) < FRAME_SIZE_MAX:
                return  # it may still become a frame
            else:
                self.console(1)

    def console(self, size: int) -> None:
        text, self.held = self.held[:size].decode("latin-1"), self.held[size:]
        if self.out and self.out[-1][0] == "console":
            self.out[-1][1] += text
        elif text:
            self.out.append(["console", text])

    def flush(self) -> None:
        self.console(len(self.held))


def split(stream: bytes, size: int) -> list[list[str]]:
    """What comes out of a stream that arrives in pieces of `size` bytes."""
    splitter = Splitter()
    for start in range(0, len(stream), size):
        splitter.feed(stream[start : start + size])
    splitter.flush()
    return splitter.out


@pytest.mark.parametrize("message", VECTORS["messages"], ids=lambda message: message["name"])
def test_a_message_is_an_array_with_a_word_in_front_and_is_written_as_it_was_read(message: dict[str, str]) -> None:
    value = read(message["json"])
    assert isinstance(value, list) and isinstance(value[0], str)
    assert write(value) == message["json"]


@pytest.mark.parametrize("message", VECTORS["messages"], ids=lambda message: message["name"])
def test_a_message_fits_in_a_frame(message: dict[str, str]) -> None:
    frame = b"\x1e" + message["json"].encode() + b"\n"
    assert split(frame, 7) == [["frame", message["json"]]]


@pytest.mark.parametrize("text", VECTORS["not_json"])
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read(text)


@pytest.mark.parametrize("stream", VECTORS["streams"], ids=lambda stream: stream["name"])
def test_a_stream_is_split_the_same_however_it_arrives(stream: dict[str, Any]) -> None:
    data = stream["bytes"].encode("latin-1")
    for size in range(1, len(data) + 1):
        assert split(data, size) == stream["out"], f"in pieces of {size}"


@pytest.mark.parametrize("more", [0, 1])
def test_the_longest_frame_is_taken_and_nothing_longer(more: int) -> None:
    text = '["' + "a" * (FRAME_SIZE_MAX - 6 + more) + '"]'
    stream = b"\x1e" + text.encode() + b"\n"
    assert len(stream) == FRAME_SIZE_MAX + more
    assert split(stream, 100) == [["frame", text] if more == 0 else ["console", stream.decode()]]
