// SPDX-License-Identifier: Apache-2.0
// The unix port's standard variant, with a ROM partition as microcontrollers have it: see module/rom_flash.c.
#pragma once

#include "ports/unix/variants/standard/mpconfigvariant.h"

#undef MICROPY_VFS_ROM_IOCTL
#define MICROPY_VFS_ROM_IOCTL (1)
