# SPDX-License-Identifier: Apache-2.0
"""Makes an app a Home Assistant device: declare, set, react, fire.

    import ha

    @ha.sensor("Temperature", "°C", every=30, digits=1)
    def temperature():
        return probe.read()

    ha.run()
"""

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
from ._loop import Busy, after, arun, epoch_ms, home_up, log, run, tick
from ._pins import on_press, output
