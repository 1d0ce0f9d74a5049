# SPDX-License-Identifier: Apache-2.0
"""Prints Home Assistant's own tables of classes and units as JSON; run by its interpreter (see home_assistant.py)."""

import json

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.button import ButtonDeviceClass
from homeassistant.components.cover import CoverDeviceClass
from homeassistant.components.event import EventDeviceClass
from homeassistant.components.number import NumberDeviceClass
from homeassistant.components.sensor import const as sensor
from homeassistant.components.switch import SwitchDeviceClass

TEXTUAL = {"date", "enum", "timestamp"}


def word(unit: object) -> str:
    return "" if unit is None else str(getattr(unit, "value", unit))


def units(name: str) -> list[str] | None:
    """None: any unit."""
    found = sensor.DEVICE_CLASS_UNITS.get(sensor.SensorDeviceClass(name))
    if found is None:
        return [""] if name in TEXTUAL else None
    return sorted(word(unit) for unit in found)


def table() -> dict[str, object]:
    kinds = {
        "binary_sensor": BinarySensorDeviceClass,
        "button": ButtonDeviceClass,
        "cover": CoverDeviceClass,
        "event": EventDeviceClass,
        "number": NumberDeviceClass,
        "switch": SwitchDeviceClass,
    }
    classes = {
        c.value: {
            "units": units(c.value),
            "state_classes": sorted(s.value for s in sensor.DEVICE_CLASS_STATE_CLASSES[c]),
        }
        for c in sensor.SensorDeviceClass
    }
    return {"sensor": classes, **{kind: sorted(c.value for c in names) for kind, names in kinds.items()}}


if __name__ == "__main__":
    print(json.dumps(table(), ensure_ascii=False, indent=1, sort_keys=True))
