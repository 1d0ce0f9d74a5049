# SPDX-License-Identifier: Apache-2.0
"""What a board without our firmware is told once: WiFi, the broker, its name. See docs/stock-boards.md."""

import os

_FILE = "settings.toml"
_NAMES = (  # in secret_config.py, as older door programs have it
    ("CIRCUITPY_WIFI_SSID", "WIFI_SSID"),
    ("CIRCUITPY_WIFI_PASSWORD", "WIFI_PASSWORD"),
    ("HA_BROKER", "MQTT_SERVER"),
    ("HA_USER", "MQTT_USERNAME"),
    ("HA_PASSWORD", "MQTT_PASSWORD"),
)


def _read():
    for path in (_FILE, "/" + _FILE):
        try:
            with open(path) as file:
                text = file.read()
        except OSError:
            continue
        from ._config import read_toml  # only where there is something to read

        return {key: value for key, value in read_toml(text, _FILE).items() if not isinstance(value, dict)}
    try:
        import secret_config
    except ImportError:
        return {}
    return {key: getattr(secret_config, name) for key, name in _NAMES if getattr(secret_config, name, None)}


def _from_environment():
    getenv = getattr(os, "getenv", None)  # CPython, MicroPython on Linux, CircuitPython
    names = ("HA_LINK", "HA_BROKER", "HA_PORT", "HA_USER", "HA_PASSWORD", "HA_NAME", "HA_ID")
    return {name: getenv(name) for name in names if getenv and getenv(name)}


settings = _read()
settings.update(_from_environment())
