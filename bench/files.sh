#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Files to a board over a serial line, beside mpremote and ampy: bench/files.sh BIN_DIR
set -euo pipefail
bin=$1
python=$(tests/venv.sh tests/requirements.txt)
tree=${MICROPYTHON_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/ouroboard/micropython-1.25.0}

# Before other programs where that is allowed, as bench/vm.sh: the line's pace is kept by a program.
first=()
if chrt -f 2 true 2> /dev/null; then first=(chrt -f 2); fi
"${first[@]}" "$python" -B bench/files.py "$bin" "$tree"
