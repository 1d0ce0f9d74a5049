# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: F401
"""The apps in /pyapps: which can be started, which one runs, and another one instead of it."""

from _badge import app as current
from _badge import apps as list
from _badge import launch
