# SPDX-License-Identifier: Apache-2.0
"""The module `tuya`: what each product declares, and what docs/tuya.md promises of it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import tuya

PYTHON = Path(__file__).resolve().parents[1]
ROOT = PYTHON.parent
PAGE = (ROOT / "docs/tuya.md").read_text()
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
TELL = """
import json
from ha._transport import transport
print(json.dumps([[e.id, e.kind, e.name, json.loads(e.options), e.at] for e in transport.entities]))
"""


def run(source: str) -> list:
    """The program up to `ha.run()`, and what it declared: id, kind, name, options; with `at` below 0, no value."""
    env = {**os.environ, "PYTHONPATH": f"{PYTHON}:{PYTHON}/desktop", "HA_ID": "c0ffee01"}
    source = source.replace("ha.run()", "ha.tick()") + TELL
    done = subprocess.run([sys.executable, "-c", source], env=env, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    return json.loads(re.sub("\x1e.*\n", "", done.stdout).splitlines()[-1])


def declared(product: str, more: str = "") -> dict[str, dict]:
    return {row[0]: row[3] for row in run(f"import ha, tuya\ntuya.device({product!r}{more})\nha.run()")}


def products() -> list[str]:
    with pytest.raises(ValueError) as refusal:
        tuya.device("nothing")
    return re.search("there are (.*)$", str(refusal.value))[1].split(", ")


def test_row_4_18_the_neo_pir_has_motion_and_a_battery_with_its_flag() -> None:
    options = declared("neo_pir")
    assert options["motion"] == {
        "device_class": "motion",
        "datapoint": {"id": 101, "values": {"0": False, "1": True}},
    }
    assert options["battery"]["datapoint"] == {"id": 102, "values": {"0": 100, "1": 70, "2": 40, "3": 10}}
    assert options["battery"]["unit_of_measurement"] == "%"
    assert options["battery_low"]["datapoint"]["values"] == {"0": False, "1": False, "2": False, "3": True}


def test_row_4_17_the_neo_door_is_open_at_0() -> None:
    assert declared("neo_door")["door"]["datapoint"] == {"id": 1, "values": {"0": True, "1": False}}


def test_row_4_18_order_and_polarity_can_be_said() -> None:
    options = declared("neo_pir", ", battery=(10, 50, 100), inverted=True")
    assert options["motion"]["datapoint"]["values"] == {"0": True, "1": False}
    assert options["battery"]["datapoint"]["values"] == {"0": 10, "1": 50, "2": 100}
    assert options["battery_low"]["datapoint"]["values"] == {"0": True, "1": False, "2": False}


def test_row_4_16_the_mirabella_says_percent() -> None:
    options = declared("mirabella_pir")
    assert options["battery"]["datapoint"] == {"id": 103}
    assert options["battery_low"]["datapoint"] == {"below": 21, "id": 103}
    assert options["tamper"]["datapoint"]["id"] == 104


def test_the_th01_says_tenths_of_a_degree() -> None:
    assert declared("th01")["temperature"]["datapoint"] == {"id": 1, "scale": 0.1}


def test_python_never_says_that_a_reported_value_is_unknown() -> None:
    for product in products():
        rows = run(f"import ha, tuya\ntuya.device({product!r})\nha.run()")
        assert rows and all(at < 0 for *_, at in rows), product


def test_what_is_no_datapoint_or_product_is_refused() -> None:
    for dp in (0, 256, "101"):
        with pytest.raises(ValueError, match="number from 1 to 255"):
            tuya.sensor("A", dp)
    with pytest.raises(ValueError, match="no product 'nothing' is known; there are neo_pir, "):
        tuya.device("nothing")


def test_the_document_names_every_product() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(products())


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_the_documents_examples_run(snippet: str) -> None:
    assert all("datapoint" in options for *_, options, _ in run(snippet))


def test_there_are_examples() -> None:
    assert len(SNIPPETS) >= 2


@pytest.mark.parametrize("app", ["pir", "door_sensor"])
def test_the_apps_declare_their_product(app: str) -> None:
    source = (ROOT / "apps" / app / "app.py").read_text()
    rows = run(source)
    assert rows[0][0] == {"pir": "motion", "door_sensor": "door"}[app]


def test_the_types_say_what_the_module_has() -> None:
    stub = ast.parse((PYTHON / "stubs/tuya.pyi").read_text())
    functions = {node.name: node for node in stub.body if isinstance(node, ast.FunctionDef)}
    names = {name for name in vars(tuya) if not name.startswith("_") and callable(getattr(tuya, name))} - {"Entity"}
    assert set(functions) == names
    for name, node in functions.items():
        code = getattr(tuya, name).__code__
        assert [arg.arg for arg in node.args.args] == list(code.co_varnames[: code.co_argcount]), name
