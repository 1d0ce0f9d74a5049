# SPDX-License-Identifier: Apache-2.0
"""A real Mosquitto with a password, and the MQTT client that we did not write: mosquitto_pub and mosquitto_sub."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from parts.processes import Process, Registry, free_port
from parts.waiting import eventually

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"


@dataclass(frozen=True)
class Message:
    """One message as mosquitto_sub saw it. `at` is CLOCK_MONOTONIC in seconds, taken when its line was read."""

    at: float
    topic: str
    payload: bytes
    retained: bool
    qos: int

    @property
    def text(self) -> str:
        return self.payload.decode(errors="replace")

    def json(self) -> object:
        return json.loads(self.payload)


@dataclass(frozen=True)
class Access:
    """Where a broker is and how to get in. Command lines never carry the password: the clients read a file."""

    host: str
    port: int
    username: str
    password: str
    config: Path  # a folder for XDG_CONFIG_HOME with the clients' options

    def __post_init__(self) -> None:
        self.config.mkdir(parents=True, exist_ok=True)
        options = f"-h {self.host}\n-p {self.port}\n-u {self.username}\n-P {self.password}\n"
        for client in ("mosquitto_pub", "mosquitto_sub"):
            file = self.config / client
            file.touch(mode=0o600)
            file.write_text(options)

    @property
    def url(self) -> str:
        return f"mqtt://{self.username}:{self.password}@{self.host}:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "XDG_CONFIG_HOME": str(self.config)}

    def publish(self, topic: str, payload: bytes | str = b"", retain: bool = False, qos: int = 1) -> None:
        data = payload.encode() if isinstance(payload, str) else payload
        argv = ["mosquitto_pub", "-t", topic, "-q", str(qos), *(["-r"] if retain else []), *([] if data else ["-n"])]
        if data:
            argv.append("-s")
        done = subprocess.run(argv, input=data, env=self.env, capture_output=True, timeout=20)
        assert done.returncode == 0, f"mosquitto_pub {topic}: {done.stderr.decode(errors='replace')}"

    def answers(self) -> bool:
        try:
            with socket.create_connection((self.host, self.port), 1):
                return True
        except OSError:
            return False

    def retained(self, *filters: str, within: float = 3) -> dict[str, bytes]:
        """What the broker keeps under `filters` at this moment."""
        with self.listen(*filters) as listener:
            end = listener.mark_end(within)
            return {m.topic: m.payload for m in listener.messages[:end] if m.retained}

    def listen(self, *filters: str) -> Listener:
        return Listener(self, filters)


class Listener:
    """mosquitto_sub in the background; `messages` only grows."""

    _serial = itertools.count(1)

    def __init__(self, access: Access, filters: tuple[str, ...]):
        self._access = access
        self._ready = f"test/ready/{os.getpid()}/{next(self._serial)}"
        self.messages: list[Message] = []
        self._markers = 0
        self._news = threading.Condition()
        topics = [word for f in (*filters, self._ready) for word in ("-t", f)]
        self._child = subprocess.Popen(
            ["mosquitto_sub", "-q", "1", "-F", "%r %q %x %t", *topics],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=access.env,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.mark_end(10)

    def mark_end(self, within: float) -> int:
        """Waits until all that the broker sent before now has been read; returns the number of messages by then."""
        before = self._markers
        deadline = time.monotonic() + within
        while self._markers == before:
            assert self._child.poll() is None, f"mosquitto_sub ended: {self._child.stderr.read().decode()}"
            assert time.monotonic() < deadline, "mosquitto_sub does not hear its own marker"
            self._access.publish(self._ready, "here")
            with self._news:
                self._news.wait_for(lambda: self._markers > before, 0.3)
        return len(self.messages)

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            at = time.monotonic()
            retained, qos, payload, topic = line.decode(errors="replace").rstrip("\n").split(" ", 3)
            with self._news:
                if topic == self._ready:
                    self._markers += 1
                else:
                    self.messages.append(Message(at, topic, bytes.fromhex(payload), retained == "1", int(qos)))
                self._news.notify_all()

    def of(self, topic: str, live: bool = False) -> list[Message]:
        """Messages of one topic so far; `live` leaves out what the broker had retained before."""
        return [m for m in list(self.messages) if m.topic == topic and not (live and m.retained)]

    def wait_for(self, what: str, found: Callable[[Message], bool], within: float = 5, since: int = 0) -> Message:
        """The first message from index `since` on for which `found` says yes."""
        deadline = time.monotonic() + within
        seen = since
        with self._news:
            while True:
                while seen < len(self.messages):
                    if found(self.messages[seen]):
                        return self.messages[seen]
                    seen += 1
                left = deadline - time.monotonic()
                assert left > 0, f"no message within {within:g} s: {what}; last heard: {self.messages[-8:]!r:.1500}"
                self._news.wait(left)

    def wait_text(self, topic: str, text: str, within: float = 5, since: int = 0) -> Message:
        return self.wait_for(
            f"{topic} = {text}", lambda m: m.topic == topic and m.text == text and not m.retained, within, since
        )

    def close(self) -> None:
        self._child.kill()
        self._child.wait(10)
        self._thread.join(10)
        for pipe in (self._child.stdout, self._child.stderr):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Broker:
    """Our own Mosquitto on an ephemeral port; the port and the password stay the same over restarts."""

    def __init__(self, registry: Registry, folder: Path, password: str, username: str = "door", persist: bool = False):
        folder.mkdir(parents=True, exist_ok=True)
        self.access = Access("127.0.0.1", free_port(), username, password, folder / "client")
        passwords = folder / "passwords"
        subprocess.run(
            ["mosquitto_passwd", "-b", "-c", str(passwords), username, password], check=True, capture_output=True
        )
        conf = folder / "mosquitto.conf"
        conf.write_text(
            f"listener {self.access.port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\n"
            f"persistence {'true' if persist else 'false'}\npersistence_location {folder}/\n"
            "log_dest stderr\nlog_type error\nlog_type warning\nconnection_messages false\n"
            "set_tcp_nodelay true\nmax_queued_messages 10000\n" + ("user root\n" if os.geteuid() == 0 else "")
        )
        self.process = registry.add(Process("mosquitto", [MOSQUITTO, "-c", str(conf)], folder / "mosquitto.log"))

    def start(self) -> None:
        self.process.start()
        eventually(self.access.answers, 10, "mosquitto answers on its port", every=0.02)

    def stop(self) -> None:
        self.process.terminate()

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()
