# SPDX-License-Identifier: Apache-2.0
"""The apps in /pyapps: which there are, which one runs, and another one instead of it."""

import os as _os

import _badge
from _badge import app as current  # noqa: F401

_ROOT = "/pyapps/"


def list():
    """(name, title) of each app, in the order of their titles."""
    apps = [(name, _title(name)) for name in _folders() if _is_app(name)]
    apps.sort(key=lambda app: app[1].lower())
    return apps


def launch(name):
    """Ends this app, after its `finally` blocks, and starts that one in a fresh Python."""
    if not _is_app(name):
        raise OSError(2, f"there is no app {name!r} with an app.py in /pyapps")
    _badge.launch(name)


def _folders():
    try:
        return [entry[0] for entry in _os.ilistdir(_ROOT) if entry[1] == 0x4000]
    except OSError:
        return []


def _is_app(name):
    if not name or not all(letter.isalpha() or letter.isdigit() or letter in "_-" for letter in name):
        return False
    try:
        return _os.stat(_ROOT + name + "/app.py")[0] & 0x8000 != 0
    except OSError:
        return False


def _title(name):
    """`name = "…"` before the first table of its app.toml, else the name of its folder."""
    try:
        with open(_ROOT + name + "/app.toml") as file:
            for line in file:
                line = line.strip()
                if line.startswith("["):
                    break
                key, _, value = line.partition("=")
                value = value.strip()
                if key.strip() == "name" and value[:1] in ('"', "'") and value.find(value[0], 1) > 1:
                    return value[1 : value.find(value[0], 1)]
    except (OSError, UnicodeError):
        pass
    return name
