# SPDX-License-Identifier: Apache-2.0
"""What `ouro` does to whole boards: short forms, reset, clock, edit, clean, packages, mount."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import ROOT, program, temporary_house
from parts.board import Board
from parts.paced_line import PacedLine
from parts.package_index import PackageIndex
from parts.unix_board import MACHINE, UnixBoard
from parts.waiting import eventually
from test_tools import Tool


@contextmanager
def unix_tool(folder: Path) -> Iterator[Tool]:
    """MicroPython's unix port, which has no hardware to reset; its files are in `folder`/board."""
    (folder / "board").mkdir()
    with UnixBoard(program("unix-board"), folder / "board") as board, PacedLine(board.line) as line:
        yield Tool(line.device, folder / "board")


@contextmanager
def own_tool() -> Iterator[Tool]:
    """A virtual badge, with an app that runs."""
    with temporary_house() as house:
        house.boards.mkdir()
        board = Board(house.registry, program("ouro-board"), house.boards / "badge", ROOT / "apps/hello", "badge")
        board.start()
        yield Tool(str(board.folder))


@pytest.fixture
def tool(tmp_path: Path) -> Iterator[Tool]:
    with unix_tool(tmp_path) as tool:
        yield tool


@pytest.fixture
def own() -> Iterator[Tool]:
    with own_tool() as tool:
        yield tool


def appears(path: Path) -> bool:
    end = time.monotonic() + 5
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.02)
    return path.exists()


