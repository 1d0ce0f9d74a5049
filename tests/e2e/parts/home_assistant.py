# SPDX-License-Identifier: Apache-2.0
"""A real Home Assistant, headless, with its user, token and MQTT entry written before the first start."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from websockets.sync.client import ClientConnection, connect

from parts.broker import Access
from parts.processes import Process, Registry, free_port
from parts.waiting import eventually

VERSION = "2024.3.3"
TESTS = Path(__file__).resolve().parents[2]

CONFIGURATION = """\
homeassistant:
  name: Test house
  latitude: 0
  longitude: 0
  elevation: 0
  unit_system: metric
  currency: EUR
  country: DE
  time_zone: UTC
http:
  server_host: 127.0.0.1
  server_port: {port}
config:
api:
websocket_api:
input_boolean:
  hall:
    name: Hall
weather:
  - platform: template
    name: Home
    unique_id: weather_home
    condition_template: "sunny"
    temperature_template: "{{{{ 21 }}}}"
    temperature_unit: "°C"
    humidity_template: "{{{{ 40 }}}}"
    forecast_daily_template: >
      {{{{ [{{"datetime": "2026-01-01T12:00:00+00:00", "condition": "sunny", "temperature": 21.0}}] }}}}
    forecast_hourly_template: >
      {{% set ns = namespace(hours=[]) %}}{{% for i in range(96) %}}{{% set ns.hours = ns.hours + [
      {{"datetime": "2026-01-%02dT%02d:00:00+00:00" % (1 + i // 24, i % 24), "condition": "sunny",
      "temperature": 21.0}}] %}}{{% endfor %}}
      {{{{ ns.hours }}}}
logger:
  default: warning
  logs:
    homeassistant.components.mqtt: info
"""


def interpreter() -> str:
    """The Python that has Home Assistant: OURO_HA_PYTHON, or an environment made on first use."""
    if "OURO_HA_PYTHON" in os.environ:
        return os.environ["OURO_HA_PYTHON"]
    argv = [str(TESTS / "venv.sh"), str(TESTS / "requirements-homeassistant.txt")]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, f"Home Assistant could not be installed: {done.stderr}"
    return done.stdout.strip()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True)
class StateChange:
    """One state_changed event. `at` is CLOCK_MONOTONIC in seconds, taken when it was read."""

    at: float
    entity_id: str
    state: str | None
    attributes: dict[str, object]


class HomeAssistant:
    """Settings survive a restart, as in a house."""

    def __init__(self, registry: Registry, folder: Path, broker: Access):
        self._folder = folder
        self._port = free_port()
        self._registry = registry
        folder.mkdir(parents=True)
        (folder / "configuration.yaml").write_text(CONFIGURATION.format(port=self._port))
        self._token = self._seed_user()
        self._seed_mqtt(broker)
        argv = [interpreter(), "-m", "homeassistant", "-c", str(folder), "--skip-pip", "--ignore-os-check"]
        self.process = registry.add(Process("home assistant", argv, folder / "console.log", {"HOME": str(folder)}))
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{self._port}", headers={"Authorization": f"Bearer {self._token}"}, timeout=10
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def token(self) -> str:
        return self._token

    def start(self) -> None:
        self.process.start()

    def wait_running(self, within: float = 60) -> None:
        config = eventually(
            lambda: (c := self.http.get("/api/config").json())["state"] == "RUNNING" and c,
            within,
            "Home Assistant says RUNNING",
            every=0.1,
        )
        assert "mqtt" in config["components"], "Home Assistant runs without MQTT (recovery mode?)"

    def stop(self) -> None:
        self.process.terminate(within=30)

    def state(self, entity_id: str) -> dict[str, object] | None:
        answer = self.http.get(f"/api/states/{entity_id}")
        return answer.json() if answer.status_code == 200 else None

    def call(self, domain: str, service: str, entity_id: str, **data: object) -> None:
        """Calls a service in the way of the dashboard; returns when Home Assistant has sent it on."""
        answer = self.http.post(f"/api/services/{domain}/{service}", json={"entity_id": entity_id, **data})
        assert answer.status_code == 200, f"{domain}.{service}: {answer.status_code} {answer.text}"

    def registry(self, name: str) -> list[dict[str, object]]:
        """The list of the `entity` or `device` registry, with disabled entries."""
        with ExitStack() as stack:
            socket = self._connect(stack)
            socket.send(json.dumps({"id": 1, "type": f"config/{name}_registry/list"}))
            answer = json.loads(socket.recv(timeout=10))
        assert answer["success"], answer
        return answer["result"]

    def watch(self) -> Watch:
        stack = ExitStack()
        return Watch(self._connect(stack), stack)

    def _connect(self, stack: ExitStack) -> ClientConnection:
        """A signed-in connection that closes with `stack`."""
        socket = stack.enter_context(connect(f"ws://127.0.0.1:{self._port}/api/websocket", max_size=2**24))
        assert json.loads(socket.recv(timeout=10))["type"] == "auth_required"
        socket.send(json.dumps({"type": "auth", "access_token": self._token}))
        answer = json.loads(socket.recv(timeout=10))
        assert answer["type"] == "auth_ok", answer
        return socket

    def _store(self, key: str, version: int, data: dict[str, object]) -> None:
        folder = self._folder / ".storage"
        folder.mkdir(exist_ok=True)
        file = folder / key
        file.touch(mode=0o600)
        file.write_text(json.dumps({"version": version, "minor_version": 1, "key": key, "data": data}))

    def _seed_user(self) -> str:
        """Writes an owner with a long-lived token and returns the token: a JWT signed with the key of its row."""
        user, row, key = secrets.token_hex(16), secrets.token_hex(16), secrets.token_hex(64)
        now = int(time.time())
        groups = {"system-admin": "Administrators", "system-users": "Users", "system-read-only": "Read Only"}
        self._store("auth", 1, {
            "users": [{
                "id": user, "group_ids": ["system-admin"], "is_owner": True, "is_active": True, "name": "Owner",
                "system_generated": False, "local_only": False,
            }],
            "groups": [{"id": group, "name": name} for group, name in groups.items()],
            "credentials": [],
            "refresh_tokens": [{
                "id": row, "user_id": user, "client_id": None, "client_name": "test", "client_icon": None,
                "token_type": "long_lived_access_token", "access_token_expiration": 315360000.0,
                "created_at": datetime.now(UTC).isoformat(), "token": secrets.token_hex(64), "jwt_key": key,
                "last_used_at": None, "last_used_ip": None, "expire_at": None, "credential_id": None,
                "version": VERSION,
            }],
        })  # fmt: skip
        self._store("onboarding", 4, {"done": ["user", "core_config", "analytics", "integration"]})
        head = _base64url(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        body = _base64url(json.dumps({"iss": row, "iat": now, "exp": now + 315360000}).encode())
        signature = hmac.new(key.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
        return f"{head}.{body}.{_base64url(signature)}"

    def _seed_mqtt(self, broker: Access) -> None:
        self._store("core.config_entries", 1, {
            "entries": [{
                "entry_id": secrets.token_hex(16), "version": 1, "minor_version": 1, "domain": "mqtt",
                "title": broker.host, "options": {}, "pref_disable_new_entities": False,
                "pref_disable_polling": False, "source": "user", "unique_id": None, "disabled_by": None,
                "data": {
                    "broker": broker.host, "port": broker.port, "username": broker.username,
                    "password": broker.password, "discovery": True,
                },
            }],
        })  # fmt: skip


class Watch:
    """Every state change from now on, read in the background."""

    def __init__(self, socket: ClientConnection, stack: ExitStack):
        self._socket = socket
        self._open = stack
        self._news = threading.Condition()
        self.changes: list[StateChange] = []
        socket.send(json.dumps({"id": 1, "type": "subscribe_events", "event_type": "state_changed"}))
        answer = json.loads(socket.recv(timeout=10))
        assert answer["success"], answer
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for frame in self._socket:
                at = time.monotonic()
                message = json.loads(frame)
                for one in message if isinstance(message, list) else [message]:
                    data = one["event"]["data"]
                    new = data["new_state"] or {"state": None, "attributes": {}}
                    with self._news:
                        self.changes.append(StateChange(at, data["entity_id"], new["state"], new["attributes"]))
                        self._news.notify_all()
        except Exception as error:  # noqa: BLE001 - the connection ended; whoever waits hears of it by the time limit
            self.ended: object = error

    def states(self, entity_id: str) -> list[str | None]:
        """The states that the entity went through, repetitions (attribute changes) left out."""
        names = [c.state for c in list(self.changes) if c.entity_id == entity_id]
        return [name for i, name in enumerate(names) if i == 0 or names[i - 1] != name]

    def wait_for(self, what: str, found: Callable[[StateChange], bool], within: float = 5) -> StateChange:
        with self._news:
            hits = lambda: [c for c in self.changes if found(c)]  # noqa: E731 - one line, used twice below
            self._news.wait_for(lambda: bool(hits()), within)
            seen = hits()
        assert seen, f"Home Assistant did not within {within:g} s: {what}; last changes: {self.changes[-8:]!r:.1500}"
        return seen[0]

    def close(self) -> None:
        self._open.close()
        self._thread.join(10)

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
