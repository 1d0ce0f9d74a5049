# SPDX-License-Identifier: Apache-2.0
"""Generates MicroPython's headers (strings, modules, root pointers) and leaves alone what did not change.

Does what py/mkrules.cmake of MicroPython does, with its own scripts, but in our build tree and in one step:

    micropython_headers.py MICROPYTHON_DIR OUTPUT_DIR COMMANDS.json

COMMANDS.json holds {"cc": […], "cflags": […], "cxxflags": […], "sources": […]}.
"""

import json
import os
import re
import shutil
import subprocess
import sys


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, **options).stdout


def write_if_different(path, content):
    if os.path.exists(path):
        with open(path, "rb") as old:
            if old.read() == content:
                return
    with open(path, "wb") as new:
        new.write(content)


def preprocess_names(micropython, output, compiler, cflags):
    """All the names in one file, with the conditions of MicroPython's own list decided by the preprocessor."""
    lines = []
    for path in (f"{micropython}/py/qstrdefs.h", f"{output}/qstrdefs.collected.h"):
        with open(path, encoding="utf-8") as file:
            # In quotes, so that the preprocessor does not expand a name that is also a macro.
            lines += [re.sub(r"^Q\(.*\)", r'"\g<0>"', line) for line in file]
    text = run(*compiler, "-E", *cflags, "-", input="".join(lines).encode())
    return re.sub(rb'^"(Q\(.*\))"', rb"\1", text, flags=re.MULTILINE)


def version_header(micropython):
    with open(f"{micropython}/py/mpconfig.h", encoding="utf-8") as file:
        numbers = re.findall(r"^#define MICROPY_VERSION_(?:MAJOR|MINOR|MICRO) (\d+)", file.read(), flags=re.MULTILINE)
    tag = "v" + ".".join(numbers)
    return f'#define MICROPY_GIT_TAG "{tag}"\n#define MICROPY_GIT_HASH ""\n#define MICROPY_BUILD_DATE "release"\n'


def main():
    micropython, output, commands_path = sys.argv[1:]
    with open(commands_path, encoding="utf-8") as file:
        commands = json.load(file)
    python = [sys.executable, "-B"]
    makeqstrdefs = [*python, f"{micropython}/py/makeqstrdefs.py"]
    os.makedirs(output, exist_ok=True)
    write_if_different(f"{output}/mpversion.h", version_header(micropython).encode())

    everything = f"{output}/preprocessed.i"
    pp = [*commands["cc"], "-E", "output", everything, "cflags", *commands["cflags"], "-DNO_QSTR", "cxxflags"]
    run(*makeqstrdefs, "pp", *pp, *commands["cxxflags"], "-DNO_QSTR", "sources", *commands["sources"])
    for mode, collected in (
        ("qstr", "qstrdefs.collected.h"),
        ("module", "moduledefs.collected"),
        ("root_pointer", "root_pointers.collected"),
    ):
        shutil.rmtree(f"{output}/{mode}", ignore_errors=True)
        run(*makeqstrdefs, "split", mode, everything, f"{output}/{mode}", "_")
        run(*makeqstrdefs, "cat", mode, "_", f"{output}/{mode}", f"{output}/{collected}")

    names = preprocess_names(micropython, output, commands["cc"], commands["cflags"])
    write_if_different(f"{output}/qstrdefs.preprocessed.h", names)
    for script, source, header in (
        ("makeqstrdata.py", "qstrdefs.preprocessed.h", "qstrdefs.generated.h"),
        ("makemoduledefs.py", "moduledefs.collected", "moduledefs.h"),
        ("make_root_pointers.py", "root_pointers.collected", "root_pointers.h"),
    ):
        write_if_different(f"{output}/{header}", run(*python, f"{micropython}/py/{script}", f"{output}/{source}"))


if __name__ == "__main__":
    main()
