#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Pin to MQTT and back, beside the bare broker: bench/latency.sh BIN_DIR
set -euo pipefail
bin=$1
uid=bench0001
work=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
    wait
    rm -rf "$work"
}
trap finish EXIT

# wait_for FILE WORD: until the file says the word, 10 s at most.
wait_for() {
    for _ in $(seq 100); do
        grep -qs "$2" "$1" && return
        sleep 0.1
    done
    echo "latency: waited in vain for \"$2\" in $1" >&2
    cat "$1" >&2
    exit 1
}

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
web=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf 'listener %s 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n' "$port" > "$work/mosquitto.conf"
/usr/sbin/mosquitto -c "$work/mosquitto.conf" > "$work/mosquitto.log" 2>&1 & pids+=($!)
mkdir -p "$work/boards"
"$bin/ouro-board" --dir "$work/boards/bench" --board intercom --app bench/latency_app --uid "$uid" \
    > "$work/board.log" 2>&1 & pids+=($!)
"$bin/ouro" serve --data "$work/hub" --boards-dir "$work/boards" --listen "127.0.0.1:$web" \
    --broker "mqtt://127.0.0.1:$port" > "$work/hub.log" 2>&1 & pids+=($!)
for _ in $(seq 100); do
    "$bin/ouro" boards --data "$work/hub" --json 2> /dev/null | grep -q '"online": *true' && break
    sleep 0.1
done
"$bin/latency_bench" "$port" "$work/boards/bench/control.sock" "$uid"
