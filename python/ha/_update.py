# SPDX-License-Identifier: Apache-2.0
"""A new version of the app over the air, for a board without a prompt: fetched beside the old one, proven, tried.

Only what was signed with HA_UPDATE_KEY is taken. How it looks on the wire: docs/protocol.md, "Updates".
"""

import json
import os
from binascii import a2b_base64, hexlify
from hashlib import sha256

from ._trial import APPS, IN_ROM, ROOT, Trial, current, previous, read, switch, write

_PIECE = 1024
_ASK_AGAIN_MS = 5_000
_GIVE_UP_MS = 60_000
_RESTART_MS = 500  # what was said goes out first
_MANIFEST_MAX = 16_384
_FILES_MAX = 100
_FILE_MAX = 262_144
_ROOM = 512  # of a file, beside its bytes
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
_SERIAL = ROOT + "/.ouro/serial"  # of the last update: an older one is not taken again
_PART = ROOT + "/.ouro/part"


def mac(key, text):
    """HMAC (RFC 2104) with SHA-256, in hexadecimal."""
    if len(key) > 64:
        key = sha256(key).digest()
    key = key + bytes(64 - len(key))
    inner = sha256(bytes(b ^ 0x36 for b in key) + text).digest()
    return hexlify(sha256(bytes(b ^ 0x5C for b in key) + inner).digest()).decode()


def _same(a, b):
    """Takes as long wherever they differ."""
    if not isinstance(b, str) or len(a) != len(b):
        return False
    different = 0
    for i in range(len(a)):
        different |= ord(a[i]) ^ ord(b[i])
    return not different


def _digest(path):
    hash = sha256()
    try:
        with open(path, "rb") as file:
            piece = file.read(512)
            while piece:
                hash.update(piece)
                piece = file.read(512)
    except OSError:
        return ""
    return hexlify(hash.digest()).decode()


def _is_name(text, size_max):
    return isinstance(text, str) and 1 <= len(text) <= size_max and all(c in _LETTERS for c in text)


def _is_path(path):
    """Below the app's folder, whatever is tried."""
    if not isinstance(path, str) or not 1 <= len(path) <= 100:
        return False
    parts = path.split("/")
    return len(parts) <= 6 and all(part[:1] != "." and _is_name(part.replace(".", "_"), 64) for part in parts)


def _is_file(entry):
    if not isinstance(entry, list) or len(entry) != 3:
        return False
    path, size, digest = entry
    good_size = isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= _FILE_MAX
    return _is_path(path) and good_size and isinstance(digest, str) and len(digest) == 64


def _make_folders(path):
    place = ROOT
    for part in path[len(ROOT) + 1 :].split("/")[:-1]:
        place += "/" + part
        try:
            os.mkdir(place)
        except OSError:
            pass  # it is there; if not, the file cannot be written, and says so


def _remove_tree(path):
    try:
        os.remove(path)
        return
    except OSError:
        pass
    try:
        for name in os.listdir(path):
            _remove_tree(path + "/" + name)
        os.rmdir(path)
    except OSError:
        pass  # nothing of that name


