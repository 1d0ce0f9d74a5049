# SPDX-License-Identifier: Apache-2.0
"""What run.py calls a failure."""

from __future__ import annotations

import pytest
from expectations import Expected

TESTS = ["basics/int.py", "basics/set.py", "extmod/vfs_fat.py", "extmod/vfs_lfs.py"]
DOCUMENT = {
    "skipped": [{"why": "no FAT", "tests": ["extmod/vfs_fat*.py"]}],
    "failed": [{"why": "no set", "tests": ["basics/set.py"], "on": "device"}],
    "left_out": [{"why": "it never ends", "tests": ["extmod/vfs_lfs.py"]}],
}


def complaints(kind: str, **outcomes: str) -> list[str]:
    names = {"int": "basics/int.py", "set": "basics/set.py", "fat": "extmod/vfs_fat.py"}
    expected = Expected.read(DOCUMENT, TESTS, kind)
    return [complaint for _, complaint in expected.judge({names[name]: came for name, came in outcomes.items()})]


def test_what_is_as_expected_is_not_mentioned():
    assert complaints("device", int="passed", set="failed", fat="skipped") == []


def test_an_unexpected_failure_is_a_complaint():
    assert complaints("device", int="failed") == ["basics/int.py: failed, and expected.toml gives no reason"]


def test_only_unexpected_failures_deserve_another_try():
    outcomes = {"basics/int.py": "failed", "basics/set.py": "failed", "extmod/vfs_fat.py": "passed"}
    assert Expected.read(DOCUMENT, TESTS, "device").surprising_failures(outcomes) == ["basics/int.py"]


def test_an_unexpected_skip_is_a_complaint():
    assert complaints("device", int="skipped") == ["basics/int.py: skipped, and expected.toml gives no reason"]


def test_an_entry_that_passes_now_is_a_complaint():
    (complaint,) = complaints("device", fat="passed")
    assert complaint.endswith('expected.toml says it is skipped ("no FAT"); take the entry out')


def test_an_entry_for_the_other_kind_of_board_does_not_excuse():
    assert complaints("virtual", set="failed") == ["basics/set.py: failed, and expected.toml gives no reason"]


def test_what_is_left_out_is_not_run():
    assert Expected.read(DOCUMENT, TESTS, "virtual").tests([]) == TESTS[:3]


def test_patterns_choose_tests():
    assert Expected.read(DOCUMENT, TESTS, "virtual").tests(["basics/*"]) == TESTS[:2]


def test_an_entry_without_a_test_is_a_complaint():
    document = {"skipped": [{"why": "gone", "tests": ["basics/gone.py"]}]}
    (complaint,) = Expected.read(document, TESTS, "virtual").unused
    assert "basics/gone.py" in complaint


def test_an_entry_without_a_reason_is_refused():
    with pytest.raises(AssertionError, match="no reason"):
        Expected.read({"failed": [{"why": " ", "tests": ["basics/int.py"]}]}, TESTS, "virtual")


def test_an_unknown_group_is_refused():
    with pytest.raises(AssertionError, match="skiped"):
        Expected.read({"skiped": []}, TESTS, "virtual")
