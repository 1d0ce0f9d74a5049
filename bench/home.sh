#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A board's value to Home Assistant, beside a bare mosquitto_pub; discovery; commands both ways: bench/home.sh BIN_DIR
set -euo pipefail
bin=$1
python=$(tests/venv.sh tests/requirements.txt)
OURO_HA_PYTHON=$(tests/venv.sh tests/requirements-homeassistant.txt) OURO_BIN_DIR=$bin "$python" -B bench/home.py