class Update:
    """`say(dict)` tells the hub; `restart()` starts the board anew, outputs safe. Times are the uptime."""

    def __init__(self, uid, key, say, restart):
        self._uid = uid
        self._key = str(key).encode()
        self._say = say
        self._restart = restart
        self._trial = Trial(say, restart)
        self._forget()

    def _forget(self):
        self._wanted = None  # (path in the app, size, digest) of what is being fetched; the manifest's path is ""
        self._got = 0
        self._manifest = b""
        self._files = []  # still to come
        self._version = ""
        self._old = ""  # what runs meanwhile
        self._entry = ""
        self._serial = 0
        self._asked_at = 0
        self._heard_at = 0
        self._restart_at = None

    def hear(self, said, now):
        """A message of the hub."""
        try:
            if said.get("op") == "begin":
                self._begin(said, now)
            elif said.get("op") == "data" and self._wanted:
                self._take(said, now)
        except (OSError, ValueError) as error:
            self._refuse(str(error))

    def step(self, now, up):
        """Goes on; returns the milliseconds until it has to be called again."""
        if self._restart_at is not None:
            if now >= self._restart_at:
                self._restart_at = None
                self._restart()
            return 50
        if not self._wanted:
            return self._trial.step(now, up)
        if now - self._heard_at >= _GIVE_UP_MS:
            self._refuse("nothing came for a minute")
        elif up and now - self._asked_at >= _ASK_AGAIN_MS:
            self._ask(now)
        return _ASK_AGAIN_MS

    def _refuse(self, why):
        version = self._version
        self._forget()
        self._say({"state": "refused", "version": version, "why": why})

    def _begin(self, said, now):
        size, digest = said.get("size"), said.get("sha256")
        text = f"{self._uid} {size} {digest}"
        if not _same(mac(self._key, text.encode()), said.get("mac")):
            return self._say({"state": "refused", "version": "", "why": "it is not signed with this board's key"})
        if not isinstance(size, int) or not 2 <= size <= _MANIFEST_MAX:
            raise ValueError("its list of files is too long")
        self._forget()
        self._wanted = ("", size, digest)
        self._heard_at = now
        self._ask(now)

    def _ask(self, now):
        self._asked_at = now
        path, size, _ = self._wanted
        self._say({"want": path, "at": self._got, "size": min(_PIECE, size - self._got)})

    def _take(self, said, now):
        path, size, digest = self._wanted
        if said.get("want") != path or said.get("at") != self._got:
            return  # asked for twice, and come twice
        piece = a2b_base64(said["data"]) if isinstance(said.get("data"), str) else b""
        if not 1 <= len(piece) <= min(_PIECE, size - self._got):
            raise ValueError("a piece has the wrong size")
        self._heard_at = now
        if path:
            with open(_PART, "ab" if self._got else "wb") as file:
                file.write(piece)
        else:
            self._manifest += piece
        self._got += len(piece)
        if self._got == size:
            self._finish_file(path, digest)
            self._next(now)
        else:
            self._ask(now)

    def _finish_file(self, path, digest):
        if not path:
            if hexlify(sha256(self._manifest).digest()).decode() != digest:
                raise ValueError("its list of files is not what was signed")
            self._read_manifest(json.loads(self._manifest))
            return
        if _digest(_PART) != digest:
            raise ValueError(path + " is not what was signed")
        os.rename(_PART, self._place_of(path))

    def _read_manifest(self, manifest):
        self._manifest = b""
        if not isinstance(manifest, dict):
            raise ValueError("its list of files is none")
        app, version, files = manifest.get("app"), manifest.get("version"), manifest.get("files")
        serial, entry = manifest.get("serial"), manifest.get("entry")
        if manifest.get("uid") != self._uid or not isinstance(serial, int) or not isinstance(files, list):
            raise ValueError("its list of files is for another board")
        if serial <= int(read(_SERIAL) or 0):
            raise ValueError("it is older than the last one")
        if not _is_name(app, 32) or not _is_name(version, 12) or not all(_is_file(entry) for entry in files):
            raise ValueError("its list of files has a name that is not allowed")
        if len(files) > _FILES_MAX or entry not in [path for path, _, _ in files]:
            raise ValueError("it has too many files, or none to start")
        self._version = app + "-" + version
        self._old = current()
        if self._version == self._old:
            raise ValueError("the board has it already")
        self._serial = serial
        self._entry = entry
        # `ha` stays in the ROM: as files beside the app it takes memory that such a board may not have.
        self._files = [file for file in files if not (IN_ROM and file[0][:3] == "ha/" and file[0][-4:] == ".mpy")]
        self._tidy()
        self._check_room()

    def _tidy(self):
        """Only what runs and what is on its way may stay: flash is small."""
        try:
            names = os.listdir(APPS)
        except OSError:
            return
        wanted = (self._old, self._version, previous())
        for name in names:
            if name not in wanted:
                _remove_tree(APPS + "/" + name)

    def _check_room(self):
        needed = 0
        for _, size, _ in self._files:
            needed += size + _ROOM
        if hasattr(os, "statvfs"):
            facts = os.statvfs(ROOT or "/")
            if needed > facts[0] * facts[3]:
                raise ValueError(f"it needs {needed} bytes beside the old one, and {facts[0] * facts[3]} are free")

    def _next(self, now):
        """The next file that is not here yet; then the switch."""
        while self._files:
            path, size, digest = self._files.pop(0)
            place = self._place_of(path)
            if _digest(place) == digest:
                continue
            _make_folders(place)
            if self._copied(path, place, digest):
                continue
            if size == 0:
                with open(place, "wb"):
                    continue
            self._wanted = (path, size, digest)
            self._got = 0
            return self._ask(now)
        write(_SERIAL, str(self._serial))
        switch(self._version, self._entry)
        self._say({"state": "switching", "version": self._version})
        self._wanted = None
        self._restart_at = now + _RESTART_MS

    def _place_of(self, path):
        return APPS + "/" + self._version + "/" + path

    def _copied(self, path, place, digest):
        """Whether the version that runs has that file, too."""
        old = APPS + "/" + self._old + "/" + path
        if not self._old or _digest(old) != digest:
            return False
        with open(old, "rb") as source, open(place, "wb") as target:
            piece = source.read(512)
            while piece:
                target.write(piece)
                piece = source.read(512)
        return _digest(place) == digest
