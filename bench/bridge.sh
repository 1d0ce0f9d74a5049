#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The queues between the two cores beside others, and what a whole board does with them: bench/bridge.sh BIN_DIR
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Before other programs where that is allowed, as bench/vm.sh.
first=()
if chrt -f 2 true 2> /dev/null; then first=(chrt -f 2); fi
"${first[@]}" "$1/bridge_bench" "$1/ouro-board" "$work"
