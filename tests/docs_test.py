# SPDX-License-Identifier: Apache-2.0
"""The documents: each can be found from the first page, and what they point at is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CPP_TEST = re.compile(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)")


def documents() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split()]


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def targets(page: Path) -> list[tuple[Path, str]]:
    """Where the links of a page within the project lead: file and anchor."""
    found = []
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if "://" not in link:
            name, _, anchor = link.partition("#")
            found.append(((page.parent / name).resolve() if name else page, anchor))
    return found


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_points_at_is_there(page: Path) -> None:
    for target, anchor in targets(page):
        assert target.exists(), f"{page.name} points at {target}"
        assert not anchor or anchor in anchors(target), f"{page.name} points at #{anchor} of {target.name}"


def test_row_3_39_every_document_is_linked_from_the_readme() -> None:
    linked = {target for target, _ in targets(ROOT / "README.md")}
    pages = sorted((ROOT / "docs").glob("*.md"))
    assert {"python-api.md", "app-development.md", "firmware.md"} <= {page.name for page in pages}
    assert not [page.name for page in pages if page not in linked]


def test_every_picture_is_shown_by_a_page() -> None:
    shown = {target for page in documents() for target, _ in targets(page)}
    pictures = sorted((ROOT / "docs/screenshots").iterdir())
    assert not [picture.name for picture in pictures if picture not in shown]


def test_every_app_is_named_where_apps_are_shown() -> None:
    page = (ROOT / "docs/app-development.md").read_text()
    apps = sorted(path.parent.name for path in (ROOT / "apps").glob("*/app.py"))
    assert len(apps) > 5
    assert not [app for app in apps if not re.search(rf"\b{app}\b", page)]


def test_every_benchmark_is_named_by_the_script_and_the_contributors_page() -> None:
    names = sorted(path.stem for path in (ROOT / "bench").glob("*.sh"))
    for page in ("dev", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text()
        assert not [name for name in names if not re.search(rf"\b{name}\b", text)], page


def test_every_setting_is_on_the_page_of_settings() -> None:
    page = (ROOT / "docs/configuration.md").read_text()
    reader = (ROOT / "hub/daemon/config_file.cpp").read_text()
    # What a setting that is none is answered with: "listen, boards_dir, … [mqtt]".
    known = re.findall(r'unknown\(\s*("[^;]*")\);', reader)
    keys = {word for text in known for word in re.findall(r"\w+", text)} | set(re.findall(r'name == "(\w+)"', reader))
    assert {"listen", "ca_file", "grants", "sources", "discovery_prefix"} <= keys
    assert not [key for key in sorted(keys) if not re.search(rf"\b{key}\b", page)]
    variables = set(re.findall(r"\bOURO_[A-Z_]+", (ROOT / "hub/daemon/config.cpp").read_text()))
    assert "OURO_LISTEN" in variables
    assert not [name for name in sorted(variables) if name not in page]


def test_row_2_17_secrets_stay_out_of_version_control() -> None:
    for path in ("secret_config.py", "apps/intercom/secret_config.py", "python/templates/door/src/secret_config.py"):
        assert subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False).returncode == 0, path


def cpp_tests() -> set[str]:
    sources = [
        path
        for folder in ("base", "protocol", "firmware", "hub", "cli", "tests")
        for path in (ROOT / folder).rglob("*_test.cpp")
    ]
    return {f"{suite}.{name}" for path in sources for suite, name in CPP_TEST.findall(path.read_text())}


def test_the_tests_that_safety_names_exist() -> None:
    page = (ROOT / "docs/safety.md").read_text()
    shown = re.findall(r"`(\w+\.\w+)`", page)
    known = cpp_tests()
    promised = [name for name in shown if re.fullmatch(r"[A-Z]\w*\.\w+", name)]
    assert len(promised) > 20
    promised.remove("Something.like_this")  # how they are written
    assert not [name for name in promised if name not in known]
    for file, test in re.findall(r"`(test_\w+\.py)::(\w+)`", page):
        assert f"def {test}(" in (ROOT / "tests/e2e" / file).read_text(), f"{file}::{test}"


def test_the_sources_that_the_firmwares_page_names_exist() -> None:
    page = (ROOT / "docs/firmware.md").read_text()
    names = re.findall(r"`((?:firmware|tests)/[\w./]+)`", page)
    assert len(names) > 10
    assert not [name for name in names if not (ROOT / name).exists()]
    fuzzers = re.findall(r"`(\w+_fuzz)`", page)
    assert fuzzers and not [name for name in fuzzers if not list(ROOT.glob(f"firmware/**/fuzz/{name}.cpp"))]
