# SPDX-License-Identifier: Apache-2.0
"""A board's ROM partition: `ouro romfs` beside mpremote's, and `ha` in it by `ouro deploy`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, program
from parts.romfs_board import Rom, romfs_board
from test_board_tools import unix_tool
from test_deploy import write_app

KINDS = ["memory", "object"]
FILES = {"lib/greet.py": "WORD = 'hello'\n", "data/long.txt": "0123456789abcdef" * 700, "odd": "x", "empty": ""}


@pytest.fixture(params=KINDS)
def rom(request: pytest.FixtureRequest, tmp_path: Path) -> Rom:
    return Rom(tmp_path, request.param)


def mpremote(device: str, *words: str) -> str:
    argv = [sys.executable, "-m", "mpremote", "connect", device, *words]
    return subprocess.run(argv, capture_output=True, check=True, text=True, timeout=60).stdout


def test_the_board_takes_an_image_from_mpremote_and_keeps_it(rom: Rom, tmp_path: Path) -> None:
    source = write_app(tmp_path / "src", FILES)
    with romfs_board(program("unix-board"), tmp_path, rom) as line:
        assert "Not a valid ROMFS" in mpremote(line.device, "romfs", "query")
        mpremote(line.device, "romfs", "--no-mpy", "deploy", str(source))
        assert "ROMFS image size" in mpremote(line.device, "romfs", "query")
    with romfs_board(program("unix-board"), tmp_path, rom) as line:
        told = mpremote(line.device, "exec", "import greet; print(greet.WORD, greet.__file__)")
        assert told.strip() == "hello /rom/lib/greet.py"
        size = mpremote(line.device, "eval", "len(open('/rom/data/long.txt').read())")
        assert int(size) == len(FILES["data/long.txt"])


def test_a_board_without_the_partition_has_none(tmp_path: Path) -> None:
    with unix_tool(tmp_path) as tool:
        assert "No ROMFS partitions available" in mpremote(tool.device, "romfs", "query")


def test_the_golden_images_are_what_mpremote_makes(tmp_path: Path) -> None:
    for number, vector in enumerate(json.loads((ROOT / "protocol/vectors/romfs.json").read_text())["images"]):
        source, image = tmp_path / str(number), tmp_path / f"{number}.romfs"
        source.mkdir()
        for path, content in vector["files"]:
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(bytes.fromhex(content))
        argv = [sys.executable, "-m", "mpremote", "romfs", "--no-mpy", "-o", str(image), "build", str(source)]
        subprocess.run(argv, capture_output=True, check=True, timeout=60)
        assert image.read_bytes().hex() == vector["image"], vector["name"]
