# SPDX-License-Identifier: Apache-2.0
"""An app on each kind of board that knows `ha`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from devices import RUNTIMES, Device, Start, start
from parts.processes import Registry


@pytest.fixture(params=RUNTIMES)
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Start]:
    """Starts an app and, unless asked not to, greets it as a hub does."""
    devices: list[Device] = []
    registry = Registry()

    def begin(
        source: str, toml: str = "", greet: bool = True, last_line: str = "ha.run()\n", whole: bool = False
    ) -> Device:
        if not whole:
            source = "import ha, asyncio, time\n" + source + last_line
        device = start(request.param, tmp_path, source, toml, registry)
        devices.append(device)
        if greet:
            device.greet()
        return device

    yield begin
    for device in devices:
        device.close()


@pytest.fixture
def app_alone(app: Start) -> Start:
    """An app that is given whole."""
    return lambda source: app(source, whole=True)
