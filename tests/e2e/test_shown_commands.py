# SPDX-License-Identifier: Apache-2.0
"""The commands that the documents show: each is there, with the options that stand behind it."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT, program

PAGES = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "packaging/addon/DOCS.md",
    ROOT / "web/README.md",
]
# As esptool's users type them: `ouro` spells them out before it reads them.
SPELLED_OUT = {"-fm", "-fs", "-ff"}
FILE_COMMANDS = set("ls tree cat get put cp mv rm mkdir rmdir touch df sha256sum".split())
OTHER_WORDS = {"connect", "devs", "a0", "u0"}  # mpremote's


def shown(page: Path) -> list[str]:
    """What stands behind `ouro` in a line to be typed or in running text, without what the shell does with it."""
    text = page.read_text()
    found = re.findall(r"`(?:\w+=\S+ )?ouro ([^`\n]+)`", text)
    for block in re.findall(r"^```(?:sh|console|sh hub)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        found += re.findall(r'^(?:\$ )?(?:\w+=(?:"[^"]*"|\S*) )*ouro (.*)', block, re.MULTILINE)
    return [re.split(r" # | \+ | \| | -- ", line)[0].strip() for line in found]


@cache
def help_of(*words: str) -> str:
    done = subprocess.run([program("ouro"), *words, "--help"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, f"ouro {' '.join(words)}: {done.stderr}"
    return done.stdout


def commands_in(help_text: str) -> set[str]:
    _, _, rest = help_text.partition("Subcommands:\n")
    names = re.findall(r"^  ([a-z][\w-]*(?:, [\w-]+)*)", rest.split("\n\n")[0], re.MULTILINE)
    return {name for line in names for name in line.split(", ")}


def complaint(line: str) -> str:
    words = line.split()
    name = words[0]
    if name.startswith("-") or name in OTHER_WORDS or not re.fullmatch(r"[a-z][\w-]*", name):
        return ""
    known = commands_in(help_of()) | FILE_COMMANDS
    if name not in known:
        return f"there is no `ouro {name}`"
    said = help_of(name) + (help_of("fs") if name in FILE_COMMANDS else "")
    if len(words) > 1 and words[1] in commands_in(said):
        said += help_of(name, words[1])
    options = re.findall(r"(?<![\w-])--?[a-z][\w-]*", line)
    missing = [each for each in options if each not in SPELLED_OUT and not re.search(rf"{each}\b", said)]
    return f"`ouro {name}` has no {missing}" if missing else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_that_a_page_shows_are_there(page: Path) -> None:
    assert not [(line, said) for line in shown(page) if (said := complaint(line))]


def test_commands_are_found_and_a_wrong_one_is_noticed(tmp_path: Path) -> None:
    assert sum(len(shown(page)) for page in PAGES) > 200
    page = tmp_path / "page.md"
    page.write_text("Try `ouro flush`, or\n```sh\nouro ports --loud  # now\nOURO_X=1 ouro fs ls + eval 1\n```\n")
    assert shown(page) == ["flush", "ports --loud", "fs ls"]
    assert [complaint(line) for line in shown(page)] == [
        "there is no `ouro flush`",
        "`ouro ports` has no ['--loud']",
        "",
    ]
