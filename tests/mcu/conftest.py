# SPDX-License-Identifier: Apache-2.0
"""A board for each module, with its log attached to whatever fails."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from emulated import Console, Emulated
from parts.processes import Registry
from viewer import Viewer

_REGISTRY = Registry()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.failed:
        report.sections.extend(_REGISTRY.sections())
    return report


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    mark = _REGISTRY.mark()
    yield _REGISTRY
    _REGISTRY.end(mark)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Short, for the path of a Unix socket."""
    path = Path(tempfile.mkdtemp(prefix="mcu-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def board(registry: Registry, folder: Path) -> Emulated:
    board = Emulated(registry, folder / "board")
    board.start()
    return board


@pytest.fixture
def viewer(board: Emulated) -> Iterator[Viewer]:
    viewer = Viewer(board.folder / "control.sock")
    yield viewer
    viewer.close()


@pytest.fixture
def console(board: Emulated) -> Iterator[Console]:
    with board.console() as console:
        console.prompt()
        yield console
