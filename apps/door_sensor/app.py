# SPDX-License-Identifier: Apache-2.0
"""A battery door sensor: open or closed, and its battery. Which product, app.toml says."""

import ha
import tuya

config = ha.config(product="neo_door", inverted=False, battery=[])

tuya.device(config.product, config.battery or None, config.inverted)
ha.run()