def test_file_commands_need_no_fs(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    tool.ok("put", str(tmp_path / "a.txt"), ":", "+", "mkdir", ":d", "+", "cp", ":a.txt", ":d/b.txt")
    assert tool.ok("tree").split() == ["1", "a.txt", "d/", "1", "d/b.txt"]
    assert tool.ok("connect", tool.device, "cat", ":d/b.txt", "+", "eval", "1") == "a1\n"
    stopped = tool.run("cat", ":none", "+", "rm", ":a.txt")
    assert stopped.returncode == 4 and tool.ok("cat", ":a.txt") == "a", "what follows a failure is not done"
    wrong = tool.run("lss")
    assert wrong.returncode == 2 and b'no command "lss"' in wrong.stderr


def test_a_shell_completes_commands_and_options() -> None:
    def completed(*typed: str) -> list[str]:
        words = " ".join(f"'{word}'" for word in ("ouro", *typed))
        script = f"source <('{program('ouro')}' completion bash); COMP_WORDS=({words}); COMP_CWORD={len(typed)}"
        done = subprocess.run(
            ["bash", "-c", script + '; _ouro; echo "${COMPREPLY[*]}"'], capture_output=True, text=True
        )
        assert done.returncode == 0 and not done.stderr
        return done.stdout.split()

    assert completed("dep") == ["deploy"] and completed("sha") == ["sha256sum"]
    assert completed("fs", "rm") == ["rm", "rmdir"] and completed("mip", "l") == ["list"]
    assert completed("deploy", "--h") == ["--help", "--health"] and completed("nothing", "") == []


def test_a_board_resets_and_starts_its_boot_loader(tool: Tool) -> None:
    assert tool.folder
    (tool.folder / "machine.py").write_text(MACHINE)
    tool.ok("reset")
    assert appears(tool.folder / "was_reset")
    eventually(lambda: tool.run("eval", "1").returncode == 0, 20, "the board has started again")
    tool.ok("bootloader")
    assert appears(tool.folder / "in_bootloader")


def test_what_a_board_lacks_is_said(tool: Tool) -> None:
    for words, said in [
        (("reset",), "no machine.reset"),
        (("bootloader",), "no machine.bootloader"),
        (("rtc",), "has no clock"),
        (("rtc", "--set"), "has no clock"),
    ]:
        done = tool.run(*words)
        assert (done.returncode, said in done.stderr.decode()) == (5, True), (words, done)
    lines = tool.run("reset", "--lines")
    assert lines.returncode == 1 and b"Without --lines" in lines.stderr
    assert tool.ok("eval", "1") == "1\n"


def test_a_clock_is_read_and_set(tool: Tool) -> None:
    assert tool.folder
    (tool.folder / "machine.py").write_text(MACHINE)
    assert tool.ok("rtc") == "2000-01-01 00:00:00\n"
    now = time.strftime("%Y-%m-%d %H:", time.localtime())
    assert tool.ok("rtc", "--set").startswith(now) or tool.ok("rtc").startswith(now[:11])
    assert re.match(r'\{"time":"20\d\d-', tool.ok("rtc", "--set", "--utc", "--json"))


def test_our_own_board_resets_and_tells_the_time(own: Tool) -> None:
    own.ok("exec", "kept = 1")
    own.ok("reset")
    assert own.run("eval", "kept").returncode == 1, "a reset begins with a fresh Python"
    assert re.match(r"20\d\d-", own.ok("rtc", "--set"))
    assert own.run("bootloader").returncode == 5


def editor(folder: Path, script: str) -> dict[str, str]:
    """What stands for the person: a shell script that gets the copy as $1."""
    program = folder / "my editor"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    return {"VISUAL": f"'{program}' --wait", "TMPDIR": str(folder)}


def test_a_file_is_edited_and_written_back_only_when_it_changed(tool: Tool, tmp_path: Path) -> None:
    assert tool.folder
    file = tool.folder / "my file.py"
    file.write_text("a = 1\n")
    person = editor(tmp_path, 'case "$2" in */my\\ file.py) echo "b = 2" >> "$2";; *) exit 1;; esac')
    assert tool.ok("edit", ":my file.py", environment=person) == "written\n"
    assert file.read_text() == "a = 1\nb = 2\n"
    before = file.stat().st_mtime_ns
    assert tool.ok("edit", ":my file.py", environment=editor(tmp_path, "true")) == "unchanged\n"
    assert file.stat().st_mtime_ns == before
    assert tool.ok("fs", "edit", ":new.py", environment=editor(tmp_path, 'echo "n" > "$2"')) == "written\n"
    assert (tool.folder / "new.py").read_text() == "n\n"
    assert not list(tmp_path.glob("ouro-edit-*")), "no copy is left behind"


def test_an_edit_never_overwrites_what_changed_meanwhile(tool: Tool, tmp_path: Path) -> None:
    assert tool.folder
    file = tool.folder / "main.py"
    file.write_text("mine\n")
    person = editor(tmp_path, f'echo "yours" > "$2"; echo "the board\'s" > "{file}"')
    refused = tool.run("edit", ":main.py", environment=person)
    assert refused.returncode == 5 and file.read_text() == "the board's\n"
    kept = re.search(r"Your copy is (\S+)", refused.stderr.decode())
    assert kept and Path(kept[1]).read_text() == "yours\n"
    assert Path(kept[1]).parent.stat().st_mode & 0o077 == 0, "nobody else may read it"
    failed = tool.run("edit", ":main.py", environment=editor(tmp_path, "exit 3"))
    assert failed.returncode == 1 and file.read_text() == "the board's\n"


def test_row_2_23_clean_removes_caches_and_nothing_else(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    kept = ["main.py", "src/a.py", "src/pyc", "src/x.pyc.txt", "src/__pycache__.py"]
    gone = ["old.pyc", "src/b.pyc", "src/__pycache__/a.cpython-311.pyc", "src/deep/__pycache__/note.txt"]
    for name in [*kept, *gone, "../outside/c.pyc"]:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x")
    (project / "link").symlink_to(outside)
    (project / "link.pyc").symlink_to(outside / "c.pyc")
    tool = Tool("none")
    said = tool.ok("clean", str(project)).splitlines()
    assert len(said) == 4 and all(line.startswith("removed ") for line in said)
    left = sorted(str(path.relative_to(project)) for path in project.rglob("*") if path.is_file())
    assert left == sorted([*kept, "link.pyc"]) and (outside / "c.pyc").exists()
    assert tool.ok("clean", str(project)) == "nothing to remove\n"
    assert tool.run("clean", str(project / "main.py")).returncode == 4


def test_a_package_is_installed_with_what_it_needs_and_only_once(tool: Tool, tmp_path: Path) -> None:
    assert tool.folder
    with PackageIndex() as index:
        files = {"near/__init__.py": b"import far\nN = far.N + 1\n", "near/data.bin": bytes(range(256))}
        index.add("near", files, needs=[("far", "1.2")])
        index.add("far", {"far.py": b"N = 41\n"}, version="1.2", needs=[("near", "")])
        words = ("mip", "--target", "lib", "install", "--index", index.url)
        said = tool.ok(*words, "near")
        assert said == "near 1.0\nfar 1.2\n3 written, 0 unchanged in :lib\n"
        assert tool.ok("exec", "import sys; sys.path.append('lib'); import near; print(near.N)") == "42\n"
        assert (tool.folder / "lib/near/data.bin").read_bytes() == bytes(range(256))
        index.fetched.clear()
        assert tool.ok(*words, "near@latest").endswith("0 written, 3 unchanged in :lib\n")
        assert not [path for path in index.fetched if path.startswith("/file/")], "what is there is not fetched"
        assert tool.ok("mip", "list", "--target", ":lib") == "far 1.2  ok\nnear 1.0  ok\n"
        (tool.folder / "lib/far.py").write_text("N = 0\n")
        shown = tool.run("mip", "list", "--target", "lib")
        assert shown.returncode == 1 and b"far 1.2  changed" in shown.stdout
        assert tool.ok(*words[:4], "--lock", str(tmp_path / "no.lock"), "--index", index.url, "far@1.2").startswith(
            "far"
        )
        assert (tool.folder / "lib/far.py").read_text() == "N = 41\n"
        check_lock(tool, tmp_path, index)


def check_lock(tool: Tool, tmp_path: Path, index: PackageIndex) -> None:
    """The lock file brings the same bytes to another board, and nothing else."""
    assert tool.folder
    lock = tmp_path / "ouro-mip.lock"
    shutil.copy(tool.folder / "lib/ouro-mip.lock", lock)
    shutil.rmtree(tool.folder / "lib")
    assert tool.run("mip", "--target", "lib", "install").returncode == 2, "there is no lock file"
    report = tool.ok("mip", "--json", "--target", "lib", "install", "--lock", str(lock)).splitlines()
    assert json.loads(report[-1]) == {"written": 3, "unchanged": 0, "target": "lib"}
    assert (tool.folder / "lib/far.py").read_text() == "N = 41\n"
    (tool.folder / "lib/far.py").unlink()
    assert tool.ok("mip", "--target", "lib", "install").endswith("1 written, 2 unchanged in :lib\n")
    (tool.folder / "lib/far.py").unlink()
    path = next(path for path, content in index.documents.items() if content == b"N = 41\n")
    index.documents[path] = b"N = 666\n"
    changed = tool.run("mip", "--target", "lib", "install")
    assert changed.returncode == 1 and b"not what its hash says" in changed.stderr
    assert not (tool.folder / "lib/far.py").exists()


def test_an_address_is_a_package_too(tool: Tool) -> None:
    assert tool.folder
    with PackageIndex() as index:
        index.documents["/p/package.json"] = json.dumps({"urls": [["a/b.py", "src/b.py"]], "version": "3"}).encode()
        index.documents["/p/src/b.py"] = b"B = 1\n"
        index.documents["/single.py"] = "/p/src/b.py"
        tool.ok("mip", "--target", "lib", "install", f"{index.url}/p", f"{index.url}/single.py")
        assert (tool.folder / "lib/a/b.py").read_bytes() == b"B = 1\n"
        assert (tool.folder / "lib/single.py").read_bytes() == b"B = 1\n"


def test_a_hostile_index_writes_nothing(tool: Tool) -> None:
    assert tool.folder
    with PackageIndex() as index:
        index.documents["/package/py/lies/latest.json"] = b'{"hashes":[["x.py","00000000"]]}'
        index.documents["/file/00/00000000"] = b"x"
        for name, document in {
            "up": b'{"urls":[["../boot.py","x"]]}',
            "root": b'{"urls":[["/boot.py","x"]]}',
            "none": b"[]",
            "deep": b"[" * 200_000,
            "many": b'{"urls":[' + b'["a","b"],' * 600 + b'["a","b"]]}',
            "huge": b'{"version":"' + b"x" * 300_000 + b'"}',
            "file": b'{"urls":[["y.py","http://192.0.2.1/y.py"]]}',
            "disk": b'{"urls":[["y.py","file:///etc/passwd"]]}',
        }.items():
            index.documents[f"/package/py/{name}/latest.json"] = document
        index.documents["/package/py/loop/latest.json"] = "/package/py/loop/latest.json"
        for name, code in [("lies", 1), ("up", 5), ("root", 5), ("none", 1), ("deep", 1), ("many", 1), ("huge", 1)] + [
            ("file", 5),
            ("disk", 4),
            ("loop", 5),
            ("missing", 4),
            ("../x", 2),
        ]:
            done = tool.run("mip", "--target", "lib", "install", "--index", index.url, "--no-mpy", name)
            assert (done.returncode, bool(done.stderr)) == (code, True), (name, done)
            assert not list(tool.folder.rglob("*.py")), name
        for server in ("192.0.2.1", "127.0.0.1:80@192.0.2.1", "127.0.0.1.example", "localhost.example"):
            refused = tool.run("mip", "install", "--index", f"http://{server}", "x")
            assert refused.returncode == 5 and b"Use https" in refused.stderr


MOUNTED = """
import os, motor, texts
print(sorted(os.listdir()), motor.SPEED, os.getcwd(), os.stat('motor.py')[6])
with open('texts.py') as f:
    print([len(line) for line in f])
with open('data/all.bin', 'rb') as f:
    data = f.read()
    f.seek(-2, 2)
    print(data == bytes(range(256)) * 4, f.read(), f.tell())
os.mkdir('made')
with open('made/out.txt', 'w') as f:
    print(f.write('äöü' * 300))
with open('made/out.txt', 'a') as f:
    f.write('end')
print(len(open('made/out.txt').read()), open('/remote/made/out.txt').read(2))
os.rename('made/out.txt', 'made/kept.txt')
open('made/gone', 'w').close()
os.remove('made/gone')
os.mkdir('made/empty')
os.rmdir('made/empty')
for path in ('none', '../secret', 'link/secret', '/remote/../secret'):
    try:
        print('read', open(path).read())
    except OSError as e:
        print(e.args[0])
print(len(list(os.ilistdir('many'))), os.statvfs('/remote')[0] > 0)
"""


def mounted(folder: Path) -> Path:
    host = folder / "host"
    (host / "data").mkdir(parents=True)
    (host / "many").mkdir()
    (folder / "secret").write_text("secret")
    (host / "link").symlink_to(folder)
    (host / "motor.py").write_text("SPEED = 10\n")
    (host / "texts.py").write_text("# über\n" * 3 + "x = 1\n" * 200)
    (host / "data/all.bin").write_bytes(bytes(range(256)) * 4)
    for i in range(40):
        (host / f"many/file {i} ünlike others").touch()
    return host


def test_a_board_reads_and_writes_the_folder_and_nothing_else(tool: Tool, tmp_path: Path) -> None:
    host = mounted(tmp_path)
    (tmp_path / "prog.py").write_text(MOUNTED)
    said = tool.ok("mount", str(host), "--", "run", str(tmp_path / "prog.py")).splitlines()
    assert said[0] == "['data', 'many', 'motor.py', 'texts.py'] 10 /remote 11"
    assert said[1] == str([7] * 3 + [6] * 200)
    assert said[2:5] == ["True b'\\xfe\\xff' 1024", "900", "903 äö"]
    assert said[5:9] == ["2", "2", "13", "2"], "a path can't leave, and a link neither"
    assert said[9] == "40 True"
    assert (host / "made/kept.txt").read_text() == "äöü" * 300 + "end"
    assert sorted(path.name for path in (host / "made").iterdir()) == ["kept.txt"]
    shutil.rmtree(host / "made")
    assert "read secret" in tool.ok("mount", "--unsafe-links", str(host), "run", str(tmp_path / "prog.py"))


def test_a_mounted_program_that_is_stopped_leaves_a_board_that_works(tool: Tool, tmp_path: Path) -> None:
    host = mounted(tmp_path)
    running = tool.start("mount", str(host), "exec", "print('begun')\nwhile True: open('motor.py').read()")
    assert running.stdout and running.stdout.read(6) == b"begun\n"
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert running.returncode == 1 and b"KeyboardInterrupt" in said
    broken = tool.run("mount", str(host), "exec", "import motor\nmotor.fast()")
    assert broken.returncode == 1 and b"AttributeError" in broken.stderr
    assert tool.ok("eval", "'remote' in __import__('os').getcwd()") == "False\n", "nobody would answer"
    for words in [(str(host), "run"), (str(host), "x", "y"), (str(tmp_path / "none"),), (str(host), "run", "none")]:
        assert tool.run("mount", *words).returncode in (2, 4)


def test_a_mounted_prompt_mounts_again_after_a_soft_reset(tool: Tool, tmp_path: Path) -> None:
    """A person types a line when the board has done the last one; Ctrl-D in between begins with a fresh Python."""
    host = mounted(tmp_path)
    environment = {**os.environ, "OURO_BOARD": tool.device, "OURO_DATA": "/nonexistent"}
    argv = [str(program("ouro")), "mount", str(host)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as running:
        assert running.stdin and running.stdout

        def until(said: bytes) -> None:
            heard = b""
            while not heard.endswith(said):
                heard += running.stdout.read(1)

        for speed in (11, 12):
            until(b">>> ")
            for line in (b"import motor\r", f"print(motor.SPEED + {speed - 10})\r".encode()):
                running.stdin.write(line)
                running.stdin.flush()
                until(f"\n{speed}".encode() if b"print" in line else b">>> ")
            until(b">>> ")
            running.stdin.write(b"\x04" if speed == 11 else b"\x1d")
            running.stdin.flush()
            if speed == 11:
                until(b"soft reboot")
                until(b">>> ")  # the board's own; ours comes when the folder is there again
        assert running.wait(10) == 0


def test_our_own_board_mounts_too(own: Tool, tmp_path: Path) -> None:
    host = mounted(tmp_path)
    code = "import motor; print(motor.SPEED); open('new.txt', 'w').write('from the board')"
    assert own.ok("mount", str(host), "exec", code) == "10\n"
    assert (host / "new.txt").read_text() == "from the board"
