#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The battery sensor's codec, the way of its reports, and the tests' bad days: bench/tuya.sh BIN_DIR
set -euo pipefail
"$1/tuya_bench"
