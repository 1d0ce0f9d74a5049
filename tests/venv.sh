#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the path of a Python environment that holds tests/<NAME>.txt, making it first if need be.
#
# usage: tests/venv.sh requirements | requirements-homeassistant
#
# The folder's name holds the hash of the file, so a changed file gets a new environment and an unchanged one costs
# nothing. PYTHON chooses the interpreter (default: Debian's /usr/bin/python3). Everything but the path goes to stderr.
set -eu

name=${1:?usage: tests/venv.sh NAME, for tests/NAME.txt}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
file=$here/$name.txt
python=${PYTHON:-/usr/bin/python3}
[ -r "$file" ] || { echo "venv: there is no $file; choose one of: requirements, requirements-homeassistant" >&2; exit 2; }

cache=${XDG_CACHE_HOME:-$HOME/.cache}/ouroboard
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
hash=$( (echo "python $version"; cat "$file") | sha256sum | cut -c1-12)
venv=$cache/venv-$hash

if [ ! -e "$venv/complete" ]; then
    mkdir -p "$cache"
    exec 9>"$cache/venv-$hash.lock"
    flock 9 # two runs at once: the second waits, then finds it done
    if [ ! -e "$venv/complete" ]; then
        echo "venv: installing $name (once)" >&2
        rm -rf "$venv"
        "$python" -m venv "$venv" >&2 || {
            echo "venv: $python can't make an environment; try: apt-get install python3-venv" >&2
            exit 1
        }
        # wheel first: without it old source packages fall back to a build that newer tools refuse.
        # --no-deps: the file lists everything that is needed, and nothing else may come in.
        grep -E '^(wheel|setuptools)==' "$file" >"$venv/first.txt" || true
        if [ -s "$venv/first.txt" ]; then
            "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$venv/first.txt" >&2
        fi
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$file" >&2 || {
            echo "venv: could not install $file; is the network there? What was cached is kept for the next try" >&2
            exit 1
        }
        touch "$venv/complete"
    fi
fi
echo "$venv"
