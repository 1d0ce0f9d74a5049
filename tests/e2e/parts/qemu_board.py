# SPDX-License-Identifier: Apache-2.0
"""A board that we did not write, with a UART: MicroPython's own port for QEMU's mps2-an385."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
IMAGE = ROOT / "build/an521/bin/qemu-board.elf"

# It has a file system of its own only once somebody has made one.
RAM_DISK = """
import os
class Disk:
 def __init__(self):self.d=bytearray(256*512)
 def readblocks(self,n,b,o=0):
  a=n*512+o
  b[:]=self.d[a:a+len(b)]
 def writeblocks(self,n,b,o=0):
  a=n*512+o
  self.d[a:a+len(b)]=b
 def ioctl(self,op,_):
  return {4:256,5:512}.get(op,0)
d=Disk()
os.VfsLfs2.mkfs(d)
os.mount(os.VfsLfs2(d),'/')
os.chdir('/')
"""


class QemuBoard:
    """`address` is its UART as TCP, as QEMU serves it; with `pty` it is a device instead."""

    def __init__(self, pty: bool = False) -> None:
        qemu = shutil.which("qemu-system-arm")
        if not qemu or not IMAGE.exists():
            pytest.fail(f"{IMAGE.name} and qemu-system-arm are needed: ./dev build an521", pytrace=False)
        listener = socket.create_server(("127.0.0.1", 0))
        fd = listener.fileno()
        uart = "pty,id=uart" if pty else f"socket,id=uart,fd={fd},server=on,wait=off"
        self._qemu = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "KILL"),
                *(qemu, "-machine", "mps2-an385", "-semihosting", "-kernel", str(IMAGE)),
                *("-display", "none", "-monitor", "none"),
                *("-chardev", uart, "-serial", "chardev:uart"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[fd],
        )
        self.address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        listener.close()
        if pty:
            assert self._qemu.stdout
            said = self._qemu.stdout.readline().decode()
            found = re.search(r"/dev/pts/\d+", said)
            assert found, said
            self.address = found[0]

    def close(self) -> None:
        self._qemu.kill()
        self._qemu.communicate(timeout=5)

    def __enter__(self) -> QemuBoard:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
