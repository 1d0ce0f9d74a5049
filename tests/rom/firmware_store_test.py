# SPDX-License-Identifier: Apache-2.0
"""`ouro firmware` against a server of this test's own: resume, cache, and what it says when there is nothing."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flash_cli_test import ouro

FILE = bytes(range(256)) * 4000
NAME = "ESP32_GENERIC-20250415-v1.25.0.bin"


class Handler(BaseHTTPRequestHandler):
    cut_after: int | None = None
    resumes = True
    asked: list[str] = []
    hosts: list[str] = []
    redirect: str | None = None

    def do_GET(self) -> None:
        Handler.hosts.append(self.headers.get("Host", ""))
        Handler.asked.append(self.headers.get("Range", "all"))
        if Handler.redirect:
            self.send_response(302)
            self.send_header("Location", Handler.redirect)
            self.end_headers()
            return
        if not self.path.endswith(NAME):
            self.send_error(404)
            return
        begin = 0
        if self.headers.get("Range") and Handler.resumes:
            begin = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
        rest = FILE[begin:]
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(FILE) - 1}/{len(FILE)}")
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        cut, Handler.cut_after = Handler.cut_after, None
        self.wfile.write(rest[:cut])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Handler.cut_after, Handler.resumes, Handler.asked = None, True, []
    Handler.hosts, Handler.redirect = [], None
    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{served.server_address[1]}"
    served.shutdown()


def get(server: str, folder: Path):
    return ouro("firmware", "get", "esp32@1.25.0", "--json", OURO_FIRMWARE_MIRROR=server, OURO_FIRMWARE_DIR=str(folder))


# ACCEPTANCE 1.9
def test_row_1_9_a_file_is_fetched_once_and_then_used_offline(server: str, tmp_path: Path) -> None:
    done = get(server, tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["sha256"] == hashlib.sha256(FILE).hexdigest() and said["size"] == len(FILE) and not said["cached"]
    assert Path(said["file"]).read_bytes() == FILE
    again = get("http://127.0.0.1:9", tmp_path)
    assert again.returncode == 0 and json.loads(again.stdout.splitlines()[-1])["cached"]


@pytest.mark.parametrize("resumes", [True, False])
def test_a_cut_download_goes_on_where_it_ended(server: str, tmp_path: Path, resumes: bool) -> None:
    Handler.cut_after, Handler.resumes = 300_000, resumes
    first = get(server, tmp_path)
    assert first.returncode == 1 and "Trying again goes on" in first.stderr
    assert (tmp_path / f"{NAME}.part").stat().st_size > 0
    second = get(server, tmp_path)
    assert second.returncode == 0, second.stderr
    assert Handler.asked[1] != "all"
    assert (tmp_path / NAME).read_bytes() == FILE


def test_two_that_want_the_same_file_fetch_it_once(server: str, tmp_path: Path) -> None:
    with ThreadPoolExecutor() as both:
        done = list(both.map(lambda _: get(server, tmp_path), range(2)))
    for one in done:
        assert one.returncode == 0, one.stderr
    assert Handler.asked == ["all"]
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert (tmp_path / NAME).read_bytes() == FILE


def test_what_is_not_there_is_told(server: str, tmp_path: Path) -> None:
    done = ouro("firmware", "get", "esp32c3@1.25.0", OURO_FIRMWARE_MIRROR=server, OURO_FIRMWARE_DIR=str(tmp_path))
    assert done.returncode == 4 and "404" in done.stderr
    assert not list(tmp_path.iterdir())
    unknown = ouro("firmware", "get", "toaster")
    assert unknown.returncode == 4 and "ouro firmware list" in unknown.stderr


def test_a_mirror_of_ones_choice_may_be_plain_and_no_other_server(server: str, tmp_path: Path) -> None:
    """A name that is not this machine's, and a proxy that leads it here all the same."""
    mirror = "http://mirror.test"
    through = {"http_proxy": server, "OURO_FIRMWARE_DIR": str(tmp_path)}
    done = ouro("firmware", "get", "esp32@1.25.0", OURO_FIRMWARE_MIRROR=mirror, **through)
    assert done.returncode == 0, done.stderr
    assert Handler.hosts == ["mirror.test"] and (tmp_path / NAME).read_bytes() == FILE


def test_a_mirror_that_leads_elsewhere_in_plain_text_is_refused(server: str, tmp_path: Path) -> None:
    class Elsewhere(Handler):
        redirect = None

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "7")
            self.end_headers()
            self.wfile.write(b"changed")

    elsewhere = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
    Handler.redirect = "http://elsewhere.test/" + NAME
    proxy = f"http://127.0.0.1:{elsewhere.server_address[1]}"
    done = ouro("firmware", "get", "esp32@1.25.0", OURO_FIRMWARE_MIRROR=server, OURO_FIRMWARE_DIR=str(tmp_path),
                http_proxy=proxy)  # fmt: skip
    elsewhere.shutdown()
    assert done.returncode == 5, done.stderr
    assert "elsewhere.test" in done.stderr and "Use https" in done.stderr
    assert not list(tmp_path.iterdir()), "not a byte of it is kept"


def test_the_list_names_boards_and_versions() -> None:
    done = ouro("firmware", "list")
    assert done.returncode == 0 and "feather-huzzah-esp8266" in done.stdout and "circuitpython" in done.stdout
    one = ouro("firmware", "list", "pico", "--json")
    assert {json.loads(line)["board"] for line in one.stdout.splitlines()} == {"pico"}
    printed_on_it = ouro("firmware", "list", "NodeMCU", "--json")
    assert {json.loads(line)["board"] for line in printed_on_it.stdout.splitlines()} == {"esp8266"}
    nothing = ouro("firmware", "list", "toaster")
    assert nothing.returncode == 4 and "`ouro firmware list` has all" in nothing.stderr
