# SPDX-License-Identifier: Apache-2.0
SRC_USERMOD += $(USERMOD_DIR)/unix_board.c $(USERMOD_DIR)/rom_flash.c
LDFLAGS_USERMOD += -Wl,--wrap=mp_hal_set_interrupt_char -Wl,--wrap=mp_vfs_rom_ioctl
