# SPDX-License-Identifier: Apache-2.0
"""CircuitPython's web workflow, stricter than any board: a request that a board would misunderstand fails the test."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import select
import shutil
import socketserver
import threading
import time
import urllib.parse
from http import HTTPStatus
from pathlib import Path

_VALUE_MAX = 255  # of a path and of a header
_RING = 16  # bytes that the board's terminal takes at once
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class WebBoard:
    """Its files are those of `folder`. `usb` says that a computer has its drive; `room` is what is free, in bytes.

    `line` is the board's end of its serial line, for its terminal.
    """

    def __init__(
        self, folder: Path, password: str = "secret", leads_to: WebBoard | None = None, line: int | None = None
    ) -> None:
        self.folder = folder
        self.line = line
        self.password = password
        self.leads_to = leads_to  # as circuitpython.local does
        self.usb = False
        self.room = 100_000
        self.breaks_at: int | None = None  # which MOVE the board loses its power at, counted from 1
        self.moves = 0
        self.requests: list[str] = []
        self.complaints: list[str] = []
        board = self

        class Handler(socketserver.StreamRequestHandler):
            rbufsize = 0  # so that select sees all that has come

            def handle(self) -> None:
                _Request(board, self).serve()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> WebBoard:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        assert self.complaints == []


class _Request:
    def __init__(self, board: WebBoard, handler: socketserver.StreamRequestHandler) -> None:
        self._board = board
        self._input = handler.rfile
        self._output = handler.wfile
        self._headers: dict[str, str] = {}

    def serve(self) -> None:
        line = self._input.readline().decode("ascii").rstrip("\r\n")
        if not line:
            return  # somebody looked whether anybody is there
        method, self._target, version = line.split(" ")
        self._board.requests.append(f"{method} {self._target}")
        self._must(version == "HTTP/1.1", f"{version}: the board answers 501")
        while (header := self._input.readline().decode("ascii").rstrip("\r\n")) != "":
            name, value = header.split(": ", 1)
            self._headers[name.lower()] = value
            self._must(len(value) <= _VALUE_MAX, f"{name} is longer than the board's buffer")
        self._must(len(self._target) <= _VALUE_MAX, "the path is longer than the board's buffer")
        self._must("expect" not in self._headers, "Expect is understood in one form only")
        self._must("transfer-encoding" not in self._headers, "the board knows Content-Length alone")
        body = self._read(int(self._headers.get("content-length", 0)))
        answer = self._result(method, body)
        self._answer(*answer)
        if answer[0] == 101 and self._board.line is not None:
            self._terminal(self._board.line)

    def _read(self, size: int) -> bytes:
        """All of it; nothing when the client has left."""
        data = b""
        while len(data) < size:
            piece = self._input.read(size - len(data))
            if not piece:
                return b""
            data += piece
        return data

    def _must(self, condition: bool, complaint: str) -> None:
        if not condition:
            self._board.complaints.append(f"{self._board.requests[-1]}: {complaint}")

    def _answer(self, status: int, body: bytes = b"", headers: str = "") -> None:
        phrase = HTTPStatus(status).phrase
        length = "" if status == 101 else f"Content-Length: {len(body)}\r\n"
        head = f"HTTP/1.1 {status} {phrase}\r\n{headers}{length}\r\n"
        self._output.write(head.encode() + body)

    def _result(self, method: str, body: bytes) -> tuple[int, bytes, str] | tuple[int, bytes] | tuple[int]:
        board = self._board
        if board.leads_to:
            return 307, b"", f"Location: http://{board.leads_to.host}{self._target}\r\n"
        self._must(self._headers.get("host") == board.host, f"another board's name: {self._headers.get('host')}")
        if not board.password:
            return (403,)
        expected = base64.b64encode(f":{board.password}".encode()).decode()
        if self._headers.get("authorization") != f"Basic {expected}":
            return (401,)
        if self._target == "/cp/serial/" and board.line is not None:
            return 101, b"", self._upgrade()
        if not self._target.startswith("/fs/"):
            return (404,)
        path = self._place(self._target)
        if method != "GET" and board.usb:
            return (409,)
        is_folder = self._target.endswith("/")
        match method:
            case "GET":
                return self._list(path) if is_folder else self._get(path)
            case "PUT":
                return self._make_folder(path) if is_folder else self._put(path, body)
            case "MOVE":
                return self._move(path, self._place(self._headers["x-destination"]))
            case "DELETE":
                return self._delete(path)
        return (405,)

    def _upgrade(self) -> str:
        self._must(self._headers.get("upgrade") == "websocket", "no upgrade to a WebSocket")
        digest = hashlib.sha1((self._headers["sec-websocket-key"] + _GUID).encode()).digest()
        accept = base64.b64encode(digest).decode()
        return f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"

    def _terminal(self, line: int) -> None:
        """Until the client has left."""
        while True:
            ready, _, _ = select.select([self._input, line], [], [])
            if line in ready:
                text = os.read(line, 100)
                self._output.write(bytes([0x81, len(text)]) + text)
            if self._input in ready:
                head = self._read(2)
                if not head:
                    return
                self._must(head[0] == 0x81, "only whole text frames are read")
                self._must(head[1] & 0x80 != 0, "a frame that is not masked")
                self._must(head[1] & 0x7F <= _RING, "more at once than the board takes")
                mask = self._read(4)
                text = self._read(head[1] & 0x7F)
                os.write(line, bytes(byte ^ mask[i % 4] for i, byte in enumerate(text)))

    def _place(self, target: str) -> Path:
        names = urllib.parse.unquote_to_bytes(target.removeprefix("/fs")).decode().split("/")
        self._must(".." not in names and "." not in names, "the board's file system has no such names")
        return self._board.folder.joinpath(*[name for name in names if name])

    def _list(self, path: Path) -> tuple[int, bytes] | tuple[int]:
        if not path.is_dir():
            return (404,)
        self._must(
            self._headers.get("accept") == "application/json", "a page in gzip comes without exactly this Accept"
        )
        files = [
            {
                "name": entry.name,
                "directory": entry.is_dir(),
                "modified_ns": int(time.time()) * 1_000_000_000,
                "file_size": 0 if entry.is_dir() else entry.stat().st_size,
            }
            for entry in path.iterdir()
        ]
        block = 512
        about = {"free": self._board.room // block, "total": 2048, "block_size": block, "writable": not self._board.usb}
        return 200, json.dumps({**about, "files": files}).encode()

    def _get(self, path: Path) -> tuple[int, bytes] | tuple[int]:
        return (200, path.read_bytes()) if path.is_file() else (404,)

    def _put(self, path: Path, body: bytes) -> tuple[int]:
        self._must(self._headers.get("x-timestamp", "").isdigit(), "no time for the file")
        self._must("content-length" in self._headers, "no Content-Length")
        if not path.parent.is_dir():
            return (404,)
        if len(body) > self._board.room:
            path.write_bytes(b"")  # what a board leaves behind
            return (413,)
        new = not path.exists()
        path.write_bytes(body)
        return (201,) if new else (204,)

    def _make_folder(self, path: Path) -> tuple[int]:
        if path.exists():
            return (204,)
        if not path.parent.is_dir():
            return (404,)
        path.mkdir()
        return (201,)

    def _move(self, path: Path, target: Path) -> tuple[int]:
        self._board.moves += 1
        if self._board.moves == self._board.breaks_at:
            return (500,)
        if target.exists():
            return (412,)
        if not path.exists() or not target.parent.is_dir():
            return (404,)
        path.rename(target)
        return (201,)

    def _delete(self, path: Path) -> tuple[int]:
        if not path.exists():
            return (404,)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        return (204,)
