# SPDX-License-Identifier: Apache-2.0
"""Home Assistant's Supervisor, as far as an add-on sees it: the MQTT service and the proxy to the WebSocket. Strict:
what the real one would refuse is refused here."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from parts.broker import Access

TOKEN = "s" * 64
STATES = {"light.hall": {"s": "on", "a": {"friendly_name": "Hall"}}}


class Supervisor:
    """`broker` None: no add-on provides MQTT. It may change at any time."""

    def __init__(self, broker: Access | None):
        self.broker = broker
        self.asked: list[str] = []  # "200 /services/mqtt"
        self.signed_in = threading.Event()
        self.commands: list[dict[str, object]] = []
        self._server = serve(self._talk, "127.0.0.1", 0, process_request=self._request)
        self.port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join(10)

    def _request(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.path == "/core/websocket":
            return None
        authorized = request.headers.get("Authorization") == f"Bearer {TOKEN}"
        if not authorized:
            return self._answer(request, 401, {"result": "error", "message": "unauthorized"})
        if request.path != "/services/mqtt":
            return self._answer(request, 403, {"result": "error", "message": "forbidden"})
        if self.broker is None:
            return self._answer(request, 400, {"result": "error", "message": "Service not enabled"})
        data = {
            "addon": "core_mosquitto",
            "host": self.broker.host,
            "port": self.broker.port,
            "ssl": False,
            "username": self.broker.username,
            "password": self.broker.password,
            "protocol": "3.1.1",
        }
        return self._answer(request, 200, {"result": "ok", "data": data})

    def _answer(self, request: Request, status: int, body: dict[str, object]) -> Response:
        self.asked.append(f"{status} {request.path}")
        text = json.dumps(body).encode()
        headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(text)), "Connection": "close"})
        return Response(status, HTTPStatus(status).phrase, headers, text)

    def _talk(self, socket: ServerConnection) -> None:
        socket.send(json.dumps({"type": "auth_required", "ha_version": "2024.3.3"}))
        said = json.loads(socket.recv(timeout=10))
        if said != {"type": "auth", "access_token": TOKEN}:
            socket.send(json.dumps({"type": "auth_invalid", "message": "Invalid access"}))
            return
        socket.send(json.dumps({"type": "auth_ok", "ha_version": "2024.3.3"}))
        self.signed_in.set()
        last = 0
        for frame in socket:
            command = json.loads(frame)
            assert command["id"] > last and not command["type"].startswith(("supervisor/", "hassio/")), command
            last = command["id"]
            self.commands.append(command)
            socket.send(json.dumps({"id": last, "type": "result", "success": True, "result": None}))
            if command["type"] == "subscribe_entities":
                known = {e: STATES[e] for e in command["entity_ids"] if e in STATES}
                socket.send(json.dumps({"id": last, "type": "event", "event": {"a": known}}))
