# SPDX-License-Identifier: Apache-2.0
"""An MQTT 3.1.1 connection that never waits: bytes go and come when there is room (OASIS, MQTT Version 3.1.1)."""

import os
import select
import socket

_IPPROTO_TCP = 6
_TCP_NODELAY = 1  # the end of a command does not wait until the broker has acknowledged what came before
_CONNECT_MS = 10_000
_PING_EVERY_MS = 12_000
_SILENCE_MS = 25_000  # what has not answered a ping by then is gone, though nobody has hung up
_KEEPALIVE_S = 30
_PACKET_MAX = 4_352  # an answer of 4 KiB, and its topic
_READ_MAX = 512
_WAIT = (11, 35, 115, 118, 119, 10035)  # try again, try again (BSD), in progress: Linux, lwIP, Windows
_BACKOFF_MS = 1_000
_BACKOFF_MAX_MS = 60_000

OFF, OPENING, ASKING, UP = range(4)


class Client:
    """`heard(topic, payload, retained)` and `acknowledged(packet_id)` are called from within `step`.

    Times are the board's uptime in milliseconds. After a loss it tries again, later each time, with jitter.
    """

    def __init__(self, host, port, user, password, client_id, will_topic, tls, heard, acknowledged):
        self._address = (host, port)
        self._tls = tls
        self._connect_packet = _connect_packet(client_id, user, password, will_topic)
        self._heard = heard
        self._acknowledged = acknowledged
        self._poller = select.poll()
        self._socket = None  # or TLS above it
        self._out = []
        self._in = b""
        self._last_id = 0
        self._backoff_ms = _BACKOFF_MS
        self._since = 0
        self._heard_at = 0
        self._pinged_at = 0
        self.state = OFF
        self.retry_at = 0
        self.reason = ""  # why it is not up

    # --- the connection ---------------------------------------------------------------------------

    def step(self, now):
        """Does what can be done now; returns whether it has just come up."""
        try:
            return self._step(now)
        except OSError as error:
            self.lose(now, str(error))
        return False

    def _step(self, now):
        if self.state == OFF:
            if now >= self.retry_at:
                self._open(now)
            return False
        if self.state == OPENING:
            if now - self._since >= _CONNECT_MS:
                raise OSError("the broker does not answer")
            if not self._ready(select.POLLOUT):
                return False
            self._out = [self._connect_packet]  # before it nothing may go, not what was meant for the last connection
            self.state = ASKING
        self._write()
        was_asking = self.state == ASKING
        self._read(now)
        if self.state == UP:
            self._keep_alive(now)
        elif now - self._since >= _CONNECT_MS:
            raise OSError("the broker does not answer")
        return was_asking and self.state == UP

    def _open(self, now):
        self._since = now
        self._heard_at = now
        self._pinged_at = now
        address = socket.getaddrinfo(*self._address, socket.AF_INET, socket.SOCK_STREAM)[0][-1]
        self._socket = socket.socket()
        try:
            self._socket.setsockopt(_IPPROTO_TCP, _TCP_NODELAY, 1)
        except (AttributeError, OSError, ValueError):
            pass  # not every chip's network knows it: there answers come 40 ms later
        if self._tls:
            self._socket.settimeout(_CONNECT_MS / 1000)  # the handshake is not made for waiting in between
            self._socket.connect(address)
            self._socket = self._tls(self._socket, self._address[0])
        self._socket.setblocking(False)
        self._poller.register(self._socket, select.POLLIN | select.POLLOUT)
        self.state = OPENING
        if not self._tls:
            try:
                self._socket.connect(address)
            except OSError as error:
                if error.errno not in _WAIT:
                    raise

    def lose(self, now, reason):
        """Gives the connection up and plans the next one."""
        self.reason = reason
        self.state = OFF
        self.close()
        # Up to a quarter more or less, so that boards that failed together do not come back together.
        self.retry_at = now + self._backoff_ms * (192 + os.urandom(1)[0] // 2) // 256
        self._backoff_ms = min(2 * self._backoff_ms, _BACKOFF_MAX_MS)

    def close(self):
        self._out = []
        self._in = b""
        if self._socket is not None:
            try:
                self._poller.unregister(self._socket)
            except (KeyError, OSError, ValueError):
                pass  # it was not there yet
            try:
                self._socket.close()
            except OSError:
                pass
        self._socket = None

    def goodbye(self):
        """Ends the connection on purpose: the broker does not speak the will."""
        if self.state == UP:
            try:
                self._out.append(b"\xe0\x00")
                self._write()
            except OSError:
                pass
        self.state = OFF
        self.close()

    def _keep_alive(self, now):
        if now - self._heard_at >= _SILENCE_MS:
            raise OSError("the broker is silent")
        if now - self._pinged_at >= _PING_EVERY_MS:
            self._pinged_at = now
            self._out.append(b"\xc0\x00")
            self._write()

    def due(self, now):
        """When it needs the next step though nothing comes."""
        if self.state == OFF:
            return self.retry_at
        if self.state == UP:
            return min(self._pinged_at + _PING_EVERY_MS, self._heard_at + _SILENCE_MS)
        return min(self._since + _CONNECT_MS, now + 100)

    # --- bytes ------------------------------------------------------------------------------------

    def _ready(self, events):
        if self._socket is None:
            return False
        for _, found in self._poller.poll(0):
            if found & (select.POLLERR | select.POLLHUP) and not found & events:
                raise OSError(self._refusal() or "the connection is broken")
            return bool(found & events)
        return False

    def _refusal(self):
        """What CPython's sockets say of a connection that was refused."""
        if not hasattr(self._socket, "getsockopt"):
            return ""
        return os.strerror(self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))

    def readable(self):
        """Whether a step would find something; what waits to be written counts as soon as there is room."""
        events = select.POLLIN | select.POLLERR | select.POLLHUP
        if self._out or self.state == OPENING:
            events |= select.POLLOUT
        if self._socket is None:
            return False
        return any(found & events for _, found in self._poller.poll(0))

    @property
    def waiting(self):
        """Packets that have not gone out yet."""
        return len(self._out)

    def _write(self):
        send = getattr(self._socket, "send", None) or self._socket.write
        while self._out:
            try:
                sent = send(self._out[0])
            except OSError as error:
                if _is_wait(error):
                    return
                raise
            if not sent:
                return
            if sent == len(self._out[0]):
                self._out.pop(0)
            else:
                self._out[0] = self._out[0][sent:]

    def _read(self, now):
        receive = getattr(self._socket, "recv", None) or self._socket.read
        for _ in range(8):
            try:
                data = receive(_READ_MAX)
            except OSError as error:
                if _is_wait(error):
                    return
                raise
            if data is None:
                return
            if not data:
                raise OSError("the broker hung up")
            self._heard_at = now
            self._in += data
            self._take_packets()
            if self.state == OFF:
                return

    def _take_packets(self):
        while len(self._in) >= 2:
            size, header = _length(self._in)
            if size is None:
                return
            if size > _PACKET_MAX:
                raise OSError("a packet is too long")
            if len(self._in) < header + size:
                return
            packet = self._in[header : header + size]
            kind = self._in[0]
            self._in = self._in[header + size :]
            self._take(kind, packet)

    def _take(self, kind, packet):
        word = kind & 0xF0
        if word == 0x20:
            if len(packet) < 2 or packet[1]:
                raise OSError("the broker refuses: " + _refusal(packet))
            self.state = UP
            self.reason = ""
            self._backoff_ms = _BACKOFF_MS
        elif word == 0x40 and len(packet) >= 2:
            self._acknowledged(packet[0] << 8 | packet[1])
        elif word == 0x30:
            self._take_message(kind, packet)

    def _take_message(self, kind, packet):
        size = 2 + (packet[0] << 8 | packet[1]) if len(packet) >= 2 else 0
        start = size + (2 if kind & 0x06 else 0)
        if not size or start > len(packet):
            raise OSError("the broker sent a broken packet")
        if kind & 0x06:
            self._out.append(b"\x40\x02" + packet[size:start])
        try:
            topic = packet[2:size].decode()
        except UnicodeError:
            raise OSError("the broker sent a broken packet") from None
        self._heard(topic, packet[start:], bool(kind & 0x01))

    # --- what is said -----------------------------------------------------------------------------

    def publish(self, topic, payload, qos=1, retain=False):
        """`payload` is bytes or a list of them; returns the id that comes back in `acknowledged`, 0 for QoS 0."""
        parts = payload if isinstance(payload, list) else [payload]
        name = topic.encode()
        size = 2 + len(name) + (2 if qos else 0) + sum(len(part) for part in parts)
        head = bytes((0x30 | qos << 1 | retain,)) + _written(size) + _text(name)
        packet_id = 0
        if qos:
            packet_id = self._next_id()
            head += packet_id.to_bytes(2, "big")
        if len(parts) == 1:
            self._out.append(head + parts[0])
        else:
            self._out.append(head)
            self._out.extend(part for part in parts if part)
        return packet_id

    def subscribe(self, topics):
        body = b"".join(_text(topic.encode()) + b"\x01" for topic in topics)
        self._out.append(b"\x82" + _written(2 + len(body)) + self._next_id().to_bytes(2, "big") + body)

    def _next_id(self):
        self._last_id = self._last_id % 0xFFFF + 1
        return self._last_id


