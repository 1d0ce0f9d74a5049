# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: F401
"""Makes an app a Home Assistant device: declare, set, react, fire; and lets it read the home and act in it."""

from ._config import config
from ._entities import BinarySensor as binary_sensor
from ._entities import Button as button
from ._entities import Cover as cover
from ._entities import Event as event
from ._entities import Light as light
from ._entities import Lock as lock
from ._entities import Number as number
from ._entities import Select as select
from ._entities import Sensor as sensor
from ._entities import Switch as switch
from ._entities import Text as text
from ._home import attributes, call, notify, on, state
from ._loop import Busy, after, arun, epoch_ms, home_up, log, run, tick
from ._pins import on_press, output
