#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the image for mps2-an521 in QEMU as a virtual board that hub, mpremote and tests find.

    qemu.py --dir DIR [--image FILE] [--uid UID] [--app NAME]

DIR gets what a virtual board's folder has: uart0 (its serial port), control.sock (its panel), board.json, flash.img and
settings.img. SIGTERM ends it.
"""

import argparse
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import tty
from pathlib import Path

from panel_lines import PanelLines

IMAGE = Path(__file__).resolve().parents[3] / "build/an521/bin/ouro-an521.elf"
RUN_MIN_S = 0.3  # a board that resets sooner would do so for ever
UID = re.compile(r"(?!hub$)[a-z0-9]{4,32}")


def renew_record(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """The board's own data, with one start more."""
    path = folder / "board.json"
    record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    record["uid"] = options.uid or record.get("uid") or secrets.token_hex(6)
    record["board"] = "badge"
    record["app"] = options.app if options.app is not None else record.get("app", "")
    record["pid"] = os.getpid()
    record["boot"] = int(record.get("boot", 0)) + 1
    fresh = folder / "board.json.new"
    fresh.write_text(json.dumps(record), encoding="utf-8")
    fresh.rename(path)
    return record


def publish(link: Path, target: str) -> None:
    fresh = link.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.rename(link)


def qemu_command(options: argparse.Namespace, record: dict[str, object], console: int, lines: list[int]) -> list[str]:
    words = [f"uid={record['uid']}", f"boot={record['boot']}", f"app={record['app']}"]
    semihosting = ",".join(["enable=on,target=native", *(f"arg={word}" for word in words)])
    panel: list[str] = []
    for line in lines:
        panel += ["-chardev", f"socket,id=panel{line},fd={line}", "-serial", f"chardev:panel{line}"]
    return [
        *("setpriv", "--pdeathsig", "TERM"),  # whatever ends this script ends the board
        *(options.qemu, "-no-reboot", "-M", "mps2-an521", "-kernel", str(options.image.resolve())),
        *("-display", "none", "-monitor", "none", "-semihosting-config", semihosting),
        *("-add-fd", f"fd={console},set=1", "-chardev", "serial,id=console,path=/dev/fdset/1"),
        *("-serial", "chardev:console"),
        *panel,
    ]


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", type=Path, required=True, help="the board's folder; made if need be")
    parser.add_argument("--image", type=Path, default=IMAGE, help="default: what ./dev build an521 makes")
    parser.add_argument("--qemu", default="qemu-system-arm", help="default: the one on the PATH")
    parser.add_argument("--uid", help="4 to 32 of a-z and 0-9 (default: made once and kept in board.json)")
    parser.add_argument("--app", help="its name below /pyapps, started after each reset (default: the last one)")
    options = parser.parse_args(arguments)
    for what, word in (("--uid", options.uid), ("--app", options.app)):
        if word and re.search(r"[^A-Za-z0-9_-]", word):
            parser.error(f"{what} takes letters, digits, _ and -")
    if options.uid and not UID.fullmatch(options.uid):
        parser.error("--uid takes 4 to 32 of a-z and 0-9, and not hub")
    if not options.image.exists():
        parser.error(f"there is no image {options.image}; make it: ./dev build an521")
    return options


class Machine:
    """QEMU on one folder, started again when the board resets itself: QEMU would not reset the second CPU."""

    def __init__(self, options: argparse.Namespace, console: int, panel: PanelLines):
        self._options = options
        self._console = console
        self._panel = panel
        self._qemu: subprocess.Popen[bytes] | None = None
        self._ending = False

    def run(self) -> int:
        while not self._ending:
            record = renew_record(self._options.dir, self._options)
            lines = self._panel.renew()
            command = qemu_command(self._options, record, self._console, lines)
            started = time.monotonic()
            self._qemu = subprocess.Popen(
                command, cwd=self._options.dir, pass_fds=[self._console, *lines], stdin=subprocess.DEVNULL
            )
            self._panel.start()
            print(f"board {record['uid']} is running in {self._options.dir}", flush=True)
            status = self._qemu.wait()
            if not self._ending and (status != 0 or time.monotonic() - started < RUN_MIN_S):
                print(f"QEMU ended with {status}", file=sys.stderr)
                return 1
        return 0

    def end(self, *_: object) -> None:
        self._ending = True
        if self._qemu:
            self._qemu.terminate()


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    options.dir.mkdir(parents=True, exist_ok=True)
    # The end that people open stays open here: they may come and go. QEMU's own pty looks for them once a second.
    console, people = os.openpty()
    tty.setraw(people)
    machine = Machine(options, console, PanelLines(options.dir / "control.sock"))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, machine.end)
    publish(options.dir / "uart0", os.ttyname(people))
    status = machine.run()
    for name in ("uart0", "control.sock"):
        (options.dir / name).unlink(missing_ok=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
