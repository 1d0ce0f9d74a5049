#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A board's prompt through the hub, beside the bare terminal: bench/repl.sh BIN_DIR
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1/repl_bench" "$1/ouro" "$work"
