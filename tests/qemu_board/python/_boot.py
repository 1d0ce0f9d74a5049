# SPDX-License-Identifier: Apache-2.0
"""Runs first after each reset, as on an ESP8266: the disk, made if need be."""

import gc

gc.threshold((gc.mem_free() + gc.mem_alloc()) // 4)

import vfs  # noqa: E402
from qemu_board import flash  # noqa: E402

try:
    vfs.mount(vfs.VfsLfs2(flash), "/")
except OSError:
    vfs.VfsLfs2.mkfs(flash)
    vfs.mount(vfs.VfsLfs2(flash), "/")
gc.collect()
