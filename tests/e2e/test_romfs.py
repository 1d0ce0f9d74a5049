# SPDX-License-Identifier: Apache-2.0
"""A board's ROM partition: `ouro romfs` beside mpremote's, and `ha` in it by `ouro deploy`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import ROOT, program
from parts.qemu_board import QemuBoard
from parts.romfs_board import ROM_SIZE, SECTOR_SIZE, Rom, romfs_board
from test_board_tools import unix_tool
from test_deploy import started, write_app
from test_tools import Tool

KINDS = ["memory", "object"]
FILES = {"lib/greet.py": "WORD = 'hello'\n", "data/long.txt": "0123456789abcdef" * 700, "odd": "x", "empty": ""}
IMAGE_MAGIC = b"\xd2\xcd\x31"
# It says where its `ha` comes from, and runs on.
APP = """import ha, time
print('ha is', ha.__file__)
while True:
    time.sleep(0.05)
"""


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


def app_with_ha(folder: Path) -> Path:
    return write_app(folder, {"app.py": APP})


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


# --- ha, by ouro deploy


def test_ha_goes_into_the_rom_once_and_is_imported_from_there(rom: Rom, tmp_path: Path) -> None:
    app = app_with_ha(tmp_path / "porch")
    with rom_tool(tmp_path, rom) as tool:
        assert tool.folder
        (tool.folder / "ha.py").write_text("raise SystemExit('not this one')\n")
        plan = tool.ok("deploy", "--dry-run", str(app))
        assert "added  /rom/lib/ha" in plan and "ha/__init__" not in plan.replace("/rom/lib/ha", "")
        assert rom.content == b"\xff" * ROM_SIZE and not (tool.folder / "main.py").exists()
        said = tool.ok("deploy", "--health", "1", str(app))
        assert "/rom/lib/ha" in said and "ha is /rom/lib/ha/__init__.mpy" in said
        assert said.endswith("ok: it runs, and has not crashed\n")
        now = started(tool.folder)
        assert now is not None and set(now) == {"app.py"}
        written = rom.path.stat().st_mtime_ns
        again = tool.ok("deploy", "--health", "1", str(app))
        assert "the board has it already" in again and "ha is /rom/lib/ha/__init__.mpy" in again
        write_app(app, {"app.py": APP + "# the second\n"})
        plan = json.loads(tool.ok("deploy", "--dry-run", "--json", str(app)))
        assert plan["ha_in_rom"] == "there" and [file["path"] for file in plan["files"]] == ["app.py"]
        tool.ok("deploy", "--health", "1", str(app))
        assert rom.path.stat().st_mtime_ns == written
        assert "lib/ha/__init__.mpy" in tool.ok("romfs", "query", "--list")
        assert "ha is /rom" in tool.ok("deploy", "--rollback", "--health", "1", str(app))


def test_an_older_ha_of_ours_is_replaced(tmp_path: Path) -> None:
    app = app_with_ha(tmp_path / "porch")
    rom = Rom(tmp_path)
    with rom_tool(tmp_path, rom) as tool:
        tool.ok("deploy", "--health", "1", str(app))
        whole = rom.content
        rom.content = whole[:20000] + b"\x00" + whole[20001:]
        assert "changed  /rom/lib/ha" in tool.ok("deploy", "--health", "1", str(app))
        assert rom.content == whole


def test_what_others_have_in_the_rom_stays(rom: Rom, tmp_path: Path) -> None:
    app, source = app_with_ha(tmp_path / "porch"), write_app(tmp_path / "src", FILES)
    with rom_tool(tmp_path, rom) as tool:
        assert tool.folder
        tool.ok("romfs", "deploy", "--no-mpy", str(source))
        theirs = rom.content
        said = tool.ok("deploy", "--health", "1", str(app))
        assert "the board's ROM holds other files, which stay" in said and "romfs deploy --ha" in said
        assert ".ouro/apps/porch" in said and rom.content == theirs
        assert "ha/__init__.mpy" in {
            path.relative_to(path.parents[1]).as_posix() for path in tool.folder.rglob("*.mpy")
        }
        tool.ok("romfs", "deploy", "--no-mpy", "--ha", str(source))
        both = rom.content
        write_app(app, {"app.py": APP + "import greet\n"})
        said = tool.ok("deploy", "--health", "1", str(app))
        assert "ha is /rom/lib/ha/__init__.mpy" in said and rom.content == both


def test_beside_the_app_as_ever_if_asked_or_too_small(tmp_path: Path) -> None:
    app = app_with_ha(tmp_path / "porch")
    rom = Rom(tmp_path, size=4 * SECTOR_SIZE)
    with rom_tool(tmp_path, rom) as tool:
        assert tool.folder
        said = tool.ok("deploy", "--health", "1", str(app))
        assert "the board's ROM has 16384 bytes, and ha needs" in said and ".ouro/apps/porch" in said
        erased = rom.content
    rom = Rom(tmp_path)
    with rom_tool(tmp_path, rom) as tool:
        assert "/rom/" not in tool.ok("deploy", "--no-romfs", "--health", "1", str(app))
        assert rom.content == b"\xff" * ROM_SIZE and erased == b"\xff" * 4 * SECTOR_SIZE


def test_a_version_that_crashes_goes_and_ha_stays(tmp_path: Path) -> None:
    app = app_with_ha(tmp_path / "porch")
    rom = Rom(tmp_path)
    with rom_tool(tmp_path, rom) as tool:
        assert tool.folder
        tool.ok("deploy", "--no-romfs", "--health", "1", str(app))
        before = (tool.folder / "main.py").read_text()
        write_app(app, {"app.py": "import ha\n1/0\n"})
        crashed = tool.run("deploy", "--health", "5", str(app))
        assert crashed.returncode == 1 and b"but for the `ha` in its ROM" in crashed.stderr
        assert (tool.folder / "main.py").read_text() == before and rom.content.startswith(IMAGE_MAGIC)


def test_worn_flash_leaves_the_version_so_far(tmp_path: Path) -> None:
    app = app_with_ha(tmp_path / "porch")
    rom = Rom(tmp_path, worn=9000)
    with rom_tool(tmp_path, rom) as tool:
        assert tool.folder
        tool.ok("deploy", "--no-romfs", "--health", "1", str(app))
        before = (tool.folder / "main.py").read_text()
        write_app(app, {"app.py": APP + "# the second\n"})
        failed = tool.run("deploy", "--health", "1", str(app))
        assert failed.returncode == 1 and b"--no-romfs" in failed.stderr
        assert b"The version so far is in its place" in failed.stderr
        assert (tool.folder / "main.py").read_text() == before and not rom.content.startswith(IMAGE_MAGIC)
        assert "/.ouro/apps/porch-" in tool.ok("deploy", "--no-romfs", "--health", "1", str(app))


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_cut_cable_left_is_repaired_by_the_next_deploy(kind: str, tmp_path: Path) -> None:
    app = app_with_ha(tmp_path / "porch")
    whole = Rom(tmp_path, kind)
    with romfs_board(program("unix-board"), tmp_path, whole) as line:
        Tool(line.device).ok("deploy", "--health", "0", str(app))
        total = line.to_board
    halves = 0
    for tenth in range(2, 10):
        folder = tmp_path / str(tenth)
        folder.mkdir()
        rom = Rom(folder, kind)
        with rom_tool(folder, rom, cut_after=total * tenth // 10) as tool:
            assert tool.run("deploy", "--health", "0", str(app)).returncode != 0
        # The board lost its power, too.
        half = rom.content
        halves += half not in (b"\xff" * ROM_SIZE, whole.content)
        assert not half.startswith(IMAGE_MAGIC) or half == whole.content, "the beginning is written last"
        with rom_tool(folder, rom) as tool:
            said = tool.ok("deploy", "--health", "1", str(app))
            assert "ha is /rom/lib/ha/__init__.mpy" in said
        assert rom.content == whole.content, f"cut after {tenth} tenths"
    assert halves >= 4


SMALL_APP = """import ha, gc
for i in range(10):
    ha.sensor("S%d" % i, "B").value = i
gc.collect()
print("ha is", ha.__file__, "and leaves", gc.mem_free(), "bytes")
ha.run()
"""


@pytest.mark.slow
def test_a_chip_with_38_kib_of_heap_has_room_for_an_app_after_ouro_deploy(tmp_path: Path) -> None:
    app = write_app(tmp_path / "porch", {"app.py": SMALL_APP})
    with QemuBoard() as board:
        tool = Tool(board.address, data=str(tmp_path / "hub"))
        said = tool.ok("deploy", "--health", "3", str(app))
        found = re.search(r"ha is /rom/lib/ha/__init__.mpy and leaves (\d+) bytes", said)
        assert found and int(found[1]) > 8000, said
        assert "the board has it already" in tool.ok("deploy", "--health", "3", str(app))
