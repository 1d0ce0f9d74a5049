# SPDX-License-Identifier: Apache-2.0
"""Joins the WiFi network of settings.toml and stays in it; the board's own network is switched off."""

try:
    import network
except ImportError:
    network = None  # Linux, or a board that is connected some other way

_JOIN_MS = 15_000
_PAUSE_MS = 2_000
_LOOK_EVERY_MS = 250


class Wifi:
    """`log(level, text)` hears what becomes of it. Times are the board's uptime in milliseconds."""

    wait_ms = _LOOK_EVERY_MS

    def __init__(self, settings, log):
        self._name = settings.get("CIRCUITPY_WIFI_SSID")
        self._password = settings.get("CIRCUITPY_WIFI_PASSWORD")
        self._fixed = settings.get("HA_IP")  # "192.168.1.20/255.255.255.0/192.168.1.1/192.168.1.1"
        self._log = log
        self._station = None
        self._began = None
        self._pause_until = 0
        self._joined = False
        self._place = None  # (channel, bssid) of the last time: joining there takes no scan

    def step(self, now):
        """Whether there is a network now; goes on joining if not."""
        if network is None or not self._name:
            return True
        if self._station is None:
            self._start()
        if self._station.isconnected():
            if not self._joined:
                self._joined = True
                self._began = None
                self._log("info", "WiFi: joined " + str(self._name))
                self._remember()
            return True
        if self._joined:
            self._joined = False
            self._log("warning", "WiFi: lost " + str(self._name))
        if self._began is None:
            if now >= self._pause_until:
                self._join(now)
        elif now - self._began >= _JOIN_MS:
            self._began = None
            self._place = None  # the access point may have moved: look at all channels
            self._pause_until = now + _PAUSE_MS
            self._station.disconnect()
            self._log("warning", "WiFi: cannot join " + str(self._name) + "; trying again")
        return False

    def signal(self):
        """In dBm, None where nobody knows."""
        try:
            return self._station.status("rssi") if self._joined else None
        except (ValueError, TypeError, OSError):
            return None

    def _start(self):
        network.WLAN(network.AP_IF).active(False)
        self._station = network.WLAN(network.STA_IF)
        self._station.active(True)
        if self._fixed:
            self._station.ifconfig(tuple(self._fixed.split("/")))

    def _join(self, now):
        self._began = now
        if self._place:
            try:
                channel, bssid = self._place
                return self._station.connect(self._name, self._password, bssid=bssid, channel=channel)
            except (TypeError, ValueError, OSError):
                self._place = None  # not every chip takes them
        try:
            self._station.connect(self._name, self._password)
        except OSError:
            pass  # an ESP32 that has lost its network is joining by itself already
        return None

    def _remember(self):
        try:
            self._place = (self._station.config("channel"), self._station.config("bssid"))
        except (ValueError, TypeError, OSError):
            self._place = None
