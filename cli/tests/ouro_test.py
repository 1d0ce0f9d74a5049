# SPDX-License-Identifier: Apache-2.0
"""The `ouro` program against a hub played by this test on a Unix socket: ouro_test.py OURO"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socketserver
import subprocess
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

OURO = sys.argv.pop(1)
DOOR = {"id": "door", "kind": "lock", "name": "Door", "options": {}}
AUTO = {"id": "auto", "kind": "switch", "name": "Automatic", "options": {}}
BOARD = {
    "uid": "abcd1234",
    "name": "Hall intercom",
    "profile": "intercom",
    "app": "intercom",
    "runtime": "ouroboard",
    "version": "0.1.0",
    "boot": 1,
    "online": True,
    "virtual": True,
    "entities": [DOOR, AUTO],
    "states": {},
    "outputs": {},
    "heap_free": None,
    "product": {"id": "3slpirlnlqp0bqo1", "version": "1.0.0"},
    "counters": {"frames": 7},
    "evidence": {"what": "up", "path": "serial virtual board", "at_ms": 1000},
}
REMARK = {"entity": "temp", "option": "device_class", "problem": '"hotness" is not known to any for a sensor',
          "releases": "all", "rejected": True, "left_out": True}  # fmt: skip
ORPHAN = {"topic": "homeassistant/lock/ouro_gone1_gate/config", "uid": "gone1", "id": "gate", "name": "Shed: Gate"}
HOME = {
    "broker": {"state": "connected", "address": "127.0.0.1:1883"},
    "websocket": {"state": "connected", "version": "2024.3.3"},
    "discovery": "entity",
    "running": True,
    "birth_ms": 1000,
    "boards": [{"uid": "abcd1234", "name": "Hall intercom", "online": True, "entities": 2, "documents": 5, "waiting": 1,
                "deleted": 0, "remarks": [REMARK]}],
    "orphans": [ORPHAN],
}  # fmt: skip
EVIL = {**BOARD, "uid": "evil0000", "name": "Evil\x1b[2J\x9b31m\nname", "evidence": None, "online": False}


class Hub(socketserver.ThreadingUnixStreamServer):
    """Answers with what each test put into `answers`; keeps what was asked."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), Handler)
        self.answers: dict[str, tuple[int, Any]] = {"/api/boards": (200, [BOARD])}
        self.asked: list[tuple[str, str, Any]] = []
        self.frames: list[list[Any]] = []


class Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/api/ws":
            self.talk()
        else:
            self.answer(None)

    def do_POST(self) -> None:
        assert self.headers["X-Ouro"] == "1" and self.headers["Content-Type"] == "application/json"
        self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def answer(self, body: Any) -> None:
        self.server.asked.append((self.command, self.path, body))
        missing = {"code": "not_found", "message": "Nothing here", "hint": ""}
        status, content = self.server.answers.get(self.path.split("?")[0], (404, missing))
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def talk(self) -> None:
        """RFC 6455, the server's side: the frames, then the end."""
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        for frame in self.server.frames:
            text = json.dumps(frame).encode()
            size = bytes([len(text)]) if len(text) < 126 else b"\x7e" + len(text).to_bytes(2, "big")
            self.wfile.write(b"\x81" + size + text)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


class OuroTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="ouro-cli-")
        self.addCleanup(folder.cleanup)
        self.data = Path(folder.name)
        self.hub = Hub(self.data / "ouro.sock")
        self.addCleanup(self.hub.server_close)
        self.addCleanup(self.hub.shutdown)
        threading.Thread(target=self.hub.serve_forever, args=(0.01,), daemon=True).start()

    def ouro(self, *words: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "OURO_DATA": str(data or self.data), "TZ": "UTC"}
        return subprocess.run([OURO, *words], capture_output=True, text=True, timeout=60, env=environment, check=False)

    def check(self, words: list[str], code: int) -> subprocess.CompletedProcess[str]:
        done = self.ouro(*words)
        self.assertEqual(done.returncode, code, f"{words}: {done}")
        return done

    def refuse(self, path: str, status: int, word: str) -> None:
        self.hub.answers[path] = (status, {"code": word, "message": f"It is {word}", "hint": "Do better"})

    def test_the_help_of_a_command_is_about_that_command(self) -> None:
        self.assertIn("ouro serve", self.ouro("--help").stdout)
        for words in (("boards",), ("write-flash",), ("tuya",), ("secrets", "set"), ("mip", "install")):
            self.assertNotIn("ouro serve", self.ouro(*words, "--help").stdout, words)
        self.assertIn("ouro write-flash -p /dev/ttyUSB0", self.ouro("write_flash", "--help").stdout)

    def test_help_and_version_go_to_stdout_and_document_the_exit_codes(self) -> None:
        self.assertIn("3 no hub is running", self.check(["--help"], 0).stdout)
        self.assertRegex(self.check(["--version"], 0).stdout, r"^ouro \d+\.\d+\.\d+\n$")
        for command in ("serve", "boards", "board", "set", "logs", "url", "broker"):
            done = self.check([command, "--help"], 0)
            self.assertTrue(done.stdout and not done.stderr)

    def test_wrong_usage_is_2_and_says_what_is_wrong(self) -> None:
        for words in (
            [],
            ["bords"],
            ["boards", "--jsn"],
            ["set", "x"],
            ["board"],
            ["board", "press", "x", "call", "19"],
            ["board", "set", "x", "pin", "2"],
            ["logs", "-n", "0"],
            ["serve", "--listen", "nowhere:far"],
            ["serve", "--broker", "mqtt://h", "--no-broker"],
            ["ha"],
        ):
            done = self.check(words, 2)
            self.assertTrue(done.stderr and not done.stdout, words)

    def test_a_command_that_does_not_exist_is_named(self) -> None:
        self.assertIn('no command "bords"', self.check(["bords"], 2).stderr)
        self.assertIn('no command "prss"', self.check(["board", "prss", "x"], 2).stderr)

    def test_without_a_hub_every_command_ends_with_3_and_says_what_to_try(self) -> None:
        for words in (
            ["boards"],
            ["set", "x", "door", "LOCK"],
            ["board", "press", "x", "call"],
            ["board", "show", "x"],
            ["board", "screenshot", "x"],
            ["board", "watch", "x"],
            ["logs"],
            ["logs", "-f"],
            ["url"],
            ["ha", "status"],
            ["ha", "check"],
            ["ha", "orphans"],
        ):
            done = self.ouro(*words, data=self.data / "nothing")
            self.assertEqual(done.returncode, 3, words)
            self.assertIn("ouro serve", done.stderr)
            self.assertFalse(done.stdout)

    def test_boards_are_a_table_with_what_was_last_heard(self) -> None:
        heading, row = self.check(["boards"], 0).stdout.splitlines()
        self.assertEqual(heading.split(), ["NAME", "UID", "APP", "STATE", "LAST", "HEARD"])
        self.assertRegex(row, r"^Hall intercom  abcd1234  intercom  online  \d+ days ago: up, serial virtual board$")

    def test_boards_as_json_are_the_hubs_answer(self) -> None:
        self.assertEqual(json.loads(self.check(["boards", "--json"], 0).stdout), [BOARD])

    def test_a_board_cannot_speak_to_the_terminal(self) -> None:
        self.hub.answers["/api/boards"] = (200, [EVIL])
        self.hub.frames = [[{"type": "console", "uid": "evil0000", "text": "\x1b]0;owned\x07\r", "at_ms": 0}]]
        for words, code in (
            (["boards"], 0),
            (["boards", "--json"], 0),
            (["board", "watch", "evil"], 3),
            (["board", "watch", "evil", "--json"], 3),
            (["set", "evil", "nothing", "1"], 4),
        ):
            done = self.check(words, code)
            for text in (done.stdout, done.stderr):
                self.assertFalse(set(text) & {chr(c) for c in [*range(10), *range(11, 32), *range(127, 160)]}, words)
        self.assertEqual(len(self.check(["boards"], 0).stdout.splitlines()), 2)

    def test_no_boards_is_not_an_error_and_says_how_to_get_one(self) -> None:
        self.hub.answers["/api/boards"] = (200, [])
        self.assertIn("./dev run", self.check(["boards"], 0).stdout)
        self.assertEqual(self.check(["boards", "--json"], 0).stdout, "[]\n")

    def test_board_commands_are_requests_to_the_control_socket(self) -> None:
        self.hub.answers["/api/boards/abcd1234/control"] = (200, ["ok", 1])
        for words, request in (
            (["press", "hall", "call"], ["press", "call", 200]),
            (["press", "hall", "call", "20"], ["press", "call", 20]),
            (["hold", "hall", "call"], ["hold", "call"]),
            (["release", "abcd1234", "call"], ["release", "call"]),
            (["set", "hall", "4", "1"], ["set", 4, 1]),
            (["read", "hall", "door_relay"], ["read", "door_relay"]),
        ):
            done = self.check(["board", *words], 0)
            self.assertEqual(self.hub.asked[-1], ("POST", "/api/boards/abcd1234/control", request))
            self.assertEqual(done.stdout, "1\n")
        self.assertEqual(self.check(["board", "read", "hall", "4", "--json"], 0).stdout, '["ok",1]\n')

    def test_a_boards_card_has_its_counters(self) -> None:
        self.assertIn("frames", self.check(["board", "show", "hall"], 0).stdout)
        card = json.loads(self.check(["board", "show", "hall", "--json"], 0).stdout)
        self.assertEqual(card["counters"], {"frames": 7})

    def test_row_4_19_a_sensors_card_has_what_its_mcu_says(self) -> None:
        self.assertIn("3slpirlnlqp0bqo1 1.0.0", self.check(["board", "show", "hall"], 0).stdout)

    def test_what_the_hub_refuses_has_its_exit_code_and_both_sentences(self) -> None:
        for status, word, code in (
            (404, "not_found", 4),
            (403, "refused", 5),
            (409, "busy", 5),
            (410, "expired", 5),
            (429, "rate_limited", 5),
            (400, "invalid_argument", 2),
            (503, "disconnected", 1),
        ):
            self.refuse("/api/boards/abcd1234/control", status, word)
            done = self.check(["board", "press", "hall", "call"], code)
            self.assertEqual(done.stderr, f"It is {word}\nWhat to try: Do better\n")
            self.assertFalse(done.stdout)

    def test_ha_status_is_a_page_and_its_exit_code_says_whether_all_is_connected(self) -> None:
        self.hub.answers["/api/home"] = (200, HOME)
        text = self.check(["ha", "status"], 0).stdout
        for words in (
            "connected, 127.0.0.1:1883",
            "said that it started",
            "connected, Home Assistant 2024.3.3",
            "one document for each entity",
            "1; `ouro ha orphans`",
            "5 announced, 1 not yet",
            "1: ouro ha check",
        ):
            self.assertIn(words, text)  # fmt: skip
        self.assertEqual(json.loads(self.check(["ha", "status", "--json"], 0).stdout), HOME)
        for part, state, words in (
            ("broker", "connecting", "connecting"),
            ("websocket", "refused", "make a new one"),
            ("websocket", "connecting", "connecting"),
        ):
            self.hub.answers["/api/home"] = (200, {**HOME, part: {**HOME[part], "state": state}})
            self.assertIn(words, self.check(["ha", "status"], 1).stdout)
        unborn = {**HOME, "birth_ms": None, "websocket": {"state": "off", "version": ""}}
        self.hub.answers["/api/home"] = (200, unborn)
        text = self.check(["ha", "status"], 0).stdout
        self.assertIn("no birth message", text)
        self.assertIn("off: boards read nothing", text)

    def test_ha_check_says_what_home_assistant_would_reject_and_ends_with_1(self) -> None:
        self.hub.answers["/api/home"] = (200, HOME)
        text = self.check(["ha", "check"], 1).stdout
        self.assertIn('✗ temp: device_class "hotness" is not known to any for a sensor', text)
        self.assertIn("Home Assistant would reject the entity; the hub leaves it out", text)
        row = json.loads(self.check(["ha", "check", "hall", "--json"], 1).stdout)
        self.assertEqual((row["uid"], row["remarks"]), ("abcd1234", [REMARK]))
        mild = {**REMARK, "rejected": False, "releases": "2024.3", "left_out": False}
        self.hub.answers["/api/home"] = (200, {**HOME, "boards": [{**HOME["boards"][0], "remarks": [mild]}]})
        self.assertIn("Home Assistant 2024.3 would ignore it", self.check(["ha", "check"], 0).stdout)
        self.hub.answers["/api/home"] = (200, {**HOME, "boards": [{**HOME["boards"][0], "remarks": []}]})
        self.assertIn("nothing to complain about", self.check(["ha", "check", "abcd1234"], 0).stdout)
        self.check(["ha", "check", "nobody"], 4)
        self.check(["ha", "check", "nobody\x1b[2J"], 4)

    def test_ha_orphans_are_listed_and_removed_when_somebody_says_so(self) -> None:
        self.hub.answers["/api/home"] = (200, HOME)
        text = self.check(["ha", "orphans"], 0).stdout
        self.assertIn("Shed: Gate", text)
        self.assertIn("--remove", text)
        self.assertEqual(json.loads(self.check(["ha", "orphans", "--json"], 0).stdout), ORPHAN)
        self.assertFalse([a for a in self.hub.asked if a[0] == "POST"], "nothing is removed by looking")
        self.hub.answers["/api/home/forget"] = (200, {"forgotten": 1})
        self.assertIn("1 removed", self.check(["ha", "orphans", "--remove"], 0).stdout)
        self.assertEqual(self.hub.asked[-1], ("POST", "/api/home/forget", {"topics": [ORPHAN["topic"]]}))
        self.hub.answers["/api/home"] = (200, {**HOME, "orphans": []})
        self.assertIn("No orphans", self.check(["ha", "orphans"], 0).stdout)

    def test_set_sends_the_kinds_value_and_ends_with_the_outcome(self) -> None:
        path = "/api/boards/abcd1234/entities/door/set"
        for outcome, text, code, line in (
            ("sent", "", 0, "sent"),
            ("done", "", 0, "done"),
            ("failed", "busy", 5, "failed: busy"),
            ("failed", "ValueError: x", 1, "failed: ValueError: x"),
            ("refused", "no", 5, "refused: no"),
            ("timeout", "silent", 1, "timeout: silent"),
        ):
            self.hub.answers[path] = (202, {"outcome": outcome, "text": text})
            done = self.check(["set", "hall", "door", "unlock", "--wait"], code)
            self.assertEqual(done.stdout, line + "\n")
            self.assertEqual(self.hub.asked[-1], ("POST", path + "?wait=1", {"value": "UNLOCK", "ttl_ms": 5000}))
        self.hub.answers["/api/boards/abcd1234/entities/auto/set"] = (202, {"outcome": "sent", "text": ""})
        self.check(["set", "hall", "auto", "off", "--ttl", "60000"], 0)
        self.assertEqual(self.hub.asked[-1][2], {"value": False, "ttl_ms": 60000})

    def test_an_unknown_board_or_entity_is_4(self) -> None:
        for words in (
            ["set", "cellar", "door", "LOCK"],
            ["set", "hall", "window", "LOCK"],
            ["board", "read", "cellar", "4"],
            ["logs", "cellar"],
        ):
            self.check(words, 4)

    def test_watch_tells_the_changes_of_one_board_until_the_hub_is_gone(self) -> None:
        output = {
            "type": "output",
            "uid": "abcd1234",
            "name": "door_relay",
            "on": True,
            "cause": "app",
            "at_ms": 3600500,
        }
        other = {**output, "uid": "other123"}
        self.hub.frames = [[{"type": "boards", "boards": [BOARD]}], [other, output], [{"type": "gap", "lost": 3}]]
        done = self.check(["board", "watch", "hall"], 3)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "01:00:00.500  output   door_relay on, by app")
        self.assertIn("3 messages were lost", lines[1])
        self.assertIn("hub is gone", done.stderr)
        done = self.check(["board", "watch", "hall", "--json"], 3)
        self.assertEqual(json.loads(done.stdout.splitlines()[0]), output)

    def test_logs_are_oldest_first_and_go_on_with_follow(self) -> None:
        entry = {"seq": 1, "at_ms": 0, "uid": "abcd1234", "what": "log", "id": "info", "data": None}
        self.hub.answers["/api/timeline"] = (200, [{**entry, "text": "second"}, {**entry, "text": "first"}])
        live = {"type": "log", "uid": "abcd1234", "level": "warning", "text": "third", "at_ms": 1}
        self.hub.frames = [[{"type": "boards", "boards": [BOARD]}, live]]
        lines = self.check(["logs", "hall", "-n", "2"], 0).stdout.splitlines()
        self.assertEqual(
            lines, ["Hall intercom  00:00:00.000  info     first", "Hall intercom  00:00:00.000  info     second"]
        )
        self.assertEqual(self.hub.asked[-1][1], "/api/timeline?what=log&limit=2&uid=abcd1234")
        lines = self.check(["logs", "-f", "--json"], 3).stdout.splitlines()
        self.assertEqual([json.loads(line)["text"] for line in lines], ["first", "second", "third"])

    def test_url_is_the_address_with_the_key_behind_the_hash(self) -> None:
        self.hub.answers["/health"] = (200, {})
        self.check(["url"], 1)
        (self.data / "address").write_text("http://127.0.0.1:1/\n")
        (self.data / "token").write_text("secret\n")
        self.assertEqual(self.check(["url"], 0).stdout, "http://127.0.0.1:1/#token=secret\n")

    def test_broker_tells_what_home_assistant_needs(self) -> None:
        self.check(["broker"], 4)
        (self.data / "broker.json").write_text(
            json.dumps({"host": "127.0.0.1", "port": 18830, "username": "ouro", "password": "pw"})
        )
        self.assertEqual(
            self.check(["broker"], 0).stdout.split(),
            ["Broker", "127.0.0.1", "Port", "18830", "Username", "ouro", "Password", "pw"],
        )


if __name__ == "__main__":
    unittest.main()
