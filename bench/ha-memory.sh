#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `ha` takes of a small chip's heap, on an emulated Cortex-M3: bench/ha-memory.sh BIN_DIR
set -euo pipefail
build=$1/..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 python/make_mpy.py "$build/micropython/mpy-cross/mpy-cross" "$work"
python3 bench/ha_memory.py "$build/bench/qemu_port/firmware.elf" "$work/ha"
