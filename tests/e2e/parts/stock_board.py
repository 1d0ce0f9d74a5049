# SPDX-License-Identifier: Apache-2.0
"""A board with MicroPython as released and our `ha` as plain Python; its pins are files that the test moves."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from parts.processes import Process, Registry
from parts.unix_board import UnixBoard
from parts.waiting import eventually

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Move:
    """`at` is in seconds, by the board's clock."""

    at: float
    pin: int
    level: int


class StockFiles:
    """What was copied to the board: `ha`, the app, its settings; and a `machine`, since Linux has none."""

    def __init__(self, folder: Path, app: Path, settings: dict[str, str]) -> None:
        self.folder = folder
        self.pins = folder / "pins"
        self.environment: dict[str, str] = {}  # more of it
        self.pins.mkdir(parents=True)
        shutil.copytree(ROOT / "python/ha", folder / "ha", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "python/desktop/machine.py", folder)
        for file in app.iterdir():
            if file.is_file():
                shutil.copy(file, folder)
        (folder / "main.py").write_text("import app\n")
        (folder / "settings.toml").write_text("".join(f'{key} = "{value}"\n' for key, value in settings.items()))

    @property
    def env(self) -> dict[str, str]:
        return {"OURO_PINS": str(self.pins), **self.environment}

    def drive(self, pin: int, level: int) -> None:
        (self.pins / str(pin)).write_text(str(level))

    def press(self, pin: int, seconds: float = 0.2) -> None:
        self.drive(pin, 0)
        time.sleep(seconds)  # as long as a finger does
        self.drive(pin, 1)

    def moves(self) -> list[Move]:
        """Every change of an output so far."""
        out = self.pins / "out"
        if not out.exists():
            return []
        lines = (line.split() for line in out.read_text().splitlines(keepends=True) if line.endswith("\n"))
        return [Move(int(ms) / 1000, int(pin), int(level)) for ms, pin, level in lines]

    def wait_move(self, pin: int, level: int, within: float = 5, since: int = 0) -> Move:
        found = lambda: next((m for m in self.moves()[since:] if (m.pin, m.level) == (pin, level)), None)  # noqa: E731
        return eventually(found, within, f"pin {pin} becomes {level}")


class MqttStockBoard(StockFiles):
    """With a network: its program runs by itself, as main.py does."""

    def __init__(
        self, registry: Registry, program: Path, folder: Path, app: Path, settings: dict[str, str], name: str = "stock"
    ) -> None:
        StockFiles.__init__(self, folder, app, settings)
        # In its own folder, with a fresh start of the interpreter each time, as after a reset.
        argv = ["sh", "-c", 'cd "$0" && exec "$1" -X heapsize=256k main.py', str(folder), str(program)]
        self.process = registry.add(Process(name, argv, folder / "board.log", self.env))

    def start(self) -> None:
        self.process.start()

    def stop(self) -> None:
        self.process.terminate()


class SerialStockBoard(StockFiles):
    """On a terminal with MicroPython's prompt. `line` is the far end of its serial line."""

    def __init__(self, program: Path, folder: Path, app: Path, settings: dict[str, str]) -> None:
        StockFiles.__init__(self, folder, app, settings)
        self._board = UnixBoard(program, folder, env=self.env)

    @property
    def line(self) -> int:
        return self._board.line

    def close(self) -> None:
        self._board.close()
