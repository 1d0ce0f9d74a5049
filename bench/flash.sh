#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Flashing a paced stand-in for a chip, beside Espressif's esptool: bench/flash.sh BIN_DIR [RATE …]
set -euo pipefail
bin=$1
shift
python=$(tests/venv.sh tests/requirements.txt)
"$python" -B bench/flash.py "$bin" "$@"
