// SPDX-License-Identifier: Apache-2.0
// What LittleFS needs of this board, which has no clock.
#include "py/mphal.h"

uint64_t mp_hal_time_ns(void) { return 0; }
