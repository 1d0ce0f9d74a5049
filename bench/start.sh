#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The hub's time to a listening port and its idle memory, beside Mosquitto: bench/start.sh BIN_DIR
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1/start_bench" "$1/ouro" "$work"
