# SPDX-License-Identifier: Apache-2.0
"""Makes an app a Home Assistant device."""
