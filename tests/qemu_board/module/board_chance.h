// SPDX-License-Identifier: Apache-2.0
// os.urandom, for extmod/modos.c: the host's, through semihosting, since the board has no chance of its own.
#pragma once

#include "py/mperrno.h"
#include "py/runtime.h"

enum { semihosting_open = 0x01, semihosting_read = 0x06, semihosting_rb = 1 };

static uintptr_t board_semihosting(uintptr_t operation, const void* argument) {
    register uintptr_t r0 __asm("r0") = operation;
    register const void* r1 __asm("r1") = argument;
    __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static mp_obj_t mp_os_urandom(mp_obj_t size) {
    static const char path[] = "/dev/urandom";
    static uintptr_t file = -1;
    if (file == (uintptr_t)-1) {
        const uintptr_t open[] = {(uintptr_t)path, semihosting_rb, sizeof path - 1};
        file = board_semihosting(semihosting_open, open);
    }
    vstr_t bytes;
    vstr_init_len(&bytes, mp_obj_get_int(size));
    const uintptr_t read[] = {file, (uintptr_t)bytes.buf, bytes.len};
    if (board_semihosting(semihosting_read, read) != 0) mp_raise_OSError(MP_EIO);
    return mp_obj_new_bytes_from_vstr(&bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_1(mp_os_urandom_obj, mp_os_urandom);
