# SPDX-License-Identifier: Apache-2.0
SRC_USERMOD += $(addprefix $(USERMOD_DIR)/,clock.c console.c flash.c main.c pins.c)
CFLAGS_USERMOD += -I$(USERMOD_DIR) '-DMP_CONFIGFILE="board_config.h"'
LDFLAGS_USERMOD += -Wl,--wrap=main,--wrap=gc_collect,--wrap=uart_init,--wrap=uart_rx_chr,--wrap=mp_hal_stdio_poll
