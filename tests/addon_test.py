# SPDX-License-Identifier: Apache-2.0
"""packaging/addon against what Home Assistant's Supervisor documents of an add-on's files."""

from __future__ import annotations

import importlib.util
import re
import struct
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[1]
ADDON = ROOT / "packaging/addon"
CONFIG: dict[str, Any] = yaml.safe_load((ADDON / "config.yaml").read_text())

OPTION = re.compile(
    r"^(?:bool|email|url|port|device(?:\(subsystem=[a-z]+\))?|match\(.*\)|list\(.+\)"
    r"|(?:str|password|int|float)(?:\([0-9.-]*,[0-9.-]*\))?)\??$"
)
FLAG = {"type": "boolean"}
TEXT = {"type": "string", "minLength": 1}
MAPS = [
    "data",
    "ssl",
    "share",
    "media",
    "backup",
    "homeassistant_config",
    "addon_config",
    "addons",
    "all_addon_configs",
]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "version", "slug", "description", "arch"],
    "properties": {
        "name": TEXT,
        "version": TEXT,
        "slug": {"type": "string", "pattern": "^[a-z0-9_-]+$"},
        "description": TEXT,
        "arch": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": ["aarch64", "amd64"]}},
        "url": {"type": "string", "pattern": "^https?://"},
        "init": FLAG,
        "startup": {"enum": ["initialize", "system", "services", "application", "once"]},
        "boot": {"enum": ["auto", "manual", "manual_only"]},
        "timeout": {"type": "integer", "minimum": 10, "maximum": 300},
        "ingress": FLAG,
        "ingress_port": {"type": "integer", "minimum": 0, "maximum": 65535},
        "ingress_entry": TEXT,
        "ingress_stream": FLAG,
        "panel_icon": {"type": "string", "pattern": "^mdi:[a-z0-9-]+$"},
        "panel_title": TEXT,
        "panel_admin": FLAG,
        "watchdog": {
            "type": "string",
            "pattern": r"^(?:https?|\[PROTO:\w+\]|tcp):\/\/\[HOST\]:(?:\[PORT:\d+\]|\d+).*$",
        },
        "ports": {
            "type": "object",
            "patternProperties": {r"^\d{1,5}/(tcp|udp)$": {"type": ["integer", "null"]}},
            "additionalProperties": False,
        },
        "uart": FLAG,
        "usb": FLAG,
        "udev": FLAG,
        "gpio": FLAG,
        "services": {"type": "array", "items": {"type": "string", "pattern": "^(mqtt|mysql):(provide|want|need)$"}},
        "homeassistant_api": FLAG,
        "hassio_api": FLAG,
        "hassio_role": {"enum": ["default", "homeassistant", "backup", "manager", "admin"]},
        "map": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type"],
                "additionalProperties": False,
                "properties": {"type": {"enum": MAPS}, "read_only": FLAG, "path": TEXT},
            },
        },
        "backup": {"enum": ["hot", "cold"]},
        "backup_exclude": {"type": "array", "items": TEXT},
        "apparmor": FLAG,
        "options": {"type": "object"},
        "schema": {"type": "object"},
    },
}


