# SPDX-License-Identifier: Apache-2.0
"""The settings of an app: its own defaults, and what the user changed in app.toml."""

from ._platform import app_folder

_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


class Config:
    """The settings as attributes: `config.call_pin`."""


def config(defaults=None, **more):
    """The `[config]` of the app's app.toml over the defaults, and over both what is in its config.json.

    A value must be of its default's type. The defaults are a dict, or given by name: `ha.config(call_pin=4)`.
    """
    defaults = dict(defaults or {}, **more)
    result = Config()
    for key, default in defaults.items():
        setattr(result, key, default)
    for name, read in (("app.toml", _table), ("config.json", _object)):
        path = app_folder() + name
        try:
            with open(path) as file:
                changed = read(file.read(), path)
        except OSError:
            continue
        for key, value in changed.items():
            if key not in defaults:
                known = ", ".join(sorted(defaults))
                raise ValueError(f"{path}: there is no setting {key!r}; there are {known}")
            setattr(result, key, _checked(path, key, value, defaults[key]))
    return result


def _table(text, path):
    return read_toml(text, path).get("config", {})


def _object(text, path):
    import json

    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"{path}: there is no JSON object in it")
    return found


def _checked(path, key, value, default):
    if isinstance(default, bool):
        good, wanted = isinstance(value, bool), "true or false, without quotes"
    elif isinstance(default, int):
        good, wanted = isinstance(value, int) and not isinstance(value, bool), "a whole number"
    elif isinstance(default, float):
        good, wanted = isinstance(value, (int, float)) and not isinstance(value, bool), "a number"
        value = float(value) if good else value
    elif isinstance(default, str):
        good, wanted = isinstance(value, str), "a text in quotes"
    else:
        good, wanted = isinstance(value, type(default)), "a list"
    if not good:
        raise ValueError(f"{path}: {key} must be {wanted}, not {value!r}")
    return value


def read_toml(text, file="app.toml"):
    """The part of TOML that settings need: tables one level deep; texts, numbers, true, false, and lists of them."""
    tables = {}
    table = tables
    number = 0
    for line in text.split("\n"):
        number += 1
        try:
            line = _uncommented(line).strip()
            if not line:
                continue
            if line[0] == "[":
                name = line[1:-1].strip()
                if line[-1] != "]" or not _is_key(name):
                    raise ValueError("a table is written [name]")
                if name in tables:
                    raise ValueError(f"[{name}] comes twice")
                table = tables[name] = {}
                continue
            key, sign, value = line.partition("=")
            key = key.strip()
            if key[:1] in ('"', "'"):
                key = _quoted(key)
            if not sign or not _is_key(key):
                raise ValueError("a setting is written name = value")
            if key in table:
                raise ValueError(f"{key} comes twice")
            table[key] = _value(value.strip())
        except ValueError as error:
            raise ValueError(f"{file}, line {number}: {error}") from None
    return tables


def _is_key(name):
    return bool(name) and all(c in "_-" or "0" <= c <= "9" or "a" <= c.lower() <= "z" for c in name)


def _uncommented(line):
    quote = ""
    escaped = False
    for i, c in enumerate(line):
        if escaped:
            escaped = False
        elif quote:
            escaped = c == "\\" and quote == '"'
            if c == quote:
                quote = ""
        elif c in "\"'":
            quote = c
        elif c == "#":
            return line[:i]
    return line


def _value(text):
    if text in ("true", "false"):
        return text == "true"
    if text[:1] in ('"', "'"):
        return _quoted(text)
    if text[:1] == "[":
        return _list(text)
    plain = text.replace("_", "")
    for kind in (lambda digits: int(digits, 0), float):
        try:
            number = kind(plain)
        except ValueError:
            continue
        if number - number == 0:  # neither infinite nor "not a number"
            return number
    raise ValueError(f"{text or 'nothing'} is neither a number, true, false nor a text in quotes")


def _quoted(text):
    result = ""
    i = 1
    while i < len(text):
        c = text[i]
        if c == text[0]:
            if i + 1 != len(text):
                raise ValueError(f"there is more after the text {text[: i + 1]}")
            return result
        if c == "\\" and text[0] == '"':
            i += 1
            c = _ESCAPES.get(text[i : i + 1])
            if c is None:
                raise ValueError('after \\ may come n, t, " or \\')
        result += c
        i += 1
    raise ValueError(f"the text {text} has no end")


def _list(text):
    if text[-1] != "]":
        raise ValueError("a list ends with ] on the same line")
    items = []
    item = ""
    quote = ""
    escaped = False
    for c in text[1:-1]:
        if c == "," and not quote:
            items.append(_value(item.strip()))
            item = ""
            continue
        if escaped:
            escaped = False
        elif quote:
            escaped = c == "\\" and quote == '"'
            if c == quote:
                quote = ""
        elif c in "\"'":
            quote = c
        item += c
    if item.strip():
        items.append(_value(item.strip()))
    return items
