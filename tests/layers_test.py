# SPDX-License-Identifier: Apache-2.0
"""The shape of the code: who may include whom (layers.toml), and what of STYLE.md a script can see."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOT_OURS = {
    ".git",
    ".cache",
    "build",
    "dist",
    "schema.ts",  # made from openapi.yaml
    "node_modules",
    "results",
    "screenshots",
    "__pycache__",
    "vectors",
    "corpus",
}
CPP = {".c", ".cpp", ".h", ".hpp"}
HEADERS = {".h", ".hpp"}
CODE = CPP | {".py", ".sh", ".S"}
WITH_LICENCE = CODE | {".ts", ".mjs", ".js", ".css", ".cmake"}
TEXT = WITH_LICENCE | {".md", ".json", ".toml", ".yaml", ".yml", ".html", ".ini", ".txt", ""}
LINES_MAX = 500
COLUMNS_MAX = 120

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
SOMEBODYS_FOLDER = re.compile(r"(?<![\w./~-])/(?:home|Users|root|work)/[\w.]")


class Tree:
    """A checkout, or a made-up one."""

    def __init__(self, root: Path):
        self.root = root
        self.layers: dict[str, list[str]] = tomllib.loads((root / "layers.toml").read_text())["layers"]
        tidy = root / "tests/tidy.toml"
        self.reasons: dict[str, dict[str, str]] = tomllib.loads(tidy.read_text()) if tidy.exists() else {}

    def files(self, suffixes: set[str]) -> Iterator[Path]:
        """Relative paths, sorted."""
        for folder, names, files in os.walk(self.root):
            names[:] = sorted(name for name in names if name not in NOT_OURS and not name.endswith("_cache"))
            for name in sorted(files):
                path = Path(folder, name)
                if path.suffix in suffixes and name not in NOT_OURS and not path.is_symlink():
                    yield path.relative_to(self.root)

    def text(self, path: Path) -> str:
        return (self.root / path).read_text(errors="replace")

    def layer(self, path: str) -> str | None:
        """The longest name in layers.toml that the path lies in."""
        inside = [name for name in self.layers if path == name or path.startswith(name + "/")]
        return max(inside, key=len, default=None)

    def excused(self, rule: str, path: Path) -> bool:
        return bool(self.reasons.get(rule, {}).get(str(path), "").strip())


# Each rule returns its complaints; an empty list is good.


def unlisted_folders(tree: Tree) -> list[str]:
    folders = {str(path.parent) for path in tree.files(CPP)}
    return [f"{folder}: has sources but is not in layers.toml" for folder in sorted(folders) if not tree.layer(folder)]


def cycles(tree: Tree) -> list[str]:
    found = []

    def walk(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            found.append(" -> ".join((*way[way.index(name) :], name)))
            return
        for below in tree.layers.get(name, []):
            if below != "*":
                walk(below, (*way, name))

    for name in tree.layers:
        walk(name, ())
    unknown = [
        f"{name} names {below}, which is not a layer"
        for name, allowed in tree.layers.items()
        for below in allowed
        if below != "*" and below not in tree.layers
    ]
    return found + unknown


def forbidden_includes(tree: Tree) -> list[str]:
    complaints = []
    tops = {name.split("/")[0] for name in tree.layers}
    for path in tree.files(CPP):
        own = tree.layer(str(path))
        if own is None:
            continue
        allowed = tree.layers[own]
        for included in INCLUDE.findall(tree.text(path)):
            if ".." in Path(included).parts:
                complaints.append(f"{path}: includes {included}; write the full path from the root")
            if included.split("/")[0] not in tops or "/" not in included:
                continue  # MicroPython, littlefs: not ours
            other = tree.layer(included)
            if other != own and "*" not in allowed and other not in allowed:
                complaints.append(f"{path}: includes {included}, but {own} may not use {other or 'an unlisted folder'}")
    return complaints


def missing_licence(tree: Tree) -> list[str]:
    complaints = []
    for path in tree.files(WITH_LICENCE | {".txt"}):
        if path.suffix == ".txt" and path.name != "CMakeLists.txt":
            continue
        first = tree.text(path).splitlines()[:2]
        if first and first[0].startswith("#!"):
            first = first[1:]
        if not first or "SPDX-License-Identifier: Apache-2.0" not in first[0]:
            complaints.append(f"{path}: does not begin with the SPDX line")
    return complaints


def somebodys_paths(tree: Tree) -> list[str]:
    return [
        f"{path}:{number}: names a folder of somebody's machine"
        for path in tree.files(TEXT)
        if path != Path("tests/layers_test.py")
        for number, line in enumerate(tree.text(path).splitlines(), 1)
        if SOMEBODYS_FOLDER.search(line)
    ]


def long_files(tree: Tree) -> list[str]:
    complaints = []
    for path in tree.files(CODE | {".ts"}):
        lines = tree.text(path).count("\n")
        if lines > LINES_MAX and not tree.excused("long_files", path):
            complaints.append(f"{path}: {lines} lines; split it, or give a reason in tests/tidy.toml")
    return complaints


def long_lines(tree: Tree) -> list[str]:
    return [
        f"{path}:{number}: {len(line)} columns"
        for path in tree.files(CODE)
        if not tree.excused("long_lines", path)
        for number, line in enumerate(tree.text(path).splitlines(), 1)
        if len(line) > COLUMNS_MAX
    ]


def headers_without_pragma(tree: Tree) -> list[str]:
    return [
        f"{path}: has no #pragma once"
        for path in tree.files(HEADERS)
        if not re.search(r"^#pragma once$", tree.text(path), re.MULTILINE) and not tree.excused("no_pragma_once", path)
    ]


def stale_reasons(tree: Tree) -> list[str]:
    """An excuse that is no longer needed goes: the list only gets shorter."""
    complaints = []
    for rule, paths in tree.reasons.items():
        if rule not in ("long_files", "long_lines", "no_pragma_once"):
            complaints.append(f"tidy.toml: there is no rule {rule}")
        for path in paths:
            if not (tree.root / path).exists():
                complaints.append(f"tidy.toml: {path} is gone; take it off {rule}")
            elif rule == "long_files" and tree.text(Path(path)).count("\n") <= LINES_MAX:
                complaints.append(f"tidy.toml: {path} is short enough now; take it off")
    return complaints


RULES = [unlisted_folders, cycles, forbidden_includes, missing_licence, somebodys_paths, long_files, long_lines,
         headers_without_pragma, stale_reasons]  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule) -> None:
    complaints = rule(Tree(ROOT))
    assert complaints == [], "\n" + "\n".join(complaints[:40])


# --- the test of the test: each rule sees what it is there for ---

LICENCE = "// SPDX-License-Identifier: Apache-2.0\n"
LAYERS = '[layers]\n"base" = []\n"hub/core" = ["base"]\n"hub/home" = ["hub/core", "base"]\n"tests" = ["*"]\n'


def made_up(root: Path, files: dict[str, str], layers: str = LAYERS) -> Tree:
    for name, text in {"layers.toml": layers, "base/a.hpp": LICENCE + "#pragma once\n", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return Tree(root)


def test_a_tidy_tree_has_no_complaints(tmp_path: Path) -> None:
    tree = made_up(tmp_path, {
        "hub/home/h.cpp": LICENCE + '#include "hub/home/h.hpp"\n#include "hub/core/c.hpp"\n#include "py/obj.h"\n',
        "tests/t.cpp": LICENCE + '#include "hub/home/h.hpp"\n',
        "run.sh": "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\ncat hub/home/x /etc/home/y\n",
    })  # fmt: skip
    assert [complaint for rule in RULES for complaint in rule(tree)] == []


@pytest.mark.parametrize(
    ("rule", "files"),
    [
        (unlisted_folders, {"hub/new/x.cpp": LICENCE}),
        (forbidden_includes, {"base/a.cpp": LICENCE + '#include "hub/core/c.hpp"\n'}),
        (forbidden_includes, {"hub/core/c.cpp": LICENCE + '  #  include "hub/home/h.hpp"\n'}),
        (forbidden_includes, {"hub/core/c.cpp": LICENCE + '#include "tests/t.hpp"\n'}),
        (forbidden_includes, {"hub/core/c.cpp": LICENCE + '#include "hub/unknown/t.hpp"\n'}),
        (forbidden_includes, {"hub/core/c.cpp": LICENCE + '#include "../home/h.hpp"\n'}),
        (missing_licence, {"base/b.cpp": "int x;\n"}),
        (missing_licence, {"base/CMakeLists.txt": "add_library(x)\n"}),
        (missing_licence, {"run.sh": "#!/bin/sh\ntrue\n"}),
        (missing_licence, {"base/empty.cpp": ""}),
        (somebodys_paths, {"docs/a.md": "see /home/ann/x\n"}),
        (somebodys_paths, {"a.json": '{"x":"/root/.cache"}\n'}),
        (long_files, {"base/b.cpp": LICENCE + "\n" * LINES_MAX}),
        (long_lines, {"base/b.cpp": LICENCE + "/" * (COLUMNS_MAX + 1)}),
        (headers_without_pragma, {"base/b.hpp": LICENCE + "// #pragma once\n"}),
        (stale_reasons, {"tests/tidy.toml": '[long_files]\n"base/a.hpp" = "a table"\n'}),
        (stale_reasons, {"tests/tidy.toml": '[long_files]\n"base/gone.hpp" = "a table"\n'}),
        (stale_reasons, {"tests/tidy.toml": '[wide]\n"base/a.hpp" = "?"\n'}),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_violation_is_seen(tmp_path: Path, rule, files: dict[str, str]) -> None:
    assert len(rule(made_up(tmp_path, files))) == 1


def test_limits_are_met_exactly_and_reasons_excuse(tmp_path: Path) -> None:
    tree = made_up(tmp_path, {
        "base/b.cpp": LICENCE + "\n" * (LINES_MAX - 1),
        "base/c.cpp": LICENCE + "/" * COLUMNS_MAX,
        "base/d.cpp": LICENCE + "\n" * LINES_MAX,
        "tests/tidy.toml": '[long_files]\n"base/d.cpp" = "one table of the state machine"\n',
    })  # fmt: skip
    assert long_files(tree) + long_lines(tree) + stale_reasons(tree) == []


def test_a_circle_of_layers_is_seen(tmp_path: Path) -> None:
    assert cycles(made_up(tmp_path, {}, '[layers]\n"base" = ["hub"]\n"hub" = ["base"]\n'))
    assert cycles(made_up(tmp_path, {}, '[layers]\n"base" = ["nothing"]\n'))
