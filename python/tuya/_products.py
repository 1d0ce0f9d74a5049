# SPDX-License-Identifier: Apache-2.0
"""What is known of products: their parts, each with its datapoint and what that says."""

from . import battery, binary_sensor, sensor

# Sensors that are on or off: the value that is on. Batteries: percent for each level, None if it says percent.
_PRODUCTS = (
    ("neo_pir", (("motion", 101, 1), ("battery", 102, (100, 70, 40, 10)))),
    ("neo_door", (("door", 1, 0), ("battery", 101, (100, 70, 40, 10)))),
    ("lsc_pir", (("motion", 1, 0),)),
    ("lsc_door", (("door", 1, 0), ("battery", 101, (100, 70, 40, 10)))),
    ("mirabella_pir", (("motion", 101, 1), ("battery", 103, None), ("tamper", 104, 1))),
    ("d06_door", (("door", 1, 1), ("battery", 3, (10, 50, 100)))),
    ("th01", (("temperature", 1, "°C"), ("humidity", 2, "%"))),
)
_SCALES = (("temperature", 0.1),)


def declare(product, levels, inverted):
    parts = dict(_PRODUCTS).get(product)
    if parts is None:
        known = ", ".join(name for name, _ in _PRODUCTS)
        raise ValueError(f"no product {product!r} is known; there are {known}")
    made = []
    for what, dp, meaning in parts:
        title = what[0].upper() + what[1:]
        if what == "battery":
            made.extend(battery(dp, meaning if levels is None else levels))
        elif isinstance(meaning, str):
            scale = dict(_SCALES).get(what)
            made.append(sensor(title, dp, meaning, scale, device_class=what, state_class="measurement"))
        else:
            on = 1 - meaning if inverted and what != "tamper" else meaning
            made.append(binary_sensor(title, dp, on, device_class=what))
    return {entity.id: entity for entity in made}
