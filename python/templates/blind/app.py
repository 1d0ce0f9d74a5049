# SPDX-License-Identifier: Apache-2.0
"""A blind with two relays: one for up, one for down, never both."""

import ha

config = ha.config(up_pin=5, down_pin=6, run_seconds=20.0)

# The board cuts a motor that runs for too long, whatever has become of this program.
up = ha.output(config.up_pin, max_on=config.run_seconds + 1)
down = ha.output(config.down_pin, max_on=config.run_seconds + 1)
arrival = None


@ha.cover("Blind", device_class="blind")
def blind(wanted):
    global arrival
    stop()
    if wanted == "STOP":
        return "stopped"
    motor, moving, end = (up, "opening", "open") if wanted == "OPEN" else (down, "closing", "closed")
    motor.on()
    arrival = ha.after(config.run_seconds, lambda: arrive(end))
    return moving


def arrive(end):
    stop()
    blind.value = end


def stop():
    if arrival:
        arrival.cancel()
    up.off()
    down.off()


ha.run()
