# SPDX-License-Identifier: Apache-2.0
"""A battery Tuya sensor: which datapoint of its MCU is which of Home Assistant's entities (docs/tuya.md).

Only the declaration is made here. Reports go from the MCU to the home below Python, also before it has started.
"""

from ha._entity import Entity


class _Reported(Entity):
    """An entity whose value comes from the MCU: Python does not say that it is unknown."""

    stateful = False

    def __init__(self, kind, name, dp, rule, options):
        if not isinstance(dp, int) or not 1 <= dp <= 255:
            raise ValueError(f"{name}: a datapoint has a number from 1 to 255, not {dp!r}")
        self.kind = kind
        rule["id"] = dp
        Entity.__init__(self, name, datapoint=rule, **options)


def _keyed(values):
    return {str(key): value for key, value in values.items()}


def sensor(name, dp, unit=None, scale=None, values=None, **options):
    """A number or a text. `scale` multiplies it; `values` is a dict from the MCU's values to those of the home."""
    rule = {}
    if scale is not None:
        rule["scale"] = scale
    if values is not None:
        rule["values"] = _keyed(values)
    return _Reported("sensor", name, dp, rule, dict(options, unit_of_measurement=unit))


def binary_sensor(name, dp, on=1, off=None, below=None, **options):
    """On when the MCU says `on`, which may be a tuple, and off when it says `off`: 0, or 1 if 0 is on.

    With `below` it is on for every number under that one.
    """
    if below is not None:
        return _Reported("binary_sensor", name, dp, {"below": below}, options)
    on = on if isinstance(on, tuple) else (on,)
    if off is None:
        off = 1 if 0 in on else 0
    off = off if isinstance(off, tuple) else (off,)
    values = {str(value): False for value in off}
    values.update({str(value): True for value in on})
    return _Reported("binary_sensor", name, dp, {"values": values}, options)


def event(name, dp, types, **options):
    """Something that happens: `types` is a dict from the MCU's values to event types; None fires none."""
    names = sorted({word for word in types.values() if word is not None})
    return _Reported("event", name, dp, {"values": _keyed(types)}, dict(options, event_types=names))


def battery(dp, levels=None, low=20, name="Battery", **options):
    """How full the battery is, and whether it is low: `low` percent or less. Returns both entities.

    `levels` is what the MCU's values 0, 1, 2, … mean, in percent; without it the MCU says percent itself.
    """
    rule = {}
    below = {"below": low + 1}
    if levels is not None:
        rule["values"] = {str(key): percent for key, percent in enumerate(levels)}
        below = {"values": {str(key): percent <= low for key, percent in enumerate(levels)}}
    more = dict(options, device_class="battery", entity_category="diagnostic")
    level = _Reported("sensor", name, dp, rule, dict(more, unit_of_measurement="%", state_class="measurement"))
    return level, _Reported("binary_sensor", name + " low", dp, below, more)


def diagnostics():
    """Signal and supply of the module itself, where the board can measure them."""
    try:
        import _badge  # what `badge.power` has, without the memory of all of `badge`
    except ImportError:
        return
    import ha

    def supply():
        millivolts = _badge.battery()
        return None if millivolts is None else millivolts / 1000

    more = {"entity_category": "diagnostic", "state_class": "measurement"}
    ha.sensor("Signal", "dBm", every=60, device_class="signal_strength", **more)(_badge.signal)
    ha.sensor("Supply", "V", every=60, digits=2, device_class="voltage", **more)(supply)


def device(product, battery=None, inverted=False):
    """Declares what a product has, by its name in docs/tuya.md. Returns its entities, by their ids.

    `battery` is what its levels 0, 1, 2, … mean, in percent; `inverted` exchanges on and off of its sensor.
    """
    from ._products import declare

    found = declare(product, battery, inverted)
    diagnostics()
    return found