def _is_wait(error):
    return error.errno in _WAIT or type(error).__name__ in ("SSLWantReadError", "SSLWantWriteError")


def _refusal(packet):
    reasons = ("", "its protocol is another", "the client's id", "it is not ready", "name or password", "not allowed")
    code = packet[1] if len(packet) > 1 else 0
    return reasons[code] if 0 < code < len(reasons) else "code " + str(code)


def _text(data):
    return len(data).to_bytes(2, "big") + data


def _written(size):
    data = b""
    while True:
        more = size >> 7
        data += bytes((size & 0x7F | (0x80 if more else 0),))
        if not more:
            return data
        size = more


def _length(data):
    """The size that a packet says it has, None while that is not complete, and where its content starts."""
    size = 0
    for i in range(1, 5):
        if i == len(data):
            return None, 0
        size |= (data[i] & 0x7F) << 7 * (i - 1)
        if not data[i] & 0x80:
            return size, i + 1
    raise OSError("the broker sent a broken packet")


def _connect_packet(client_id, user, password, will_topic):
    flags = 0x02 | 0x04 | 0x08 | 0x20  # clean session; a will: QoS 1, retained
    body = _text(client_id.encode()) + _text(will_topic.encode()) + _text(b"offline")
    if user:
        flags |= 0x80
        body += _text(user.encode())
        if password:
            flags |= 0x40
            body += _text(password.encode())
    body = _text(b"MQTT") + bytes((4, flags)) + _KEEPALIVE_S.to_bytes(2, "big") + body
    return b"\x10" + _written(len(body)) + body