def addon_program() -> Any:
    spec = importlib.util.spec_from_file_location("ouro_addon", ADDON / "ouro_addon.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def leaves(schema: Any, depth: int = 1) -> Iterator[tuple[str, int]]:
    if isinstance(schema, str):
        yield schema, depth
        return
    for part in schema.values() if isinstance(schema, dict) else schema:
        yield from leaves(part, depth + (0 if isinstance(schema, list) else 1))


def test_config_yaml_fits_the_documented_schema() -> None:
    assert not [error.message for error in Draft202012Validator(SCHEMA).iter_errors(CONFIG)]


def test_the_linter_refuses_what_the_supervisor_would() -> None:
    for change in ({"slug": "Ouro Board"}, {"arch": ["armv7"]}, {"host_net": True}, {"watchdog": "http://localhost/"},
                   {"services": ["mqtt"]}, {"ports": {"8321": 1}}, {"map": ["share:rw2"]}):  # fmt: skip
        assert list(Draft202012Validator(SCHEMA).iter_errors({**CONFIG, **change})), change


def test_nothing_asks_for_more_than_it_needs() -> None:
    forbidden = {"host_network", "privileged", "full_access", "docker_api", "host_pid", "kernel_modules", "hassio_role"}
    assert not forbidden & set(CONFIG)
    assert CONFIG["ingress"] and CONFIG["panel_admin"] and "mqtt:want" in CONFIG["services"]
    assert "apparmor" not in CONFIG, "our own profile stays on"


def test_every_option_has_a_type_a_default_that_fits_and_words_in_each_language() -> None:
    schema, options = CONFIG["schema"], CONFIG["options"]
    for kind, depth in leaves(schema, 0):
        assert OPTION.match(kind), kind
        assert depth <= 3, "the Supervisor nests two levels"
    optional = {key for key, kind in schema.items() if isinstance(kind, str) and kind.endswith("?")}
    assert set(options) == set(schema) - optional
    assert options["log_level"] in schema["log_level"][5:-1].split("|")
    assert options["discovery"] in schema["discovery"][5:-1].split("|")
    for language in ("en", "de"):
        words = yaml.safe_load((ADDON / f"translations/{language}.yaml").read_text())
        assert set(words["configuration"]) == set(schema)
        assert set(words["network"]) == set(CONFIG["ports"])
        assert all(entry["name"] and entry["description"] for entry in words["configuration"].values())


def test_the_version_is_that_of_the_project_and_is_in_the_changelog() -> None:
    version = re.search(r"project\(\w+ VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())
    assert version and CONFIG["version"] == version[1]
    assert f"## {CONFIG['version']}" in (ADDON / "CHANGELOG.md").read_text()


@pytest.mark.parametrize(("name", "size"), [("icon.png", (128, 128)), ("logo.png", (250, 100))])
def test_the_pictures_have_their_sizes(name: str, size: tuple[int, int]) -> None:
    head = (ADDON / name).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == size


def test_the_apparmor_profile_is_the_add_ons_and_balanced() -> None:
    text = (ADDON / "apparmor.txt").read_text()
    assert f"profile {CONFIG['slug']} flags=" in text
    assert text.count("{") - text.count("@{PROC}") == text.count("}") - text.count("@{PROC}") == 1
    assert "/dev/tty* rw," in text and "/data/** rwk," in text


def test_the_dockerfile_builds_with_the_packages_of_dev_and_names_its_base() -> None:
    text = (ADDON / "Dockerfile").read_text()
    packages = re.search(r"packages_build=\(([^)]*)\)", (ROOT / "dev").read_text())
    assert packages
    not_needed = {"ccache", "umockdev"}
    missing = [p for p in packages[1].split() if p not in not_needed and f" {p}" not in text]
    assert missing == []
    assert text.count("FROM debian:bookworm-slim") == 2 and "BUILD_FROM" not in text


def test_stage_makes_a_folder_with_everything(tmp_path: Path) -> None:
    subprocess.run([str(ADDON / "stage.sh"), str(tmp_path / "ouroboard")], check=True, capture_output=True)
    made = {path.name for path in (tmp_path / "ouroboard").iterdir()}
    assert {"config.yaml", "Dockerfile", "source.tar.gz", "ouro_addon.py", "apparmor.txt", "icon.png"} <= made


def test_settings_survive_any_password_and_grants_are_gathered() -> None:
    program = addon_program()
    nasty = 'a"b\\c\x7f\u2028ü\n\t'
    mqtt = {"host": "core-mosquitto", "port": 1883, "ssl": True, "username": "addons", "password": nasty}
    options = {
        "log_level": "debug",
        "discovery": "device",
        "grants": [{"board": "abcd", "entity": "lock.a"}, {"board": "abcd", "entity": "cover.b"}],
        "ports": ["10c4:ea60"],
        "allowed_hosts": [],
    }
    made = tomllib.loads(program.settings(options, mqtt, "token"))
    assert made["mqtt"] == {"host": "core-mosquitto", "port": 1883, "username": "addons", "password": nasty,
                            "tls": True, "discovery": "device"}  # fmt: skip
    assert made["home_assistant"]["grants"] == {"abcd": ["lock.a", "cover.b"]}
    assert made["home_assistant"]["url"] == "http://supervisor:80/core/websocket"
    assert made["ingress"] == {"listen": "0.0.0.0:8099", "sources": ["172.30.32.2"]}
    assert made["ports"] == ["10c4:ea60"] and "allowed_hosts" not in made
    alone = tomllib.loads(program.settings({"boards_see_home": False}, None, "token"))
    assert alone["mqtt"] == {"enabled": False} and "home_assistant" not in alone


def test_options_beat_the_supervisors_broker() -> None:
    program = addon_program()
    assert program.mqtt_of_options({"mqtt_host": ""}) is None
    named = program.mqtt_of_options({"mqtt_host": "h", "mqtt_tls": True, "mqtt_username": "u"})
    assert named == {"host": "h", "port": 8883, "ssl": True, "username": "u", "password": ""}


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))
