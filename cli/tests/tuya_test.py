# SPDX-License-Identifier: Apache-2.0
"""`ouro tuya` as a person runs it: tuya_test.py OURO"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import tempfile
import tty
import unittest
from pathlib import Path

OURO = sys.argv.pop(1)
MOTION = "RX 55 AA 00 05 00 0A 65 01 00 01 01 66 04 00 01 01 E2\n"
WRONG = "RX 55 AA 00 05 00 05 66 04 00 01 03 70\n"


def ouro(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([OURO, *words], input=stdin, capture_output=True, text=True, timeout=60, check=False)


class Tuya(unittest.TestCase):
    def test_row_4_26_a_recording_is_decoded_from_a_file_and_from_stdin(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "capture.txt")
            path.write_text(MOTION + WRONG)
            from_file = ouro("tuya", "decode", str(path))
        self.assertEqual(from_file.returncode, 0, from_file.stderr)
        self.assertIn("MCU to module  report: 101 bool 1, 102 enum 1", from_file.stdout)
        self.assertIn("report: 102 enum 3  WRONG SUM: 70 instead of 77", from_file.stdout)
        self.assertIn("1 frames of the low-power protocol, 1 more with a wrong sum", from_file.stdout)
        self.assertEqual(ouro("tuya", "decode", "-", stdin=MOTION + WRONG).stdout, from_file.stdout)

    def test_row_4_26_json_is_one_frame_a_line(self) -> None:
        lines = ouro("tuya", "decode", "--json", "-", stdin=MOTION + WRONG).stdout.splitlines()
        frames = [json.loads(line) for line in lines]
        self.assertEqual([frame["ok"] for frame in frames], [True, False])
        self.assertEqual(frames[0]["datapoints"][1], {"id": 102, "type": "enum", "value": 1})
        self.assertEqual(frames[1]["sum"], {"found": 0x70, "right": 0x77})

    def test_what_is_no_recording_fails_and_says_so(self) -> None:
        for stdin, words in (("hello\n", "Line 1"), ("00 11 22\n", "no Tuya frame")):
            done = ouro("tuya", "decode", "-", stdin=stdin)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(words, done.stderr)
        self.assertEqual(ouro("tuya", "decode", "/nowhere").returncode, 4)

    def test_watch_tells_frames_as_they_come(self) -> None:
        line, port = pty.openpty()
        tty.setraw(port)
        name = os.ttyname(port)
        with subprocess.Popen(
            [OURO, "tuya", "watch", name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as watch:
            assert watch.stdout and watch.stderr
            self.assertIn("Listening", watch.stderr.readline())
            os.write(line, bytes.fromhex("55AA0005000565010001"))
            os.write(line, bytes.fromhex("0171"))
            self.assertIn("report: 101 bool 1", watch.stdout.readline())
            watch.terminate()
        os.close(line)
        os.close(port)


if __name__ == "__main__":
    unittest.main()
