// SPDX-License-Identifier: Apache-2.0
// Included by extmod/modos.c: os.urandom from the one source of chance.
#pragma once

static mp_obj_t mp_os_urandom(mp_obj_t count_in) {
    mp_int_t count = mp_obj_get_int(count_in);
    if (count < 0) {
        mp_raise_ValueError(NULL);
    }
    vstr_t vstr;
    vstr_init_len(&vstr, count);
    for (mp_int_t i = 0; i < count; ++i) {
        vstr.buf[i] = (char)ouro_vm_random();
    }
    return mp_obj_new_bytes_from_vstr(&vstr);
}
static MP_DEFINE_CONST_FUN_OBJ_1(mp_os_urandom_obj, mp_os_urandom);
