# SPDX-License-Identifier: Apache-2.0
"""The types for editors say what the module has."""

from __future__ import annotations

import ast
from pathlib import Path

import ha

STUB = ast.parse((Path(__file__).resolve().parents[1] / "stubs/ha.pyi").read_text())


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [arg.arg for arg in function.args.args + function.args.kwonlyargs]


def test_every_name_of_the_module_has_its_types_and_no_other() -> None:
    described = {node.name for node in STUB.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    assert described == set(ha._PLACES.split()[::3]) | {"after", "arun", "epoch_ms", "home_up", "log", "run", "tick"}


def test_parameters_have_the_names_that_they_have() -> None:
    for node in STUB.body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        real = getattr(ha, node.name)
        code = (real.__init__ if isinstance(real, type) else real).__code__
        known = set(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]) - {"self"}
        missing = known - set(parameters(node))
        assert not missing, f"{node.name}: {missing}"
