#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the interpreter of a Python environment that holds what a requirements file lists, making it first if need be.
#
# usage: tests/venv.sh tests/requirements.txt
#
# The folder's name holds the hash of the file, so a changed file gets a new environment and an unchanged one costs
# nothing. PYTHON chooses the interpreter (default: Debian's /usr/bin/python3). Everything but the path goes to stderr.
set -eu

file=${1:?usage: tests/venv.sh FILE, e.g. tests/requirements.txt}
python=${PYTHON:-/usr/bin/python3}
if [ ! -r "$file" ]; then
    echo "venv: can't read $file; there are: $(echo "$(dirname "$0")"/requirements*.txt)" >&2
    exit 2
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/ouroboard
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
hash=$( (echo "python $version"; cat "$file") | sha256sum | cut -c1-12)
venv=$cache/venv-$hash
pip="$venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps"

# --no-deps: the file lists everything that is needed, and nothing else may come in. Build tools first: without wheel,
# a package that comes as source falls back to a build that newer tools refuse.
install() {
    "$python" -m venv "$venv" || { echo "venv: try: apt-get install python3-venv" >&2; return 1; }
    grep -E '^(wheel|setuptools)==' "$file" > "$venv/first.txt" || true
    if [ -s "$venv/first.txt" ]; then $pip -r "$venv/first.txt"; fi
    $pip -r "$file" || { echo "venv: could not install $file; is the network there?" >&2; return 1; }
    touch "$venv/complete"
}

if [ ! -e "$venv/complete" ]; then
    mkdir -p "$cache"
    exec 9> "$cache/venv-$hash.lock"
    flock 9 # of two runs at once the second waits, then finds it done
    if [ ! -e "$venv/complete" ]; then
        echo "venv: installing $file (once)" >&2
        rm -rf "$venv"
        install >&2
    fi
fi
echo "$venv/bin/python"
