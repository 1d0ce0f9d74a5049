# SPDX-License-Identifier: Apache-2.0
"""Attacks on a real hub: each one is refused, and nothing secret is ever written down."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import House, temporary_house
from parts.board import DOOR
from parts.openapi import Description
from parts.raw_http import exchange, fresh_address, request
from test_door import UNLOCK, stays_shut

CANARY = f"canary-{secrets.token_hex(12)}"  # the broker's password: looked for in everything that is written
JSON = {"X-Ouro": "1", "Content-Type": "application/json"}
ROUTES = Description().routes


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with temporary_house() as house:
        house.add_broker(CANARY)
        house.add_board()
        house.add_hub()
        house.start_all()
        yield house


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def websocket(house: House, **headers: str) -> int:
    """The status of an upgrade: 101, or how it was refused."""
    key = base64.b64encode(os.urandom(16)).decode()
    wanted = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
    return request(house.hub.port, "GET", "/api/ws", {**wanted, **headers}).status


# --- who may come in ---


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")
def test_every_route_refuses_whoever_has_no_role(house: House, route) -> None:
    path = route.example(uid=house.board.uid, id="door", name="intercom")
    body = b'{"value":"UNLOCK"}' if route.method == "POST" else b""
    answer = request(house.hub.port, route.method, path, JSON if body else {}, body, source=fresh_address())
    if route.role == "none":
        assert answer.status in (200, 400, 401), answer
    else:
        assert answer.status == 401, answer
        house.hub.api.check_component("Error", answer.json())


def test_wrong_tokens_are_401_whatever_their_shape(house: House) -> None:
    token = house.hub.token
    wrong = ["", " ", token[:-1], token[1:], token + "x", token.swapcase(), "x" * 129, "x" * 6000, "null", "\xff\xfe"]
    for text in wrong:
        source = fresh_address()
        answer = request(house.hub.port, "GET", "/api/boards", bearer(text), source=source)
        assert answer.status == 401, f"{text[:60]!r} as bearer: {answer.status}"
        body = json.dumps({"token": text}).encode()
        answer = request(house.hub.port, "POST", "/api/login", JSON, body, source=source)
        assert answer.status in (400, 401), f"{text[:60]!r} at login: {answer.status}"
        assert answer.header("set-cookie") is None
    for body in (b"", b"{}", b"[]", b"null", b'{"token":null}', b'{"token":["x"]}', b"{" * 2000, b"\xff"):
        answer = request(house.hub.port, "POST", "/api/login", JSON, body, source=fresh_address())
        assert answer.status in (400, 401), f"{body[:40]!r}: {answer.status}"


def test_guessing_is_slowed_for_the_guesser_alone(house: House) -> None:
    guesser = fresh_address()
    body = b'{"token":"wrong"}'
    seen = [request(house.hub.port, "POST", "/api/login", JSON, body, source=guesser).status for _ in range(13)]
    assert seen[0] == 401 and seen[-1] == 429, seen
    right = json.dumps({"token": house.hub.token}).encode()
    assert request(house.hub.port, "POST", "/api/login", JSON, right, source=fresh_address()).status == 200


def test_the_cookie_is_for_browsers_only_and_logout_ends_it(house: House) -> None:
    right = json.dumps({"token": house.hub.token}).encode()
    answer = request(house.hub.port, "POST", "/api/login", JSON, right)
    cookie = answer.header("set-cookie")
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert house.hub.token not in cookie
    again = request(house.hub.port, "POST", "/api/login", {**JSON, "Cookie": cookie.split(";")[0]}, right)
    assert again.header("set-cookie").split(";")[0] != cookie.split(";")[0], "a session is never taken over (fixation)"
    held = {"Cookie": cookie.split(";")[0], "Origin": house.hub.url}
    assert request(house.hub.port, "GET", "/api/me", held).status == 200
    assert websocket(house, **held) == 101
    assert request(house.hub.port, "POST", "/api/logout", {**held, **JSON}).status == 204
    assert request(house.hub.port, "GET", "/api/me", held).status == 401
    assert websocket(house, **held) == 401


# --- from where ---


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil:1", "[::2]", "0.0.0.0"])
def test_a_foreign_host_name_is_refused(house: House, host: str) -> None:
    for path in ("/", "/health", "/api/boards"):
        answer = request(house.hub.port, "GET", path, {"Host": host, **bearer(house.hub.token)})
        assert answer.status in (400, 421), f"{host} {path}: {answer.status}"


def test_two_host_headers_are_refused(house: House) -> None:
    data = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{house.hub.port}\r\nHost: evil.example\r\n\r\n".encode()
    assert exchange(house.hub.port, data).status in (400, 421)


FOREIGN = ["http://evil.example", "null", "", "http://127.0.0.1.evil.example", "https://127.0.0.1", "file://"]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_may_neither_change_nor_listen(house: House, origin: str) -> None:
    cookie = house.hub.login()
    path = f"/api/boards/{house.board.uid}/entities/door/set"
    with house.board.watch() as pins:
        before = len(pins.changes)
        headers = {**JSON, "Cookie": cookie, "Origin": origin}
        assert request(house.hub.port, "POST", path, headers, b'{"value":"UNLOCK"}').status == 403
        assert websocket(house, Cookie=cookie, Origin=origin) == 403
        stays_shut(pins, before, 0.3)


def test_the_websocket_wants_an_origin_from_a_browser(house: House) -> None:
    cookie = house.hub.login()
    assert websocket(house, Cookie=cookie) == 403
    assert websocket(house, Cookie=cookie, Origin=house.hub.url + ".evil.example") == 403
    assert websocket(house, Cookie=cookie, Origin=house.hub.url) == 101


def test_a_change_by_a_form_or_without_our_header_is_refused(house: House) -> None:
    path = f"/api/boards/{house.board.uid}/entities/door/set"
    cookie = {"Cookie": house.hub.login(), "Origin": house.hub.url}
    body = b'{"value":"UNLOCK"}'
    with house.board.watch() as pins:
        before = len(pins.changes)
        for headers in (
            {"Content-Type": "application/json"},
            {"X-Ouro": "1", "Content-Type": "text/plain"},
            {"X-Ouro": "1", "Content-Type": "application/x-www-form-urlencoded"},
            {"X-Ouro": "0", "Content-Type": "application/json"},
        ):
            answer = request(house.hub.port, "POST", path, {**cookie, **headers}, body)
            assert answer.status in (400, 403, 415), f"{headers}: {answer.status}"
        assert request(house.hub.port, "GET", path, cookie).status in (404, 405)
        stays_shut(pins, before, 0.5)


# --- what ---


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/..%5c..%5cetc",
        "/%252e%252e/etc/passwd",
        "//etc/passwd",
        "/assets/../../token",
        "/api/profiles/..%2f..%2f..%2fetc%2fpasswd",
        "/api/profiles/%2fetc%2fpasswd",
        "/api/profiles/intercom%00.json",
        "/proc/self/environ",
        "/token",
        "/broker.json",
        "/index.html%00.js",
    ],
)
def test_no_path_leads_out_of_the_page(house: House, path: str) -> None:
    answer = request(house.hub.port, "GET", path, bearer(house.hub.token))
    text = answer.body.decode(errors="replace")
    assert "root:" not in text and house.hub.token not in text and CANARY not in text
    assert answer.status in (400, 404) or (answer.status == 200 and "<html" in text.lower()), f"{path}: {answer.status}"
    assert not path.startswith("/api") or answer.status in (400, 404)


def resident_kb(pid: int) -> int:
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0])


def test_oversized_requests_end_early_and_cost_no_memory(house: House) -> None:
    port, host = house.hub.port, f"Host: 127.0.0.1:{house.hub.port}\r\n"
    auth = f"Authorization: Bearer {house.hub.token}\r\n"
    path = f"/api/boards/{house.board.uid}/control"
    json_head = f"POST {path} HTTP/1.1\r\n{host}{auth}X-Ouro: 1\r\nContent-Type: application/json\r\n"
    before = resident_kb(house.hub.process.pid)
    cases = {
        "long address": f"GET /{'a' * 100_000} HTTP/1.1\r\n{host}\r\n".encode(),
        "long header": f"GET /health HTTP/1.1\r\n{host}X-A: {'a' * 100_000}\r\n\r\n".encode(),
        "many headers": f"GET /health HTTP/1.1\r\n{host}".encode() + b"X-A: b\r\n" * 3000 + b"\r\n",
        "long body": f"{json_head}Content-Length: 1000000\r\n\r\n".encode() + b"[" * 1_000_000,
        "promised body": f"{json_head}Content-Length: 99999999999\r\n\r\n[".encode(),
        "deep JSON": f"{json_head}Content-Length: 60000\r\n\r\n".encode() + b"[" * 60_000,
        "two lengths": f"{json_head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n[] ".encode(),
        "length and chunks": f"{json_head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode(),
        "negative length": f"{json_head}Content-Length: -1\r\n\r\n".encode(),
        "folded header": f"GET /health HTTP/1.1\r\n{host}X-A: b\r\n c\r\nContent-Length : 3\r\n\r\n".encode(),
        "no HTTP": b"\x16\x03\x01\x02\x00" + os.urandom(500) + b"\r\n\r\n",
    }
    for name, data in cases.items():
        status = exchange(port, data, within=4).status
        assert status == 0 or 400 <= status < 500, f"{name}: {status}"
    assert resident_kb(house.hub.process.pid) - before < 20_000, "refusing must not cost memory"
    assert house.hub.health()["status"] == "ok"


def test_a_crowd_and_a_slow_writer_do_not_shut_out_others(house: House) -> None:
    crowd = [socket.create_connection(("127.0.0.1", house.hub.port), 5, (fresh_address(), 0)) for _ in range(150)]
    try:
        for one in crowd:
            one.sendall(b"GET /health HTTP/1.1\r\nHost: ")  # and never more
        started = time.monotonic()
        assert house.hub.health()["status"] == "ok"
        assert time.monotonic() - started < 2
    finally:
        for one in crowd:
            one.close()


def test_hostile_command_bodies_are_refused_with_an_explanation(house: House) -> None:
    path = f"/api/boards/{house.board.uid}/entities/door/set"
    bodies = [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"{",
        b'{"value":{}}',
        b'{"value":"UNLOCK","ttl_ms":0}',
        b'{"value":"UNLOCK","ttl_ms":1e99}',
        b'{"value":"UNLOCK","cmd_id":"a b"}',
        b'{"value":"UNLOCK","cmd_id":""}',
        b'{"value":"' + b"x" * 5000 + b'"}',
        b'{"value":"\xff"}',
        b'{"value":NaN}',
    ]
    with house.board.watch() as pins:
        before = len(pins.changes)
        for body in bodies:
            answer = request(house.hub.port, "POST", path, {**JSON, **bearer(house.hub.token)}, body)
            assert 400 <= answer.status < 500, f"{body[:60]!r}: {answer.status}"
            house.hub.api.check_component("Error", answer.json())
        stays_shut(pins, before, 0.5)
    injection = "what=%27%3B+drop+table+entries"
    for query in ("limit=0", "limit=99999", "limit=x", "limit=1e3", "before=x", "uid=%00", injection):
        answer = request(house.hub.port, "GET", f"/api/timeline?{query}", bearer(house.hub.token))
        assert answer.status == 400, f"{query}: {answer.status}"
    for query in ("points=0", "points=10001", "from=x", "to=nan", "from=inf"):
        path = f"/api/boards/{house.board.uid}/history/free_memory?{query}"
        answer = request(house.hub.port, "GET", path, bearer(house.hub.token))
        assert answer.status == 400, f"{query}: {answer.status}"


def test_quit_and_watch_are_not_passed_on_to_a_board(house: House) -> None:
    path = f"/api/boards/{house.board.uid}/control"
    for words in (["quit"], ["watch"]):
        assert 400 <= house.hub.request("POST", path, words).status_code < 500
    assert house.board.process.alive


def test_the_page_comes_with_its_armour(house: House) -> None:
    answer = request(house.hub.port, "GET", "/")
    policy = answer.header("content-security-policy") or ""
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";") if rule.strip())
    assert answer.status == 200 and rules["frame-ancestors"] == "'self'"
    scripts = rules.get("script-src", rules["default-src"])
    assert "'unsafe-inline'" not in scripts and "'unsafe-eval'" not in scripts and "*" not in scripts
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "no-referrer"


def test_the_hub_listens_on_loopback_alone(house: House) -> None:
    inodes = {os.readlink(f) for f in Path(f"/proc/{house.hub.process.pid}/fd").iterdir() if f.is_symlink()}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                assert fields[1].split(":")[0] == "0100007F", f"listens on {fields[1]}"


# --- what is written down (last in the file: everything above has been logged by now) ---


def test_files_with_secrets_are_for_the_owner_alone(house: House) -> None:
    def mode(path: Path) -> int:
        return stat.S_IMODE(path.lstat().st_mode)

    assert mode(house.hub.data) == 0o700
    for path in house.hub.data.rglob("*"):
        if not path.is_dir():
            assert mode(path) & 0o077 == 0, f"{path.name}: {mode(path):o}"
    assert mode(house.hub.data / "token") == 0o600
    assert mode(house.hub.data / "ouro.sock") == 0o600
    assert mode(house.board.folder / "control.sock") == 0o600


def test_no_secret_is_in_any_log_answer_topic_or_record(house: House) -> None:
    house.access.publish(UNLOCK, "not a command")
    cookie = house.hub.login().split("=", 1)[1]
    hidden = {"token": house.hub.token, "session": cookie, "broker password": CANARY}
    said = {log.name: log.read_bytes() for log in house.folder.rglob("*.log") if log.name != "mosquitto.log"}
    with house.access.listen("#") as everything:
        everything.mark_end(3)
        said["mqtt"] = b"\n".join(m.topic.encode() + m.payload for m in everything.messages)
    for path in ("/health", "/api/me", "/api/boards", "/api/timeline"):
        said[path] = house.hub.request("GET", path).content
    for file in house.hub.data.iterdir():
        if file.is_file() and file.name not in ("token", "ouro.sock"):
            said[file.name] = file.read_bytes()
    for name, text in said.items():
        for what, secret in hidden.items():
            if what == "token" and name == "hub.log":
                text = text.replace(f"#token={secret}".encode(), b"")  # printed for the person who starts the hub
            assert secret.encode() not in text, f"the {what} is in {name}"


def test_a_readable_token_file_is_refused(tmp_house_factory) -> None:
    with tmp_house_factory() as other:
        hub = other.add_hub()
        hub.data.mkdir(mode=0o700)
        (hub.data / "token").write_text("A" * 43)
        (hub.data / "token").chmod(0o644)
        hub.process.start()
        assert hub.process.wait() != 0
        assert "token" in hub.process.text() and "chmod" in hub.process.text()


def test_the_door_never_moved_through_all_of_this(house: House) -> None:
    outputs = house.hub.timeline(house.board.uid, "output")
    assert [e for e in outputs if e["id"] == DOOR and "true" in json.dumps(e["data"])] == []
