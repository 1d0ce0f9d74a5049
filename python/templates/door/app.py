# SPDX-License-Identifier: Apache-2.0
"""A door opener: a lock that opens for some seconds, and then locks again."""

import asyncio

import ha

config = ha.config(pin=5, open_seconds=3.0)

# The board lets go of it a moment later, whatever has become of this program.
strike = ha.output(config.pin, max_on=config.open_seconds + 0.25)


@ha.lock("Door")
async def door(open):
    if not open:
        return  # it locks by itself
    strike.on()
    door.value = "UNLOCKED"
    try:
        await asyncio.sleep(config.open_seconds)
    finally:
        strike.off()
        door.value = "LOCKED"


ha.run()
