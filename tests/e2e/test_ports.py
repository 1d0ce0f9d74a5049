# SPDX-License-Identifier: Apache-2.0
"""`ouro ports` and `ouro doctor`: with devices that umockdev plays, with virtual boards, with a hub and without."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from conftest import House, program
from parts.waiting import eventually

ADAPTER = """P: /devices/pci0000:00/usb1/1-1
E: SUBSYSTEM=usb
E: DEVTYPE=usb_device
A: idVendor=10c4\\n
A: idProduct=ea60\\n
A: serial=70B3D5\\n
A: product=CP2102 USB to UART Bridge Controller\\n

P: /devices/pci0000:00/usb1/1-1/1-1:1.0
E: SUBSYSTEM=usb
E: DEVTYPE=usb_interface
A: bInterfaceNumber=00\\n

P: /devices/pci0000:00/usb1/1-1/1-1:1.0/ttyUSB0/tty/ttyUSB0
N: ttyUSB0
E: SUBSYSTEM=tty
E: DEVNAME=/dev/ttyUSB0
A: dev=188:0\\n

"""
PICO = (
    ADAPTER.replace("1-1", "1-2")
    .replace("10c4", "2e8a")
    .replace("ea60", "0005")
    .replace("ttyUSB0", "ttyACM0")
    .replace("188:0", "166:0")
    .replace("70B3D5", "E6614C")
)


def ouro(
    folder: Path, *words: str, devices: str = "", cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs `ouro` with a data folder of its own and with just these USB devices."""
    folder.mkdir(exist_ok=True)
    (folder / "usb.umockdev").write_text(devices)
    argv = ["umockdev-run", "-d", str(folder / "usb.umockdev"), "--", str(program("ouro")), *words]
    # A sanitizer wants to be loaded first; here umockdev is.
    options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    environment = {**os.environ, "ASAN_OPTIONS": options.lstrip(":"), "OURO_DATA": str(folder), **variables}
    for name in ("OURO_PORT", "ESPTOOL_PORT"):
        if name not in variables:
            environment.pop(name, None)
    return subprocess.run(
        argv, capture_output=True, text=True, timeout=60, env=environment, cwd=cwd or folder, stdin=subprocess.DEVNULL
    )


def test_ports_names_what_is_plugged_in_without_a_hub(tmp_path: Path) -> None:
    done = ouro(tmp_path / "d", "ports", devices=ADAPTER + PICO)
    assert done.returncode == 0, done
    heading, *rows = done.stdout.splitlines()
    assert heading.split() == ["PORT", "WHAT", "SERIAL", "BOARD", "HELD", "BY"] and len(rows) == 2, done.stdout
    assert rows[0].startswith("/dev/ttyACM0") and "MicroPython" in rows[0] and "E6614C" in rows[0]
    assert rows[1].startswith("/dev/ttyUSB0") and "CP2102: ESP32 or ESP8266 board" in rows[1] and "free" in rows[1]
    assert rows[0].index("E6614C") == rows[1].index("70B3D5"), "columns are aligned"


def test_ports_json_says_all_of_the_usb_identity(tmp_path: Path) -> None:
    done = ouro(tmp_path / "d", "ports", "--json", devices=ADAPTER)
    assert done.returncode == 0, done
    (port,) = json.loads(done.stdout)
    assert (port["path"], port["usb"]["id"], port["usb"]["serial"]) == ("/dev/ttyUSB0", "10c4:ea60", "70B3D5")
    assert port["identity"] == "usb 10c4:ea60 70B3D5" and port["board"] is None and not port["virtual"]


def test_row_1_14_one_candidate_is_chosen_several_are_listed_none_has_an_exit_code_and_a_hint(tmp_path: Path) -> None:
    one = ouro(tmp_path / "d", "ports", "--choose", devices=ADAPTER)
    assert (one.returncode, one.stdout) == (0, "/dev/ttyUSB0\n"), one
    several = ouro(tmp_path / "d", "ports", "--choose", devices=ADAPTER + PICO)
    assert several.returncode == 2 and "/dev/ttyUSB0" in several.stderr and "/dev/ttyACM0" in several.stderr, several
    none = ouro(tmp_path / "d", "ports", "--choose")
    assert none.returncode == 4 and "ouro doctor" in none.stderr and not none.stdout, none


