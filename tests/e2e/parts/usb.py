# SPDX-License-Identifier: Apache-2.0
"""A board on USB, as the system shows it: umockdev plays the devices, a pseudo terminal is the line."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

# A MicroPython board of the Raspberry Pi's numbers: the hub opens its port without being told.
_BOARD = """P: /devices/pci0000:00/usb1/1-1
E: SUBSYSTEM=usb
E: DEVTYPE=usb_device
A: idVendor=2e8a\\n
A: idProduct=0005\\n
A: serial=E6614C\\n
A: product=Board in FS mode\\n

P: /devices/pci0000:00/usb1/1-1/1-1:1.0
E: SUBSYSTEM=usb
E: DEVTYPE=usb_interface
A: bInterfaceNumber=00\\n

P: /devices/pci0000:00/usb1/1-1/1-1:1.0/ttyACM0/tty/ttyACM0
N: ttyACM0
E: SUBSYSTEM=tty
E: DEVNAME=/dev/ttyACM0
A: dev=166:0\\n

"""
_IOCTL = Path(__file__).with_name("plain_ioctl.c")


class Usb:
    """`device` is the path of the pseudo terminal that stands for /dev/ttyACM0."""

    def __init__(self, folder: Path, device: str) -> None:
        self._description = folder / "usb.umockdev"
        self._description.write_text(_BOARD)
        self._device = device
        self._ioctl = folder / "plain_ioctl.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self._ioctl, _IOCTL], check=True)

    def with_it(self, argv: list[str]) -> tuple[list[str], dict[str, str]]:
        """The command line and the variables with which a program sees the board."""
        put_in = 'ln -sfn "$0" "$UMOCKDEV_DIR/dev/ttyACM0" && LD_PRELOAD="$1:$LD_PRELOAD" && shift && exec "$@"'
        # A sanitizer wants to be loaded first; here umockdev is.
        options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        wrapped = [
            "umockdev-run",
            "-d",
            str(self._description),
            "--",
            "sh",
            "-c",
            put_in,
            self._device,
            str(self._ioctl),
            *argv,
        ]
        return wrapped, {"ASAN_OPTIONS": options.lstrip(":")}
