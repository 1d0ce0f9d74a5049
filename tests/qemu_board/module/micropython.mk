# SPDX-License-Identifier: Apache-2.0
SRC_USERMOD += $(USERMOD_DIR)/qemu_board.c
