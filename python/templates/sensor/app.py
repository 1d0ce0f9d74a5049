# SPDX-License-Identifier: Apache-2.0
"""A sensor: a number that is read every so often."""

import os

import ha

config = ha.config(every_seconds=5.0)


# Read your sensor here instead. None, or an exception, makes it "unknown" until it can be read again.
@ha.sensor("Free storage", "kB", every=config.every_seconds, digits=1, device_class="data_size")
def free_storage():
    size, _, _, free = os.statvfs("/")[:4]
    return size * free / 1000


ha.run()
