# SPDX-License-Identifier: Apache-2.0
"""hub/api/openapi.yaml as a judge: every answer and every WebSocket message of the tests is held against it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[3]
ROLES = ("none", "viewer", "operator", "admin")
METHODS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True)
class Route:
    method: str
    path: str  # with {names}
    role: str
    operation: dict[str, Any]

    def matches(self, method: str, path: str) -> bool:
        pattern = re.sub(r"\\{[a-z_]+\\}", "[^/]+", re.escape(self.path))
        return method.upper() == self.method and re.fullmatch(pattern, path) is not None

    def example(self, **names: str) -> str:
        """The path with its names filled in; unknown ones become `x`."""
        return re.sub(r"\{([a-z_]+)\}", lambda m: names.get(m[1], "x"), self.path)


class Description:
    def __init__(self, file: Path = ROOT / "hub/api/openapi.yaml"):
        self.document: dict[str, Any] = yaml.safe_load(file.read_text())
        self._validators: dict[str, Draft202012Validator] = {}

    @cached_property
    def routes(self) -> list[Route]:
        return [
            Route(method.upper(), path, operation["x-role"], operation)
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
            if method in METHODS
        ]

    def check(self, schema: dict[str, Any], value: object, what: str) -> None:
        """Fails naming the place in `value` that does not fit."""
        key = repr(schema)
        if key not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[key] = Draft202012Validator(whole)
        problems = [f"at {e.json_path}: {e.message:.300}" for e in self._validators[key].iter_errors(value)]
        assert not problems, f"{what} does not fit openapi.yaml: {problems[:3]}; it was {value!r:.800}"

    def check_component(self, name: str, value: object) -> None:
        self.check({"$ref": f"#/components/schemas/{name}"}, value, name)

    def check_answer(self, method: str, path: str, status: int, body: object) -> None:
        """Holds the answer to a request (path without its query) against its route."""
        if status >= 400:
            self.check_component("Error", body)
            return
        route = next((r for r in self.routes if r.matches(method, path)), None)
        assert route, f"{method} {path} is not in openapi.yaml"
        described = route.operation["responses"].get(str(status))
        assert described, f"{method} {path} answered {status}, which openapi.yaml does not know"
        content = described.get("content", {}).get("application/json")
        if content:
            self.check(content["schema"], body, f"{method} {path} {status}")
