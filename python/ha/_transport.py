# SPDX-License-Identifier: Apache-2.0
"""The way to the home, chosen once: our firmware's own, else MQTT if a broker is set, else the serial port."""

_IDLE_MS = 60_000

try:
    import _ha as transport

    has_tasks = True  # asyncio is part of the firmware

    def serve():
        """Does what the way itself needs; returns the milliseconds until it needs it again. Here: nothing."""
        return _IDLE_MS

    def stop():
        """The program has ended: outputs go to their safe levels. The firmware does that by itself."""

except ImportError:
    from ._link import choose

    transport = choose()
    has_tasks = False
    serve = transport.serve
    stop = transport.stop
