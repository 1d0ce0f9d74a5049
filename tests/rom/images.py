# SPDX-License-Identifier: Apache-2.0
"""Firmware for chips that do not exist: whole images with right checksums, and nothing useful in them."""

from __future__ import annotations

import hashlib
import random
import struct

CHIP_IDS = {"esp32": 0, "esp32s2": 2, "esp32c3": 5, "esp32s3": 9, "esp32c2": 12, "esp32c6": 13, "esp32h2": 16}
BOOTLOADER = {"esp8266": 0, "esp32": 0x1000, "esp32s2": 0x1000}


def body(size: int, seed: int) -> bytes:
    """As compressible as a real program: about two thirds stay."""
    chance = random.Random(seed)
    words = [chance.randbytes(16) for _ in range(64)]
    pieces = []
    left = size
    while left > 0:
        piece = chance.choice(words) if chance.random() < 0.4 else chance.randbytes(16)
        pieces.append(piece[:left])
        left -= 16
    return b"".join(pieces)


def image(chip: str, size: int, seed: int = 1, address: int = 0x40100000, mode: int = 2) -> bytes:
    """One segment of `size` bytes, a multiple of 4."""
    data = body(size, seed)
    clock = 0x40 if chip == "esp8266" else 0x20
    head = struct.pack("<BBBBI", 0xE9, 1, mode, clock, address)
    if chip != "esp8266":
        head += struct.pack("<BBBBHBHH4xB", 0xEE, 0, 0, 0, CHIP_IDS[chip], 0, 0, 0xFFFF, 1)
    check = 0xEF
    for byte in data:
        check ^= byte
    whole = head + struct.pack("<II", address, len(data)) + data
    whole += bytes(15 - len(whole) % 16) + bytes([check])
    return whole if chip == "esp8266" else whole + hashlib.sha256(whole).digest()


def micropython_esp8266(size: int, seed: int = 1) -> bytes:
    """Laid out as MicroPython's and CircuitPython's: a first image, padding, code, an MD5."""
    first = image("esp8266", 0x6000, seed)
    code = body(size - 0x9000 - 16, seed + 1)
    whole = first.ljust(0x8FFC, b"\xff") + struct.pack("<I", 0x9000 + len(code)) + code
    return whole + hashlib.md5(whole[4:]).digest()


def partition(kind: int, subtype: int, address: int, size: int, label: str) -> bytes:
    return struct.pack("<HBBII16sI", 0x50AA, kind, subtype, address, size, label.encode(), 0)


def micropython_esp32(chip: str, size: int, seed: int = 1) -> bytes:
    """Bootloader, partition table and program merged, beginning at the chip's bootloader offset."""
    base = BOOTLOADER.get(chip, 0)
    table = partition(1, 2, 0x9000, 0x6000, "nvs") + partition(0, 0, 0x10000, 0x1F0000, "factory")
    table += partition(1, 0x81, 0x200000, 0x200000, "vfs")
    table += b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(table).digest()
    first = image(chip, 0x5000, seed).ljust(0x8000 - base, b"\xff")
    whole = (first + table).ljust(0x10000 - base, b"\xff")
    return whole + image(chip, (size - len(whole) - 100) // 4 * 4, seed + 1)


def firmware(chip: str, size: int, seed: int = 1) -> bytes:
    return micropython_esp8266(size, seed) if chip == "esp8266" else micropython_esp32(chip, size, seed)
