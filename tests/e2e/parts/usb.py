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
# A Pico with a program of the Pico SDK: its second part is the reset interface.
PICO_WITH_RESET = """P: /devices/pci0000:00/usb1/1-1
N: bus/usb/001/005
E: SUBSYSTEM=usb
E: DEVTYPE=usb_device
E: DEVNAME=/dev/bus/usb/001/005
A: idVendor=2e8a\\n
A: idProduct=000a\\n
A: serial=E6614C\\n
A: dev=189:4\\n

P: /devices/pci0000:00/usb1/1-1/1-1:1.2
E: SUBSYSTEM=usb
E: DEVTYPE=usb_interface
A: bInterfaceNumber=02\\n
A: bInterfaceClass=ff\\n
A: bInterfaceSubClass=00\\n
A: bInterfaceProtocol=01\\n

""" + _BOARD.split("\n\n", 1)[1]
_IOCTL = Path(__file__).with_name("plain_ioctl.c")


class Usb:
    """`device` is the path of the pseudo terminal that stands for /dev/ttyACM0; `ioctl` answers for the other parts."""

    def __init__(self, folder: Path, device: str, board: str = _BOARD, ioctl: Path = _IOCTL) -> None:
        self._description = folder / "usb.umockdev"
        self._description.write_text(board)
        self._device = device
        self._ioctl = folder / "plain_ioctl.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self._ioctl, ioctl], check=True)

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
