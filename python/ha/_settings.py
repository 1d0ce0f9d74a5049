# SPDX-License-Identifier: Apache-2.0
"""What a board without our firmware is told once: WiFi, the broker, its name. See docs/stock-boards.md."""

import os

from ._platform import app_folder

_FILE = "settings.toml"
_NAMES = (  # in secret_config.py, as older door programs have it
    ("CIRCUITPY_WIFI_SSID", "WIFI_SSID"),
    ("CIRCUITPY_WIFI_PASSWORD", "WIFI_PASSWORD"),
    ("HA_BROKER", "MQTT_SERVER"),
    ("HA_USER", "MQTT_USERNAME"),
    ("HA_PASSWORD", "MQTT_PASSWORD"),
)


def _read():
    """Those of the board, and over them those that came with the app."""
    found = {}
    for path in ("/" + _FILE, _FILE, app_folder() + _FILE):
        try:
            with open(path) as file:
                text = file.read()
        except OSError:
            continue
        found.update(_settings_in(text))
    if found:
        return found
    try:
        import secret_config
    except ImportError:
        return {}
    return {key: getattr(secret_config, name) for key, name in _NAMES if getattr(secret_config, name, None)}


def _settings_in(text):
    """The lines `NAME = "text"`, `NAME = 5`, `NAME = true` above the first table, as CircuitPython reads them."""
    found = {}
    number = -1
    for line in text.split("\n"):
        number += 1
        line = line.strip()
        if line[:1] == "[":
            break
        name, sign, value = line.partition("=")
        value = value.strip()
        if line[:1] == "#" or not sign:
            continue
        quote = value[:1]
        bare = value.split("#")[0].strip()
        if "\\" not in value and quote in ("'", '"') and value.find(quote, 1) > 0:
            value = value[1 : value.find(quote, 1)]
        elif bare in ("true", "false"):
            value = bare == "true"
        elif bare.isdigit():
            value = int(bare)
        else:
            from ._config import read_toml  # it knows all of TOML's values, and what is wrong

            value = read_toml("\n" * number + line, _FILE)[name.strip()]
        found[name.strip()] = value
    return found


def _from_environment():
    getenv = getattr(os, "getenv", None)  # CPython, MicroPython on Linux, CircuitPython
    names = "HA_LINK HA_BROKER HA_PORT HA_USER HA_PASSWORD HA_TLS HA_CA HA_NAME HA_ID".split()
    return {name: getenv(name) for name in names if getenv and getenv(name)}


settings = _read()
settings.update(_from_environment())
