# SPDX-License-Identifier: Apache-2.0
"""A relay that is never on for longer than it may: a pump, a heater, a valve."""

import ha

config = ha.config(pin=5, max_on_seconds=600.0)

# The board keeps the limit, whatever has become of this program.
relay = ha.output(config.pin, max_on=config.max_on_seconds)
switch = ha.switch("Relay", pin=relay)


@ha.binary_sensor("Power", every=0.5, device_class="power")
def power():
    on = bool(relay.value())
    if switch.value and not on:  # its time was up: the home is to know
        switch.command(False)
    return on


ha.run()
