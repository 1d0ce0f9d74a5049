# SPDX-License-Identifier: Apache-2.0
"""A serial line between a tool and a board: a rate, a latency, lost bytes, a cut. Each end is a pseudo terminal."""

from __future__ import annotations

import os
import queue
import select
import threading
import time
import tty
from collections.abc import Callable, Collection

_BITS = 10  # on the wire, for each byte
_PIECE = 64


class PacedLine:
    """`device` is the tool's end. Bytes to the board are counted in `to_board`, those from it in `to_tool`.

    `baud`: None for no limit. `latency`: seconds, in each direction. `drop`: which bytes to the board are lost, counted
    from 0. `cut_after`: how many bytes reach the board before the tool's end hangs up; `stall_after`: the same, but it
    does not hang up, and no byte passes any more.
    """

    def __init__(
        self,
        board: int,
        baud: int | None = None,
        latency: float = 0,
        drop: Collection[int] = (),
        cut_after: int | None = None,
        stall_after: int | None = None,
    ) -> None:
        self._board = board
        self._baud = baud
        self._latency = latency
        self._drop = frozenset(drop)
        self._cut_after = cut_after
        self._stall_after = stall_after
        self._tool, self._kept_open = os.openpty()
        tty.setraw(self._kept_open)
        self.device = os.ttyname(self._kept_open)
        self.to_board = 0
        self.to_tool = 0
        self.heard = b""  # from the board, the newest bytes
        self._closed = threading.Event()
        self._wake, self._woken = os.pipe()
        self._threads = [
            *self._direction(self._tool, self._give_board),
            *self._direction(board, self._give_tool),
        ]
        for thread in self._threads:
            thread.start()

    def _direction(self, source: int, give: Callable[[bytes], None]) -> list[threading.Thread]:
        waiting: queue.Queue[tuple[float, bytes] | None] = queue.Queue(1000)
        return [
            threading.Thread(target=self._take, args=(source, waiting), daemon=True),
            threading.Thread(target=self._deliver, args=(waiting, give), daemon=True),
        ]

    def _take(self, source: int, waiting: queue.Queue[tuple[float, bytes] | None]) -> None:
        while not self._closed.is_set():
            ready, _, _ = select.select([source, self._wake], [], [])
            if self._wake in ready:
                break
            try:
                data = os.read(source, _PIECE)
            except OSError:
                break
            waiting.put((time.monotonic() + self._latency, data))
        waiting.put(None)

    def _deliver(self, waiting: queue.Queue[tuple[float, bytes] | None], give: Callable[[bytes], None]) -> None:
        free_at = 0.0
        while (item := waiting.get()) is not None:
            at, data = item
            free_at = max(at, free_at) + (len(data) * _BITS / self._baud if self._baud else 0)
            time.sleep(max(0.0, free_at - time.monotonic()))
            if not self._closed.is_set():
                give(data)

    def _give_board(self, data: bytes) -> None:
        end = self._cut_after if self._stall_after is None else self._stall_after
        if end is not None:
            data = data[: end - self.to_board]
        kept = bytes(byte for i, byte in enumerate(data, self.to_board) if i not in self._drop)
        self.to_board += len(data)
        _write(self._board, kept)
        if self.to_board == self._cut_after:
            self.close()

    def _give_tool(self, data: bytes) -> None:
        if self.to_board == self._stall_after:
            return
        self.to_tool += len(data)
        self.heard = (self.heard + data)[-4000:]
        _write(self._tool, data)

    def close(self) -> None:
        """The tool's end hangs up; the board's stays."""
        if self._closed.is_set():
            return
        self._closed.set()
        os.write(self._woken, b"x")
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(5)
        for descriptor in (self._tool, self._kept_open, self._wake, self._woken):
            os.close(descriptor)

    def __enter__(self) -> PacedLine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _write(descriptor: int, data: bytes) -> None:
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        pass  # that end has gone: its bytes are lost, as on a wire
