# SPDX-License-Identifier: Apache-2.0
"""A version of the app on trial: started by a main.py that brings the one before back when it crashes or hangs.

The versions lie as hub/workbench/deploy_targets.cpp puts them, so that `ouro deploy` at the port goes on from there.
"""

import os

ROOT = os.getcwd().rstrip("/")
APPS = ROOT + "/.ouro/apps"
_TRIAL = ROOT + "/.ouro/trial"  # how often the new version was started; there is none once it is kept
_BACK = ROOT + "/.ouro/back"  # the version that was taken back and why, until that is told
_PREVIOUS = ROOT + "/.ouro/previous.py"
_MAIN = ROOT + "/main.py"
_SIGNATURE = "# Written by `ouro deploy`; starts "
_KEEP_MS = 10_000  # it has to be heard for so long
_UP_MS = 120_000  # a version that has not been heard by then has lost the way to the home
_STARTS_MAX = 3
_LOOK_EVERY_MS = 1_000
IN_ROM = __file__[:5] == "/rom/"  # where `ha` runs in place

_STARTER = """{signature}{version}
import os,sys
def _back(why):
 with open({back!r},'w')as f:f.write({version!r}+'\\n'+why)
 os.rename({previous!r},{main!r})
 os.remove({trial!r})
 import machine
 machine.reset()
try:
 with open({trial!r})as f:_n=int(f.read())
except (OSError,ValueError):_n=None
if _n is not None:
 if _n>={starts}:_back('it did not stay up')
 with open({trial!r},'w')as f:f.write(str(_n+1))
{library}sys.path.insert(0,{folder!r})
__file__={entry!r}
try:
 with open(__file__)as f:_n=f.read()
 exec(_n,globals())
except Exception as e:
 try:os.stat({trial!r})
 except OSError:raise e
 sys.print_exception(e)
 _back(repr(e)[:200])
"""


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def write(path, text):
    """Whole, or not at all."""
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)


def _remove(path):
    try:
        os.remove(path)
    except OSError:
        pass


def current():
    """The version that main.py starts, such as "door-0123456789ab"; empty if somebody else wrote it."""
    return _version_in(_MAIN)


def previous():
    return _version_in(_PREVIOUS)


def _version_in(path):
    first = read(path).split("\n")[0]
    return first[len(_SIGNATURE) :] if first.startswith(_SIGNATURE) else ""


def switch(version, entry):
    """The next start is the new version's, on trial."""
    folder = APPS + "/" + version
    write(_PREVIOUS, read(_MAIN))
    write(_TRIAL, "0")
    names = {"signature": _SIGNATURE, "version": version, "folder": folder, "entry": folder + "/" + entry}
    names["library"] = "sys.path.insert(0,'/rom/lib')\n" if IN_ROM else ""
    places = {"back": _BACK, "previous": _PREVIOUS, "main": _MAIN, "trial": _TRIAL, "starts": _STARTS_MAX}
    write(_MAIN, _STARTER.format(**names, **places))


class Trial:
    """Of the version that runs. `say(dict)` tells the hub, `restart()` starts the board anew, outputs safe."""

    def __init__(self, say, restart):
        self._say = say
        self._restart = restart
        self._on = read(_TRIAL) != ""
        self._told = read(_BACK)
        self._up_at = None

    def step(self, now, up):
        """Returns the milliseconds until it has to be called again."""
        if self._told and up:
            version, _, why = self._told.partition("\n")
            self._say({"state": "taken_back", "version": version, "why": why})
            self._told = ""
            _remove(_BACK)
        if not self._on:
            return 60_000
        if not up:
            self._up_at = None
            if now >= _UP_MS:
                self._take_back("it did not reach the home")
        elif self._up_at is None:
            self._up_at = now
        elif now - self._up_at >= _KEEP_MS:
            self._on = False
            _remove(_TRIAL)
            self._say({"state": "kept", "version": current()})
        return _LOOK_EVERY_MS

    def _take_back(self, why):
        self._on = False
        write(_BACK, current() + "\n" + why)
        os.rename(_PREVIOUS, _MAIN)
        _remove(_TRIAL)
        self._restart()
