# SPDX-License-Identifier: Apache-2.0
"""MicroPython's name for pins, on CircuitPython: apps that begin with `from machine import Pin` run as they are."""

from ha._circuitpython import Pin  # noqa: F401
