# SPDX-License-Identifier: Apache-2.0
"""The real parts that the end-to-end tests put together: broker, virtual board, hub, Home Assistant."""
