# SPDX-License-Identifier: Apache-2.0
"""A serial server between the network and a board's line: RFC 2217 as pyserial speaks it, or bare TCP."""

from __future__ import annotations

import os
import select
import socket
import threading

from serial.rfc2217 import PortManager


class _Wire:
    """What PortManager takes for a serial port: it notes what is asked of it, in order."""

    def __init__(self) -> None:
        self.moves: list[tuple[str, object]] = []
        self.cts = self.dsr = self.cd = True
        self.ri = False
        self.baudrate = 9600
        self.bytesize = 7
        self.parity = "E"
        self.stopbits = 2
        self.rtscts = True
        self.xonxoff = False

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name != "moves":
            self.moves.append((name, value))


class _Connection:
    def __init__(self, client: socket.socket) -> None:
        self._client = client

    def write(self, data: bytes) -> None:
        self._client.sendall(data)


class SerialServer:
    """`line` is the board's end of its line. One client at a time, as with a serial port."""

    def __init__(self, line: int, rfc2217: bool) -> None:
        self._line = line
        self._rfc2217 = rfc2217
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._wake, self._woken = os.pipe()
        self.wire = _Wire()
        scheme = "rfc2217" if rfc2217 else "tcp"
        self.address = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while self._wake not in select.select([self._listener, self._wake], [], [])[0]:
            client, _ = self._listener.accept()
            with client:
                self.wire.moves.clear()
                try:
                    self._pass_on(client)
                except OSError:
                    pass  # that client has gone; the next one may come

    def _pass_on(self, client: socket.socket) -> None:
        manager = PortManager(self.wire, _Connection(client)) if self._rfc2217 else None
        while True:
            ready, _, _ = select.select([client, self._line, self._wake], [], [])
            if self._wake in ready:
                return
            if self._line in ready:
                data = os.read(self._line, 1000)
                client.sendall(b"".join(manager.escape(data)) if manager else data)
            if client in ready:
                data = client.recv(1000)
                if not data:
                    return
                os.write(self._line, b"".join(manager.filter(data)) if manager else data)

    def close(self) -> None:
        os.write(self._woken, b"x")
        self._thread.join(5)
        self._listener.close()
        os.close(self._wake)
        os.close(self._woken)

    def __enter__(self) -> SerialServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
