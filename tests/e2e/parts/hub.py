# SPDX-License-Identifier: Apache-2.0
"""A real hub (`ouro serve`), and its clients: HTTP with the token, the WebSocket as a browser opens it, the CLI."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import connect

from parts.broker import Access
from parts.openapi import Description
from parts.processes import Process, Registry, free_port
from parts.usb import Usb
from parts.waiting import eventually

Json = Any


class Hub:
    """The daemon with a data folder of its own. `broker` None: it starts Mosquitto itself; `usb` is what is plugged in
    (see usb.py), nothing if None."""

    def __init__(
        self,
        registry: Registry,
        program: Path,
        folder: Path,
        boards: Path,
        broker: Access | None = None,
        usb: Usb | None = None,
    ):
        self.program = program
        self.data = folder
        self.port = free_port()
        self.api = Description()
        log = folder.parent / f"{folder.name}.log"
        argv = [str(program), "serve", "--data", str(folder), "--listen", f"127.0.0.1:{self.port}",
                "--boards-dir", str(boards), *([] if usb else ["--ports", "none"]),
                *(["--broker", broker.url] if broker else [])]  # fmt: skip
        argv, env = usb.with_it(argv) if usb else (argv, {})
        self.process = registry.add(Process("ouro serve", argv, log, env))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        return (self.data / "token").read_text().strip()

    def start(self) -> None:
        self.process.start()
        eventually(self._healthy, 20, "the hub answers /health", every=0.02)

    def _healthy(self) -> bool:
        assert self.process.alive, f"ouro serve ended: {self.process.tail()}"
        return httpx.get(f"{self.url}/health", timeout=2).status_code == 200

    def stop(self) -> int:
        return self.process.terminate()

    def kill(self) -> None:
        """As kill -9 does. Its own Mosquitto must not outlive it."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def health(self) -> Json:
        return self.get("/health")

    def wait_online(self, uid: str, within: float = 20) -> Json:
        """The board's card once it is online with its entities, MQTT being connected."""
        eventually(lambda: self.health()["mqtt"] == "connected", within, "the hub is connected to the broker")
        return eventually(
            lambda: (b := self.board(uid)) and b["online"] and b["entities"] and b, within, f"{uid} is online"
        )

    def board(self, uid: str) -> Json:
        return next((b for b in self.get("/api/boards") if b["uid"] == uid), None)

    def own_broker(self) -> Access:
        """The way into the Mosquitto that the hub started for itself; Home Assistant is given the same."""
        seen = json.loads((self.data / "broker.json").read_text())
        folder = self.data.parent / "own-broker-client"
        return Access(seen["host"], seen["port"], seen["username"], seen["password"], folder)

    # --- HTTP, with the token ---
    def request(self, method: str, path: str, body: Json = None, **options: Any) -> httpx.Response:
        """Sends it as a script would, and holds the answer against openapi.yaml."""
        headers = {"Authorization": f"Bearer {self.token}", "X-Ouro": "1", **options.pop("headers", {})}
        with httpx.Client(base_url=self.url, timeout=20) as client:
            answer = client.request(method, path, json=body, headers=headers, **options)
        content = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else None
        self.api.check_answer(method, answer.url.path, answer.status_code, content)
        return answer

    def get(self, path: str, **params: Any) -> Json:
        answer = self.request("GET", path, params=params)
        assert answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text:.400}"
        return answer.json()

    def set(self, uid: str, entity: str, value: Json, wait: bool = False, **more: Json) -> httpx.Response:
        path = f"/api/boards/{uid}/entities/{entity}/set"
        return self.request("POST", path, {"value": value, **more}, params={"wait": 1} if wait else {})

    def timeline(self, uid: str, what: str | None = None, limit: int = 1000) -> list[Json]:
        """Oldest first."""
        return self.get("/api/timeline", uid=uid, limit=limit, **({"what": what} if what else {}))[::-1]

    def wait_timeline(self, uid: str, what: str, said: str, found: Callable[[Json], bool], within: float = 5) -> Json:
        """The first entry that fits; `said` names it when it does not come."""
        return eventually(
            lambda: next((e for e in self.timeline(uid, what) if found(e)), None),
            within,
            f"timeline: {said}",
            every=0.1,
        )

    # --- WebSocket, as a browser ---
    def login(self) -> str:
        """Trades the token for the session cookie and returns it as a header's value."""
        answer = httpx.post(f"{self.url}/api/login", json={"token": self.token}, headers={"X-Ouro": "1"}, timeout=10)
        assert answer.status_code == 200, f"login: {answer.status_code} {answer.text}"
        self.api.check_component("Me", answer.json())
        return answer.headers["set-cookie"].split(";")[0]

    def live(self) -> Live:
        return Live(self)

    # --- command line ---
    def cli(self, *words: str, within: float = 20, **env: str) -> subprocess.CompletedProcess[str]:
        argv = [str(self.program), *words, "--data", str(self.data)]
        return subprocess.run(argv, capture_output=True, text=True, timeout=within, env={**os.environ, **env})


class Live:
    """Every message of the WebSocket from now on; each one is checked when it is read."""

    def __init__(self, hub: Hub):
        self._hub = hub
        self._news = threading.Condition()
        self._problem: BaseException | None = None
        self.messages: list[Json] = []
        self._open = ExitStack()  # what a `with` would hold: the connection outlives this function
        self._socket = self._open.enter_context(
            connect(
                f"ws://127.0.0.1:{hub.port}/api/ws",
                origin=hub.url,  # type: ignore[arg-type]
                additional_headers={"Cookie": hub.login()},
                max_size=2**24,
            )
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.wait_for("the boards first", lambda m: m["type"] == "boards")

    def _read(self) -> None:
        try:
            for frame in self._socket:
                batch = json.loads(frame)
                assert isinstance(batch, list) and batch, f"a frame is an array of messages, not {frame!r:.200}"
                for message in batch:
                    self._hub.api.check_component("WsMessage", message)
                with self._news:
                    self.messages.extend(batch)
                    self._news.notify_all()
        except BaseException as error:  # noqa: BLE001 - told to the test thread by wait_for and close
            with self._news:
                self._problem = error
                self._news.notify_all()

    def wait_for(self, what: str, found: Callable[[Json], bool], within: float = 5, since: int = 0) -> Json:
        deadline = time.monotonic() + within
        with self._news:
            while True:
                hit = next((m for m in self.messages[since:] if found(m)), None)
                if hit is not None:
                    return hit
                if isinstance(self._problem, AssertionError):
                    raise self._problem
                left = deadline - time.monotonic()
                assert left > 0, f"no WebSocket message in {within:g} s: {what}; last {self.messages[-6:]!r:.1500}"
                self._news.wait(left)

    def of(self, kind: str) -> list[Json]:
        return [m for m in list(self.messages) if m["type"] == kind]

    def close(self) -> None:
        self._open.close()
        self._thread.join(10)
        if isinstance(self._problem, AssertionError):
            raise self._problem

    def __enter__(self) -> Live:
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self._open.close()
