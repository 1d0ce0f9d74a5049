#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The add-on's main program: asks the Supervisor where the broker is, writes ouro.toml, and runs the hub.

The broker's password changes when its add-on is installed anew, and the broker may come later than this one: the
Supervisor is asked again every minute, and the hub is started anew when the answer is another one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

# Not so in tests.
DATA = Path(os.environ.get("OURO_ADDON_DATA", "/data"))
CONFIG = Path(os.environ.get("OURO_ADDON_CONFIG", "/config"))
SUPERVISOR = os.environ.get("OURO_ADDON_SUPERVISOR", "http://supervisor:80")
INGRESS = os.environ.get("OURO_ADDON_INGRESS", "0.0.0.0:8099")
INGRESS_SOURCES = os.environ.get("OURO_ADDON_INGRESS_SOURCES", "172.30.32.2").split(",")
LISTEN = os.environ.get("OURO_ADDON_LISTEN", "0.0.0.0:8321")
ASK_AGAIN_S = float(os.environ.get("OURO_ADDON_ASK_AGAIN_S", "60"))

ANSWER_MAX = 64 * 1024
FAREWELL_S = 10


def say(text: str) -> None:
    print(f"ouro-addon: {text}", flush=True)


def quoted(value: str) -> str:
    """As a TOML text. JSON's form is one, but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def mqtt_of_options(options: dict) -> dict | None:
    if not options.get("mqtt_host"):
        return None
    return {
        "host": options["mqtt_host"],
        "port": options.get("mqtt_port", 8883 if options.get("mqtt_tls") else 1883),
        "ssl": options.get("mqtt_tls", False),
        "username": options.get("mqtt_username", ""),
        "password": options.get("mqtt_password", ""),
    }


def mqtt_of_supervisor(token: str) -> dict | None:
    """What the Supervisor's service says; None without a provider, or without a Supervisor that answers."""
    request = urllib.request.Request(f"{SUPERVISOR}/services/mqtt", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            said = json.loads(answer.read(ANSWER_MAX))
    except urllib.error.HTTPError as error:
        error.close()
        return None
    except (OSError, ValueError) as error:
        say(f"the Supervisor did not answer: {error}")
        return None
    data = said.get("data") if isinstance(said, dict) and said.get("result") == "ok" else None
    if not isinstance(data, dict) or not data.get("host"):
        return None
    # Its "protocol" says 3.1.1 whatever the broker can: the hub finds out by itself.
    known = {"host": str, "port": int, "ssl": bool, "username": str, "password": str}
    return {key: data[key] for key, kind in known.items() if isinstance(data.get(key), kind)}


def mqtt_lines(mqtt: dict | None, discovery: str) -> list[str]:
    if mqtt is None:
        return ["[mqtt]", "enabled = false"]
    lines = ["[mqtt]", f"host = {quoted(mqtt['host'])}", f"port = {mqtt.get('port', 1883)}"]
    lines += [f"{key} = {quoted(mqtt[key])}" for key in ("username", "password") if mqtt.get(key)]
    if mqtt.get("ssl"):
        lines.append("tls = true")
    return [*lines, f"discovery = {quoted(discovery)}"]


def settings(options: dict, mqtt: dict | None, token: str) -> str:
    """ouro.toml."""
    lists = {key: options.get(key) or [] for key in ("ports", "allowed_hosts")}
    lines = [
        f"listen = {quoted(LISTEN)}",
        f"log_level = {quoted(options.get('log_level', 'info'))}",
        f"boards_dir = {quoted(str(CONFIG / 'boards'))}",
        *(f"{key} = [{', '.join(map(quoted, words))}]" for key, words in lists.items() if words),
        "[ingress]",
        f"listen = {quoted(INGRESS)}",
        f"sources = [{', '.join(map(quoted, INGRESS_SOURCES))}]",
        *mqtt_lines(mqtt, options.get("discovery", "entity")),
    ]
    if options.get("boards_see_home", True) and token:
        lines += [
            "[home_assistant]",
            f"url = {quoted(SUPERVISOR + '/core/websocket')}",
            f"token = {quoted(token)}",
            "[home_assistant.grants]",
        ]
        granted: dict[str, list[str]] = {}
        for grant in options.get("grants") or []:
            granted.setdefault(grant["board"], []).append(grant["entity"])
        lines += [f"{board} = [{', '.join(map(quoted, entities))}]" for board, entities in granted.items()]
    return "\n".join(lines) + "\n"


def write_private(file: Path, text: str) -> None:
    fresh = file.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
    fresh.replace(file)


class Addon:
    def __init__(self) -> None:
        options = DATA / "options.json"
        self.options = json.loads(options.read_text()) if options.exists() else {}
        self.token = os.environ.get("SUPERVISOR_TOKEN", "")
        self.hub: subprocess.Popen[bytes] | None = None
        self.ending = False

    def end(self, *_: object) -> None:
        self.ending = True
        if self.hub is not None:
            self.hub.terminate()

    def find_mqtt(self) -> dict | None:
        return mqtt_of_options(self.options) or mqtt_of_supervisor(self.token)

    def start_hub(self, mqtt: dict | None) -> None:
        if mqtt is None:
            say("there is no MQTT broker; install the Mosquitto add-on, or name one in the options")
        else:
            say(f"the broker is {mqtt['host']}:{mqtt.get('port', 1883)}")
        data = DATA / "hub"
        data.mkdir(mode=0o700, exist_ok=True)
        write_private(data / "ouro.toml", settings(self.options, mqtt, self.token))
        environment = {key: value for key, value in os.environ.items() if key != "SUPERVISOR_TOKEN"}
        self.hub = subprocess.Popen(["ouro", "serve", "--data", str(data)], env=environment)

    def stop_hub(self) -> None:
        assert self.hub is not None
        self.hub.terminate()
        try:
            self.hub.wait(FAREWELL_S)
        except subprocess.TimeoutExpired:
            self.hub.kill()
            self.hub.wait()

    def run(self) -> int:
        mqtt = self.find_mqtt()
        self.start_hub(mqtt)
        while not self.ending:
            try:
                return self.hub.wait(ASK_AGAIN_S)  # it ended by itself: the Supervisor starts us again
            except subprocess.TimeoutExpired:
                pass
            now = self.find_mqtt()
            if now is not None and now != mqtt and not self.ending:
                say("the Supervisor names another broker or password; the hub starts anew")
                mqtt = now
                self.stop_hub()
                self.start_hub(mqtt)
        self.stop_hub()
        return 0


def main() -> int:
    addon = Addon()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, addon.end)
    return addon.run()


if __name__ == "__main__":
    sys.exit(main())
