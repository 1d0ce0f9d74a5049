# SPDX-License-Identifier: Apache-2.0
"""Makes an app a Home Assistant device: declare, set, react, fire; and lets it read the home and act in it."""

from ._loop import Busy, after, arun, epoch_ms, home_up, log, run, tick  # noqa: F401

# The rest is loaded when it is first used, and by that name: what an app does without costs it no memory. As a text,
# this table takes none either where the code stays in flash.
_PLACES = """
ask            _home     ask
attributes     _home     attributes
binary_sensor  _sensors  BinarySensor
button         _switches Button
call           _home     call
config         _config   config
cover          _doors    Cover
event          _sensors  Event
light          _switches Light
lock           _doors    Lock
notify         _home     notify
number         _switches Number
on             _home     on
on_press       _pins     on_press
output         _pins     output
restart_every  _restart  restart_every
select         _switches Select
sensor         _sensors  Sensor
state          _home     state
switch         _switches Switch
text           _switches Text
"""


def __getattr__(name):
    _, found, place = _PLACES.partition("\n" + name + " ")
    if not found:
        raise AttributeError(f"ha has no {name!r}")
    file, thing = place.split(None, 2)[:2]
    made = getattr(__import__("ha." + file, None, None, (thing,)), thing)
    globals()[name] = made
    return made
