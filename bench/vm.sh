#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# MicroPython's perf_bench on a virtual board, beside the unix port: bench/vm.sh BIN_DIR
set -euo pipefail
bin=$1
ports=$bin/../bench/unix_port
python=$(tests/venv.sh tests/requirements.txt)
tree=${MICROPYTHON_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/ouroboard/micropython-1.25.0}

# Before other programs where that is allowed: all three, each on its turn.
first=()
if chrt -f 2 true 2> /dev/null; then first=(chrt -f 2); fi

work=$(mktemp -d)
"${first[@]}" "$bin/ouro-board" --dir "$work/board" --board intercom --heap-kb 2048 > "$work/board.log" 2>&1 & board=$!
finish() {
    kill "$board" 2> /dev/null || true
    wait
    rm -rf "$work"
}
trap finish EXIT
for _ in $(seq 100); do
    [[ -e $work/board/uart0 ]] && break
    sleep 0.1
done
"${first[@]}" "$python" -B bench/vm.py "$tree" "$work/board/uart0" \
    "$ports/stock/micropython" "$ports/same_flags/micropython"
