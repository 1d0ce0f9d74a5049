#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `./dev run` starts: cmake/run.sh BIN_DIR DATA_DIR [ouro serve options …]. Ctrl-C ends the hub and the board.
set -euo pipefail

bin=$1 home=$2
shift 2
mkdir -p "$home/boards" "$home/logs"
"$bin/ouro-board" --dir "$home/boards/intercom" --board intercom --app apps/intercom --name "Hall intercom" \
    > "$home/logs/board.log" 2>&1 &
board=$!
trap 'kill "$board" 2> /dev/null; wait "$board" 2> /dev/null || true' EXIT
trap : INT TERM # the hub gets the signal too and ends in order; then we clean up
sleep 0.2
kill -0 "$board" 2> /dev/null || {
    cat "$home/logs/board.log" >&2
    exit 1
}
"$bin/ouro" serve --data "$home" --boards-dir "$home/boards" "$@"
