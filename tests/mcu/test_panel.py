# SPDX-License-Identifier: Apache-2.0
"""The panel of the emulated board, as its clients find it: the same as that of a virtual board."""

from __future__ import annotations

import json
import socket
import time

from emulated import Emulated
from parts.waiting import eventually
from viewer import Viewer


def connect(board: Emulated) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(20)
    client.connect(str(board.folder / "control.sock"))
    return client


def ask(client: socket.socket, *words: object) -> list[object]:
    """The very next line is the answer."""
    client.sendall(json.dumps(words).encode() + b"\n")
    line = b""
    while not line.endswith(b"\n"):
        part = client.recv(1)
        assert part, f"the board hung up in the middle of {line!r}"
        line += part
    return json.loads(line)


def test_a_conversation_begins_clean_whatever_the_last_one_left(board: Emulated) -> None:
    for rest in (b'["inf', b'["watch"]\n["watch","face"]\n["info"]\n["re', b"\n\n\xff\x18\n"):
        with connect(board) as client:
            client.sendall(rest)
        with connect(board) as client:
            assert ask(client, "info")[0] == "ok"
            assert ask(client, "read", "a")[0] == "ok"


def test_clients_at_the_same_time_have_conversations_of_their_own(board: Emulated, viewer: Viewer) -> None:
    with connect(board) as one, connect(board) as two:
        assert ask(one, "watch") == ["ok"]
        assert ask(two, "info")[0] == "ok"
        viewer.press("right")
        viewer.press("left")
        assert ask(two, "read", "a")[0] == "ok"


def test_a_client_too_many_is_let_go_and_its_place_is_free_again(board: Emulated) -> None:
    clients = [connect(board) for _ in range(4)]
    for client in clients:
        assert ask(client, "info")[0] == "ok"
    with connect(board) as client:
        assert client.recv(1) == b""
    clients.pop().close()
    for client in clients:
        client.close()
    eventually(lambda: answers(board), 20, "a place is free again")


def answers(board: Emulated) -> bool:
    with connect(board) as client:
        client.sendall(b'["info"]\n')
        return client.recv(1) == b"["


def test_a_line_that_is_too_long_ends_the_conversation(board: Emulated) -> None:
    with connect(board) as client:
        client.sendall(b"x" * 1024)
        assert client.recv(1) == b""
    with connect(board) as client:
        assert ask(client, "info")[0] == "ok"


def test_changes_of_pins_bear_the_time_of_this_machine(board: Emulated) -> None:
    with board.panel() as panel:
        panel.ask("watch")
        panel.ask("info")
        since = len(panel.changes)
        before = time.monotonic()
        panel.ask("press", "right", 60)
        pressed = panel.wait_for("a change", lambda change: change.name == "right", since=since)
        after = time.monotonic()
    # The board hears the time a moment late, and so is behind by that; its own would be behind by much more.
    assert before - 1 < pressed.at <= after
