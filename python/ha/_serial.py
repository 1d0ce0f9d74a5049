# SPDX-License-Identifier: Apache-2.0
"""The home at the other end of the serial port: frames beside what is printed (docs/protocol.md, 1)."""

import gc

from ._board import Board, parse
from ._console import Console, Link
from ._platform import dumps

_SEPARATOR = 0x1E
_FRAME_MAX = 1024
_SILENCE_MS = 25_000
_UP_EVERY_MS = 10_000
_INTRODUCE_EVERY_MS = 250
_RAW = {"event": 3, "call": 4}  # the part that is JSON already


class FrameReader:
    """Finds frames among other bytes; those are for a prompt that is not there while a program runs."""

    def __init__(self):
        self._held = None  # None: not inside a frame

    def feed(self, data):
        """The contents of the frames that have ended in `data`, as bytes."""
        frames = []
        for byte in data:
            if byte == _SEPARATOR:
                self._held = bytearray()
            elif self._held is None:
                continue
            elif byte == 0x0A:
                if self._held[-1:] == b"]":
                    frames.append(bytes(self._held))
                self._held = None
            elif byte < 0x20 or len(self._held) == _FRAME_MAX - 2 or (not self._held and byte != 0x5B):
                self._held = None
            else:
                self._held.append(byte)
        return frames


class Serial(Board):
    def __init__(self, settings):
        Board.__init__(self, settings)
        self._console = Console()
        self.link = Link(self._console.readable)
        self._reader = FrameReader()
        self._heard_at = 0
        self._next_up = 0
        self._introduced_at = -_INTRODUCE_EVERY_MS
        self._introduce_at = None
        self._said_hello = False

    def serve(self):
        """Hears and says what there is; returns the milliseconds until it has to be called again."""
        self.link.stirred = False
        for content in self._reader.feed(self._console.read()):
            self._hear(parse(content, list))
        now = self.now()
        if self.up and now - self._heard_at >= _SILENCE_MS:
            self.up = False
        if self._introduce_at is not None and now >= self._introduce_at and self._declared:
            self._introduce_at = None
            self.introduce()
        if self.listened_to and now >= self._next_up:
            self._next_up = now + _UP_EVERY_MS
            self._say_up(now)
        until = now + self.keep_limits()
        if self.busy:
            return 0
        if self.up:
            until = min(until, self._next_up, self._heard_at + _SILENCE_MS)
        if self._introduce_at is not None:
            until = min(until, self._introduce_at)
        return max(0, until - now)

    def _hear(self, message):
        word = message[0] if message else None
        if word == "who" or word == "up":
            now = self.now()
            self._heard_at = now
            if word == "up" and len(message) > 1:
                self.hear_time(message[1])
            if word == "who" or not self.up:
                self.up = True
                self._introduce_at = max(now, self._introduced_at + _INTRODUCE_EVERY_MS)
        elif word == "set":
            self.hear_set(message)
        elif word == "ha" and len(message) > 2:
            self.hear_state(message[1], message[2], message[3] if len(message) > 3 else {})
        elif word == "answer" and len(message) > 2:
            self.hear_answer(*message[1:5])

    def introduce(self):
        if self.up or not self._said_hello:  # once unasked, for a hub that is there already
            self._said_hello = True
            self._write("hello", dumps(self.hello()))
        if not self.up:
            return
        self._introduced_at = self.now()
        self._say_declaration()
        self.say_again()

    def _say_declaration(self):
        """Written entity by entity: a small heap in use has no room left in one piece for a whole frame."""
        total = len(self.entities)
        start = 0
        while True:
            end = start
            size = 32  # for what is around the entities
            while end < total:
                size += len(self._declaration_of(end)) + 1
                if size > _FRAME_MAX - 2 and end > start:
                    break
                end += 1
            write = self._console.write
            write(b'\x1e["decl",[')
            for i in range(start, end):
                if i > start:
                    write(b",")
                write(self._declaration_of(i))
            write(b"]]\n" if end - start == total else f"],{start},{total}]\n".encode())
            if end == total:
                return
            start = end

    def _declaration_of(self, i):
        entity = self.entities[i]
        return f"[{dumps(entity.id)},{dumps(entity.kind)},{dumps(entity.name)},{entity.options}]".encode()

    def say(self, message):
        word = message[0]
        raw = _RAW.get(word)
        if word == "call":  # without its time, and without a false at the end
            message = message[: 6 if message[5] else 5]
        parts = message[1:]
        self._write(word, *[part if raw == i else dumps(part) for i, part in enumerate(parts, 1)])

    def say_state(self, entity):
        entity.unsaid = False
        self._write("state", dumps(entity.id), dumps(entity.value), str(entity.at))

    def say_output(self, output):
        at = str(self.output_time(output))
        self._write("output", dumps(output.name), dumps(output.is_on), at, dumps(output.cause))

    def say_watched(self):
        self._write("watch", dumps(self.watched))

    def _say_up(self, now):
        figures = {"dropped": self.dropped}
        if hasattr(gc, "mem_free"):
            figures["heap"] = gc.mem_free()
        self._write("up", str(now), dumps(figures))

    def _write(self, word, *parts):
        frame = ('\x1e["' + word + '",' + ",".join(parts) + "]\n").encode()
        if len(frame) > _FRAME_MAX:
            self.dropped += 1
        else:
            self._console.write(frame)
