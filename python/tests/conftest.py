# SPDX-License-Identifier: Apache-2.0
"""The board's modules as they are imported there, with a stand-in for its pins."""

import os
import sys
from pathlib import Path

PYTHON = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PYTHON), str(PYTHON / "desktop")]
os.environ["HA_ID"] = "c0ffee01"  # or one would be made, and kept in a file
