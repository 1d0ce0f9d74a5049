# SPDX-License-Identifier: Apache-2.0
"""What `ha` takes of a small chip's heap: MicroPython's own port for an emulated Cortex-M3, with 32-bit words.

    ha_memory.py FIRMWARE_ELF MPY_FOLDER

Twice: its .mpy files are loaded from an ordinary file system, into the heap, and from a ROMFS, where they stay. The
port has no network, clock or flash of its own: stand-ins take their place, and are there, with all files, before
anything is measured.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
import tty
from pathlib import Path

BUDGET_S = 60
PIECE = 256
# micropython-lib's client: 5.4 KB in a 64-bit heap, halved.
UMQTT_LIVE_BYTES = 2765

STAND_INS = """
import gc, io, sys, vfs
class Thing:
    def __init__(self, **names):
        for name in names: setattr(self, name, names[name])
class Poll:
    def register(self, *_): pass
    def unregister(self, *_): pass
    def poll(self, *_): return []
    ipoll = poll
mod = sys.modules
stream = Thing(buffer=Thing(read=None, write=None))
mod["sys"] = Thing(stdin=stream, stdout=stream, modules=mod, platform="qemu", implementation=sys.implementation)
mod["time"] = Thing(ticks_ms=lambda: 0, ticks_add=lambda a, b: a + b, ticks_diff=lambda a, b: a - b)
mod["select"] = Thing(poll=Poll, POLLIN=1, POLLOUT=4, POLLERR=8, POLLHUP=16)
mod["socket"] = Thing()
settings = {}
mod["os"] = Thing(urandom=lambda n: bytes(n), getenv=settings.get)
image = bytearray(IMAGE_SIZE)
class Copying:
    def __init__(self, rom): self.rom = rom
    def mount(self, *_): pass
    def umount(self): pass
    def stat(self, path): return self.rom.stat(path)
    def open(self, path, mode): return io.BytesIO(self.rom.open(path, "rb").read())
sys.path[:] = [".frozen", "/f"]
import asyncio, json, binascii
"""

MEASURE = """
rom = vfs.VfsRom(image)
vfs.mount(KIND(rom), "/f")
settings.update(SETTINGS)
gc.collect(); before = gc.mem_alloc()
import ha
after = gc.mem_alloc()
gc.collect(); live = gc.mem_alloc()
for i in range(10): ha.sensor("S%d" % i)
gc.collect(); print("bytes", live - before, after - before, gc.mem_alloc() - live)
"""


class Chip:
    """Its raw prompt, at the end of a serial line."""

    def __init__(self, firmware: str) -> None:
        self._line, terminal = os.openpty()
        tty.setraw(terminal)
        argv = ["qemu-system-arm", "-machine", "mps2-an385", "-nographic", "-monitor", "null", "-semihosting"]
        self._child = subprocess.Popen(
            [*argv, "-serial", "stdio", "-kernel", firmware], stdin=terminal, stdout=terminal, stderr=subprocess.STDOUT
        )
        os.close(terminal)
        self._read(b">>> ")
        os.write(self._line, b"\r\x03\x01")
        self._read(b"exit\r\r\n>")

    def run(self, code: str) -> str:
        data = code.encode()
        for start in range(0, len(data), 32):  # its UART has no room for more
            os.write(self._line, data[start : start + 32])
            time.sleep(0.002)
        os.write(self._line, b"\x04")
        said = self._read(b"\x04>")
        output, error, _ = said[said.index(b"OK") + 2 :].split(b"\x04")
        if error:
            sys.exit(error.decode())
        return output.decode()

    def _read(self, end: bytes) -> bytes:
        data = b""
        deadline = time.monotonic() + BUDGET_S
        while not data.endswith(end):
            if not select.select([self._line], [], [], max(0, deadline - time.monotonic()))[0]:
                sys.exit(f"the chip does not answer; it said {data[-300:]!r}")
            data += os.read(self._line, 4096)
        return data

    def close(self) -> None:
        self._child.kill()
        self._child.wait(10)
        os.close(self._line)


def varuint(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.insert(0, value & 0x7F | 0x80)
    return bytes(digits)


def record(kind: int, payload: bytes) -> bytes:
    return varuint(kind) + varuint(len(payload)) + payload


def romfs(folder: Path) -> bytes:
    """The folder as MicroPython's read-only file system; its format is told in extmod/vfs_rom.c."""
    named = lambda name: varuint(len(name)) + name.encode()  # noqa: E731
    files = b"".join(
        record(5, named(path.name) + record(2, path.read_bytes())) for path in sorted(folder.glob("*.mpy"))
    )
    payload = record(4, named(folder.name) + files)
    image = record(0x14A6B1, payload)
    return image if len(image) % 2 == 0 else record(0x14A6B1, payload + record(1, b"\0"))


def measure(firmware: str, image: bytes, kind: str, settings: dict[str, str]) -> list[int]:
    chip = Chip(firmware)
    try:
        chip.run(STAND_INS.replace("IMAGE_SIZE", str(len(image))))
        for start in range(0, len(image), PIECE):
            piece = image[start : start + PIECE]
            chip.run(f"image[{start}:{start + len(piece)}] = {piece!r}")
        code = MEASURE.replace("KIND", kind).replace("SETTINGS", repr(settings))
        return [int(word) for word in chip.run(code).split()[1:]]
    finally:
        chip.close()


def main() -> None:
    firmware, folder = sys.argv[1], Path(sys.argv[2])
    image = romfs(folder)
    print("link    from    import, live   import, before the collector   ten sensors   (bytes)")
    for name, kind in (("files", "Copying"), ("ROMFS", "")):
        for link, more in (("serial", {}), ("mqtt", {"HA_BROKER": "10.0.0.2"})):
            settings = {"HA_ID": "abcd1234", "HA_LINK": link, **more}
            live, peak, entities = measure(firmware, image, kind, settings)
            print(f"{link:<7} {name:<6} {live:>13} {peak:>30} {entities:>13}", flush=True)
    print(f"ha-memory: live_bytes={live} peak_bytes={peak} umqtt_live_bytes={UMQTT_LIVE_BYTES}")


if __name__ == "__main__":
    main()
