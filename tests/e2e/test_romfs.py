# SPDX-License-Identifier: Apache-2.0
"""A board's ROM partition: `ouro romfs` beside mpremote's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import ROOT, program
from parts.romfs_board import ROM_SIZE, SECTOR_SIZE, Rom, romfs_board
from test_board_tools import unix_tool
from test_deploy import write_app
from test_tools import Tool

KINDS = ["memory", "object"]
FILES = {"lib/greet.py": "WORD = 'hello'\n", "data/long.txt": "0123456789abcdef" * 700, "odd": "x", "empty": ""}
IMAGE_MAGIC = b"\xd2\xcd\x31"


@pytest.fixture(params=KINDS)
def rom(request: pytest.FixtureRequest, tmp_path: Path) -> Rom:
    return Rom(tmp_path, request.param)


@contextmanager
def rom_tool(folder: Path, rom: Rom, **line: float | None) -> Iterator[Tool]:
    """`ouro`, on a board with that partition."""
    with romfs_board(program("unix-board"), folder, rom, **line) as paced:
        yield Tool(paced.device, folder / "board")


def mpremote(device: str, *words: str) -> str:
    argv = [sys.executable, "-m", "mpremote", "connect", device, *words]
    return subprocess.run(argv, capture_output=True, check=True, text=True, timeout=60).stdout


# --- The board of these tests, and mpremote


def test_the_board_takes_an_image_from_mpremote_and_keeps_it(rom: Rom, tmp_path: Path) -> None:
    source = write_app(tmp_path / "src", FILES)
    with rom_tool(tmp_path, rom) as tool:
        assert "Not a valid ROMFS" in mpremote(tool.device, "romfs", "query")
        mpremote(tool.device, "romfs", "--no-mpy", "deploy", str(source))
        assert "ROMFS image size" in mpremote(tool.device, "romfs", "query")
    with rom_tool(tmp_path, rom) as tool:
        told = mpremote(tool.device, "exec", "import greet; print(greet.WORD, greet.__file__)")
        assert told.strip() == "hello /rom/lib/greet.py"
        size = mpremote(tool.device, "eval", "len(open('/rom/data/long.txt').read())")
        assert int(size) == len(FILES["data/long.txt"])


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


# --- ouro romfs


def test_an_image_is_written_read_back_and_mounted(rom: Rom, tmp_path: Path) -> None:
    source = write_app(tmp_path / "src", FILES)
    with rom_tool(tmp_path, rom) as tool:
        assert tool.ok("romfs", "query").strip().endswith("without an image")
        assert "written and read back" in tool.ok("romfs", "deploy", "--no-mpy", str(source))
        assert tool.ok("exec", "import greet; print(greet.__file__)").strip() == "/rom/lib/greet.py"
        before = rom.path.stat().st_mtime_ns
        said = [json.loads(line) for line in tool.ok("romfs", "--json", "deploy", "--no-mpy", str(source)).splitlines()]
        assert said[-1]["type"] == "deployed" and not said[-1]["written"]
        assert rom.path.stat().st_mtime_ns == before
        listed = tool.ok("romfs", "query", "--list")
        assert f"  {len(FILES['data/long.txt'])} B  data/long.txt" in listed and "  0 B  empty" in listed
        size = int(mpremote(tool.device, "romfs", "query").split("ROMFS image size: ")[1])
        partition = json.loads(tool.ok("romfs", "query", "--json"))
        assert partition["size"] == ROM_SIZE and size <= partition["image_size"] <= size + 6  # it leaves out the header
        write_app(source, {"lib/greet.py": "WORD = 'bye'\n"})
        progress = tool.ok("romfs", "--no-mpy", "--json", "deploy", str(source))
        assert json.loads(progress.splitlines()[-2])["done"] == json.loads(progress.splitlines()[-1])["size"]
        assert tool.ok("exec", "import greet; print(greet.WORD)").strip() == "bye"


def test_what_mpremote_wrote_is_read_and_the_other_way_round(rom: Rom, tmp_path: Path) -> None:
    source = write_app(tmp_path / "src", FILES)
    with rom_tool(tmp_path, rom) as tool:
        mpremote(tool.device, "romfs", "--no-mpy", "deploy", str(source))
        listed = [json.loads(line) for line in tool.ok("romfs", "query", "--list", "--json").splitlines()]
        files = {line["path"]: line["size"] for line in listed if line["type"] == "file"}
        assert files == {path: len(text) for path, text in FILES.items()}
        tool.ok("romfs", "build", "--no-mpy", str(source))
        assert rom.content.startswith((tmp_path / "src.romfs").read_bytes())
        mpremote(tool.device, "romfs", "deploy", str(tmp_path / "src.romfs"))
        assert "has it already" in tool.ok("romfs", "deploy", str(tmp_path / "src.romfs"))


def test_python_is_compiled_where_there_is_a_compiler(tmp_path: Path) -> None:
    source = write_app(tmp_path / "src", FILES)
    cross = program("ouro").parent.parent / "micropython/mpy-cross/mpy-cross"
    rom = Rom(tmp_path)
    with rom_tool(tmp_path, rom) as tool:
        compiled = {"OURO_MPY_CROSS": str(cross)}
        assert "lib/greet.mpy" in tool.ok("romfs", "build", str(source), environment=compiled)
        tool.run("romfs", "deploy", "-m", str(source), environment=compiled)
        assert tool.ok("exec", "import greet; print(greet.__file__)").strip() == "/rom/lib/greet.mpy"
        none = {"OURO_MPY_CROSS": "", "PATH": str(tmp_path)}
        said = tool.ok("romfs", "build", str(source), environment=none)
        assert "lib/greet.py" in said and "no mpy-cross" in said
        assert tool.run("romfs", "build", "-m", str(source), environment=none).returncode == 4
        (source / "lib/greet.py").write_text("def\n")
        assert tool.run("romfs", "build", str(source), environment=compiled).returncode == 2


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    source = write_app(tmp_path / "src", FILES)
    rom = Rom(tmp_path, size=SECTOR_SIZE)
    with rom_tool(tmp_path, rom) as tool:
        large = tool.run("romfs", "deploy", "--no-mpy", str(source))
        assert large.returncode == 1 and b"the partition 4096" in large.stderr
        assert rom.content == b"\xff" * SECTOR_SIZE
        assert tool.run("romfs", "deploy", "-p", "1", str(source)).returncode == 4
        assert tool.run("romfs", "deploy", str(tmp_path / "nothing")).returncode == 4
        (tmp_path / "broken.romfs").write_bytes(IMAGE_MAGIC + b"\x7f")
        assert tool.run("romfs", "deploy", str(tmp_path / "broken.romfs")).returncode == 1


def test_a_board_without_the_partition_has_none(tmp_path: Path) -> None:
    with unix_tool(tmp_path) as tool:
        assert "No ROMFS partitions available" in mpremote(tool.device, "romfs", "query")
        none = tool.run("romfs", "query")
        assert none.returncode == 4 and b"FLASH_2M_ROMFS" in none.stderr


def test_worn_flash_is_found_out(tmp_path: Path) -> None:
    source = write_app(tmp_path / "src", FILES)
    rom = Rom(tmp_path, worn=5000)
    with rom_tool(tmp_path, rom) as tool:
        done = tool.run("romfs", "deploy", "--no-mpy", str(source))
        assert done.returncode == 1 and b"does not keep what is written at byte 4096" in done.stderr
        assert tool.ok("romfs", "query").strip().endswith("without an image")
