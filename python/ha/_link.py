# SPDX-License-Identifier: Apache-2.0
"""Which way a board without our firmware takes. What it does not take is never loaded: it would cost memory."""

from ._settings import settings


def choose():
    way = settings.get("HA_LINK") or ("mqtt" if settings.get("HA_BROKER") else "serial")
    if way == "mqtt":
        from ._mqtt import Mqtt

        return Mqtt(settings)
    if way == "serial":
        from ._serial import Serial

        return Serial(settings)
    raise ValueError(f"settings.toml: HA_LINK is mqtt or serial, not {way!r}")
