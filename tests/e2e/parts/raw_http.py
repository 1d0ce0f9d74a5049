# SPDX-License-Identifier: Apache-2.0
"""HTTP as an attacker writes it: bytes on a socket, nothing made valid on the way."""

from __future__ import annotations

import itertools
import json
import socket
from dataclasses import dataclass

_ADDRESSES = itertools.count(2)


def fresh_address() -> str:
    """Another loopback address, so that one test's wrong tokens don't brake the next test."""
    n = next(_ADDRESSES)
    return f"127.0.{n // 250}.{n % 250 + 2}"


@dataclass(frozen=True)
class Reply:
    status: int  # 0: the connection was closed without an answer
    head: str
    body: bytes

    def header(self, name: str) -> str | None:
        for line in self.head.split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None

    def json(self) -> object:
        return json.loads(self.body)


def exchange(port: int, data: bytes, within: float = 5, source: str | None = None) -> Reply:
    """Sends bytes and reads until the answer is whole, the other side closes, or the time is over."""
    with socket.create_connection(("127.0.0.1", port), within, (source or "127.0.0.1", 0)) as s:
        try:
            s.sendall(data)
        except OSError:
            pass  # closed early: what it said before that still counts
        answer = b""
        try:
            while not _complete(answer):
                piece = s.recv(65536)
                if not piece:
                    break
                answer += piece
        except OSError:
            pass
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    return Reply(int(words[1]) if len(words) > 1 else 0, head.decode(errors="replace"), body)


def _complete(answer: bytes) -> bool:
    head, gap, body = answer.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return bool(gap) and len(body) >= int(line.split(b":")[1])
    return bool(gap) and head.split(b" ")[1:2] in ([b"101"], [b"204"], [b"304"])


def request(port: int, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"",
            source: str | None = None) -> Reply:  # fmt: skip
    """One plain request; `headers` overrides Host."""
    lines = {"Host": f"127.0.0.1:{port}", "Connection": "close", **(headers or {})}
    if body or method not in ("GET", "HEAD"):
        lines.setdefault("Content-Length", str(len(body)))
    text = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n"
    return exchange(port, text.encode("latin-1") + body, source=source)
