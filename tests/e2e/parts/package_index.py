# SPDX-License-Identifier: Apache-2.0
"""A package index on this machine, with what a test puts into it; it counts what is fetched."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class PackageIndex:
    """`url` is what `--index` takes. `documents` are by path; a text is where to go instead."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes | str] = {}
        self.fetched: list[str] = []
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.fetched.append(self.path)
                document = index.documents.get(self.path)
                if isinstance(document, str):
                    self.send_response(302)
                    self.send_header("Location", document)
                    self.end_headers()
                    return
                self.send_response(200 if document is not None else 404)
                self.send_header("Content-Length", str(len(document or b"")))
                self.end_headers()
                try:
                    self.wfile.write(document or b"")
                except OSError:
                    pass  # it had enough

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def add(
        self, name: str, files: Mapping[str, bytes], version: str = "latest", needs: Sequence[tuple[str, str]] = ()
    ) -> None:
        """As micropython-lib's index has it."""
        hashes = []
        for path, content in files.items():
            short = hashlib.sha256(content).hexdigest()[:8]
            hashes.append([path, short])
            self.documents[f"/file/{short[:2]}/{short}"] = content
        about = {"v": 1, "version": "1.0", "hashes": hashes, "deps": [list(need) for need in needs]}
        for kind in ("py", "6"):
            self.documents[f"/package/{kind}/{name}/{version}.json"] = json.dumps(about).encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> PackageIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
