# SPDX-License-Identifier: Apache-2.0
"""Which of MicroPython's tests are run, and how each is expected to end: what expected.toml says."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

# The words of the tree's runner, and ours.
WORDS = {"pass": "passed", "FAIL": "failed", "skip": "skipped"}
GROUPS = {"skipped", "failed", "left_out"}


@dataclass
class Expected:
    """`outcome` holds each test that is not expected to pass, with its reason; `unused` complains of empty entries."""

    all_tests: list[str]
    outcome: dict[str, tuple[str, str]] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, file: Path, roots: list[Path], kind: str) -> Expected:
        document = tomllib.loads(file.read_text())
        folders = [root / name for name in document.pop("directories") for root in roots]
        return cls.read(document, sorted(f"{f.name}/{test.name}" for f in folders for test in f.glob("*.py")), kind)

    @classmethod
    def read(cls, document: dict, all_tests: list[str], kind: str) -> Expected:
        """`kind` is "virtual" or "device": entries with `on` are for that kind only."""
        expected = cls(all_tests)
        assert set(document) <= GROUPS, f"expected.toml knows {sorted(GROUPS)}, not {sorted(set(document) - GROUPS)}"
        for group, entries in document.items():
            for entry in entries:
                if entry.get("on", kind) == kind:
                    expected._add(group, entry["tests"], entry["why"])
        return expected

    def _add(self, group: str, patterns: list[str], why: str) -> None:
        assert why.strip(), f"an entry for {patterns} has no reason"
        for pattern in patterns:
            matching = [test for test in self.all_tests if fnmatchcase(test, pattern)]
            if not matching:
                self.unused.append(f'expected.toml: there is no test "{pattern}"; take the entry out')
            for test in matching:
                assert test not in self.outcome, f"expected.toml has two entries for {test}"
                self.outcome[test] = (group, why)

    def tests(self, patterns: list[str]) -> list[str]:
        """Those to run: all that are not left out, or of them those that match one of the patterns."""
        return [
            test
            for test in self.all_tests
            if self.outcome.get(test, ("passed",))[0] != "left_out"
            and (not patterns or any(fnmatchcase(test, pattern) for pattern in patterns))
        ]

    def surprising_failures(self, outcomes: dict[str, str]) -> list[str]:
        return [test for test, _ in self.judge(outcomes) if outcomes[test] == "failed"]

    def judge(self, outcomes: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Each test that ended otherwise than expected, with the complaint."""
        for test, came in sorted(outcomes.items()):
            expected, why = self.outcome.get(test, ("passed", ""))
            if came == expected:
                continue
            if expected == "passed":
                yield test, f"{test}: {came}, and expected.toml gives no reason"
            else:
                yield test, f'{test}: {came}, but expected.toml says it is {expected} ("{why}"); take the entry out'
