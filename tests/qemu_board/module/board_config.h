// SPDX-License-Identifier: Apache-2.0
// MicroPython's port for QEMU, with what every port for a microcontroller on sale has besides: a clock, a console that
// can be asked without waiting, pins, a file system. Its allocations begin as small as on an ESP8266.
#pragma once

#include <stdint.h>

#include <mpconfigport.h>

#undef MICROPY_PY_ASYNCIO
#undef MICROPY_PY_SELECT
#undef MICROPY_PY_SYS_STDIO_BUFFER
#undef MICROPY_PY_TIME
#undef MICROPY_VFS_ROM_IOCTL
#define MICROPY_PY_ASYNCIO (1)
#define MICROPY_PY_SELECT (1)
#define MICROPY_PY_SYS_STDIO_BUFFER (1)
#define MICROPY_PY_TIME (1)
#define MICROPY_VFS_ROM_IOCTL (1)
#define MICROPY_PY_MACHINE_TIMER (1)
#define MICROPY_PY_OS_URANDOM (1)
#define MICROPY_PY_OS_INCLUDEFILE "board_chance.h"
#define MICROPY_PY_MACHINE_EXTRA_GLOBALS                                                                               \
    {MP_ROM_QSTR(MP_QSTR_Pin), MP_ROM_PTR(&board_pin_type)},                                                           \
        {MP_ROM_QSTR(MP_QSTR_Timer), MP_ROM_PTR(&machine_timer_type)},

// As ports/esp8266.
#define MICROPY_GC_STACK_ENTRY_TYPE uint16_t
#define MICROPY_ALLOC_PATH_MAX (128)
#define MICROPY_ALLOC_LEXER_INDENT_INIT (8)
#define MICROPY_ALLOC_PARSE_RULE_INIT (48)
#define MICROPY_ALLOC_PARSE_RULE_INC (8)
#define MICROPY_ALLOC_PARSE_RESULT_INC (8)
#define MICROPY_ALLOC_PARSE_CHUNK_INIT (64)

static inline uint32_t board_hold_interrupts(void) {
    uint32_t before;
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(before) : : "memory");
    return before;
}

static inline void board_let_interrupts(uint32_t before) {
    __asm volatile("msr primask, %0" : : "r"(before) : "memory");
}

#define MICROPY_BEGIN_ATOMIC_SECTION() board_hold_interrupts()
#define MICROPY_END_ATOMIC_SECTION(state) board_let_interrupts(state)
#define MICROPY_PY_PENDSV_ENTER uint32_t board_before = board_hold_interrupts()
#define MICROPY_PY_PENDSV_EXIT board_let_interrupts(board_before)
// Whatever is waited for, the next tick looks again within a millisecond.
#define MICROPY_INTERNAL_WFE(timeout_ms) __asm volatile("wfi")

struct _mp_obj_type_t;
extern const struct _mp_obj_type_t board_pin_type;
extern const struct _mp_obj_type_t machine_timer_type;