def test_a_port_that_was_named_once_is_the_directorys_own_from_then_on(tmp_path: Path) -> None:
    both = ADAPTER + PICO
    (tmp_path / "here").mkdir()
    named = ouro(tmp_path / "d", "ports", "--choose", "--port", "E6614C", devices=both, cwd=tmp_path / "here")
    assert (named.returncode, named.stdout) == (0, "/dev/ttyACM0\n"), named
    again = ouro(tmp_path / "d", "ports", "--choose", devices=both, cwd=tmp_path / "here")
    assert (again.returncode, again.stdout) == (0, "/dev/ttyACM0\n"), again
    # It is known by its number: under another name it is the same one.
    moved = both.replace("ttyACM0", "ttyACM5")
    again = ouro(tmp_path / "d", "ports", "--choose", devices=moved, cwd=tmp_path / "here")
    assert (again.returncode, again.stdout) == (0, "/dev/ttyACM5\n"), again
    elsewhere = ouro(tmp_path / "d", "ports", "--choose", devices=both)
    assert elsewhere.returncode == 2, elsewhere
    told = ouro(tmp_path / "d", "ports", "--choose", devices=both, cwd=tmp_path / "here", OURO_PORT="u0")
    assert (told.returncode, told.stdout) == (0, "/dev/ttyUSB0\n"), told


def test_a_virtual_board_is_a_port_too_and_says_who_holds_it(house: House) -> None:
    done = house.hub.cli("ports", "--json")
    assert done.returncode == 0, done.stderr
    # The hub's own folder says nothing about boards elsewhere; the variable does.
    environment = {**os.environ, "OURO_BOARDS_DIR": str(house.boards), "OURO_DATA": str(house.hub.data)}
    done = subprocess.run([program("ouro"), "ports", "--json"], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    (port,) = [port for port in json.loads(done.stdout) if port["virtual"]]
    assert port["uid"] == house.board.uid and port["what"] == "virtual board"
    assert port["board"] == house.hub.board(house.board.uid)["name"]
    assert port["held_by"] == f"ouro (pid {house.hub.process.pid})"


def test_watch_tells_what_comes_and_goes(tmp_path: Path, tmp_house_factory) -> None:
    with tmp_house_factory() as house:
        board = house.add_board()
        board.start()
        environment = {**os.environ, "OURO_BOARDS_DIR": str(house.boards), "OURO_DATA": str(tmp_path)}
        argv = [str(program("ouro")), "ports", "--watch", "--json"]
        watch = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        assert watch.stdout is not None
        os.set_blocking(watch.stdout.fileno(), False)
        heard: list[str] = []

        def said(event: str) -> bool:
            assert watch.poll() is None, f"ports --watch ended: {watch.stderr.read()!r}"
            for line in (watch.stdout.read() or b"").splitlines():
                told = json.loads(line)
                if str(board.folder) in told["port"]["path"]:
                    heard.append(told["event"])
            return event in heard

        try:
            eventually(lambda: said("here"), 15, "the board that is there is told")
            board.process.terminate()
            eventually(lambda: said("gone"), 15, "its end is told")
            board.start()
            eventually(lambda: said("new"), 15, "its return is told")
            assert heard == ["here", "gone", "new"]
        finally:
            watch.terminate()
            watch.wait(5)
            watch.stdout.close()
            watch.stderr.close()


def test_doctor_finds_an_adapter_without_a_port_and_names_a_fix(tmp_path: Path) -> None:
    without = ADAPTER[: ADAPTER.index("P: /devices/pci0000:00/usb1/1-1/1-1:1.0/ttyUSB0")]
    done = ouro(tmp_path / "d", "doctor", devices=without)
    assert done.returncode == 1 and "CP2102 (10c4:ea60 at 1-1) is plugged in, but has got no port" in done.stdout, done
    done = ouro(tmp_path / "d", "doctor", "--json", devices=without)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and "driver" in [finding["check"] for finding in findings]
    for finding in findings:
        assert finding["message"] and finding["fix"] and "\n" not in finding["fix"]
        assert finding["level"] in ("wrong", "note")


def test_row_1_8_doctor_names_what_flashes_and_its_version(tmp_path: Path) -> None:
    version = ouro(tmp_path / "d", "--version").stdout.strip()
    done = ouro(tmp_path / "d", "doctor")
    assert f"· {version} flashes boards by itself" in done.stdout and "no esptool" in done.stdout, done


def test_doctor_is_content_where_nothing_is_wrong(tmp_path: Path) -> None:
    done = ouro(tmp_path / "d", "doctor")
    assert done.returncode == 0 and "no serial port" in done.stdout, done


def test_doctor_prints_the_rules_that_the_package_has(tmp_path: Path) -> None:
    done = ouro(tmp_path / "d", "doctor", "--rules")
    rules = Path(__file__).resolve().parents[2] / "packaging/udev/60-ouroboard.rules"
    assert done.returncode == 0 and done.stdout == rules.read_text()
