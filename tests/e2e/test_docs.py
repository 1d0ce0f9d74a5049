# SPDX-License-Identifier: Apache-2.0
"""What the documentation shows, done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, program, temporary_house
from parts.board import Board
from snippets import Runner, Snippet, snippets

# docs/python-api.md is held against the VM, in virtual time.
SNIPPETS = [
    each
    for page in ("getting-started", "app-development", "home-assistant")
    for each in snippets(ROOT / f"docs/{page}.md")
]


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """A virtual badge at its prompt."""
    with temporary_house() as house:
        house.boards.mkdir()
        board = Board(house.registry, program("ouro-board"), house.boards / "badge", ROOT / "apps/hello", "badge")
        board.start()
        runner = Runner(str(board.console))
        try:
            yield runner
        finally:
            runner.close()


@pytest.mark.parametrize("snippet", SNIPPETS, ids=str)
def test_an_example_does_what_the_page_says(runner: Runner, snippet: Snippet) -> None:
    runner.run(snippet)


def test_each_kind_of_block_is_told_apart(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "text\n```python\na = 1\n```\n```sh\nls\n```\n- a list\n  ```python app\n  while True:\n      pass\n  ```\n"
        "```python fails\n1 / 0\n```\n```\nplain\n```\n```python file=m.py\nx = 1\n```\n"
    )
    found = snippets(page)
    assert [snippet.code for snippet in found] == ["a = 1\n", "while True:\n    pass\n", "1 / 0\n", "x = 1\n"]
    assert [snippet.line for snippet in found] == [3, 10, 14, 20]
    assert [sorted(snippet.words) for snippet in found] == [[], ["app"], ["fails"], ["file=m.py"]]


def test_a_word_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python skip\n1 / 0\n```\n")
    with pytest.raises(ValueError, match="page.md:1"):
        snippets(page)


def test_a_wrong_example_is_found(runner: Runner) -> None:
    with pytest.raises(AssertionError, match=r"page.md:1 failed:[\s\S]*ZeroDivisionError"):
        runner.run(Snippet("page.md", 1, "1 / 0\n"))
    with pytest.raises(AssertionError, match=r"page.md:1 failed:[\s\S]*ZeroDivisionError"):
        runner.run(Snippet("page.md", 1, "1 / 0\n", frozenset({"app"})))
    with pytest.raises(AssertionError, match="was to fail"):
        runner.run(Snippet("page.md", 1, "1 / 1\n", frozenset({"fails"})))
    with pytest.raises(AssertionError, match="did not end"):
        runner.run(Snippet("page.md", 1, "while True: pass\n"), within=1)


def test_an_app_that_never_ends_is_stopped(runner: Runner) -> None:
    app = Snippet("page.md", 1, "print('begun')\nwhile True: pass\n", frozenset({"app"}))
    assert runner.run(app, moment=0.3).strip() == "begun"
