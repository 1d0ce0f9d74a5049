# SPDX-License-Identifier: Apache-2.0
SRC_USERMOD += $(USERMOD_DIR)/unix_board.c
LDFLAGS_USERMOD += -Wl,--wrap=mp_hal_set_interrupt_char
