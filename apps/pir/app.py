# SPDX-License-Identifier: Apache-2.0
"""A battery motion sensor: motion, battery, and what its module measures. Which product, app.toml says."""

import ha
import tuya

config = ha.config(product="neo_pir", inverted=False, battery=[])

tuya.device(config.product, config.battery or None, config.inverted)
ha.run()
