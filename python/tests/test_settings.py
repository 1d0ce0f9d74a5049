# SPDX-License-Identifier: Apache-2.0
"""What a stock board is told once: settings.toml, or the secret_config.py of older programs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ha import _settings
from ha._config import read_toml

PYTHON = Path(__file__).resolve().parents[1]


def test_the_lines_of_settings_toml_are_read() -> None:
    text = """# the house
CIRCUITPY_WIFI_SSID = "My # net"  # a comment
CIRCUITPY_WIFI_PASSWORD = 'it"s'
HA_PORT = 8883
HA_TLS = true # yes
HA_NAME="Porch"

[app]
HA_NAME = "not this one"
"""
    assert _settings._settings_in(text) == {
        "CIRCUITPY_WIFI_SSID": "My # net",
        "CIRCUITPY_WIFI_PASSWORD": 'it"s',
        "HA_PORT": 8883,
        "HA_TLS": True,
        "HA_NAME": "Porch",
    }


@pytest.mark.parametrize("line", ['A = "a\\"b\\\\c\\n"', 'A = "x"', "A = 'y'", "A = 0", "A = false", "A = 12 # c"])
def test_it_reads_as_the_reader_of_app_toml_does(line: str) -> None:
    assert _settings._settings_in(line) == read_toml(line)


@pytest.mark.parametrize("line", ['A = "no end', 'A = "bad \\q"', "A = word"])
def test_what_is_wrong_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        _settings._settings_in(line)


@pytest.mark.parametrize("line", ['HA_PORT = "no end', "HA_PORT = 1883x", "HA_PORT =", 'HA_NAME = "\\q"'])
def test_what_is_wrong_is_named_with_its_file_and_line(line: str) -> None:
    with pytest.raises(ValueError, match=r"settings\.toml, line 4: "):
        _settings._settings_in(f'# the house\n\nHA_BROKER = "10.0.0.2"\n{line}\n')


# Without the package's own start, which would ask for a console already.
READ = f"""
import sys, types
package = sys.modules["ha"] = types.ModuleType("ha")
package.__path__ = [{str(PYTHON / "ha")!r}]
from ha._settings import settings
print(sorted(settings.items()))
"""


def settings_in(folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", READ], cwd=folder, capture_output=True, text=True, check=True, env={})
    return done.stdout.strip()


def test_row_2_17_an_older_secret_config_is_understood(tmp_path: Path) -> None:
    (tmp_path / "secret_config.py").write_text(
        'WIFI_SSID = "net"\nWIFI_PASSWORD = "pw"\n'
        'MQTT_SERVER = "10.0.0.2"\nMQTT_USERNAME = "door"\nMQTT_CLIENT_ID = "x"\n'
    )
    assert settings_in(tmp_path) == str(
        [
            ("CIRCUITPY_WIFI_PASSWORD", "pw"),
            ("CIRCUITPY_WIFI_SSID", "net"),
            ("HA_BROKER", "10.0.0.2"),
            ("HA_USER", "door"),
        ]
    )


def test_settings_toml_comes_before_secret_config(tmp_path: Path) -> None:
    (tmp_path / "secret_config.py").write_text('MQTT_SERVER = "10.0.0.2"\n')
    (tmp_path / "settings.toml").write_text('HA_BROKER = "10.0.0.3"\n')
    assert settings_in(tmp_path) == str([("HA_BROKER", "10.0.0.3")])


def test_without_either_there_is_nothing(tmp_path: Path) -> None:
    assert settings_in(tmp_path) == "[]"


def test_mqtt_without_a_broker_says_what_is_missing(tmp_path: Path) -> None:
    env = {"PYTHONPATH": f"{PYTHON}:{PYTHON / 'desktop'}", "HA_LINK": "mqtt", "HA_ID": "c0ffee01"}
    done = subprocess.run([sys.executable, "-c", "import ha"], cwd=tmp_path, capture_output=True, text=True, env=env)
    assert "settings.toml: HA_BROKER is missing, the address of the MQTT broker" in done.stderr
