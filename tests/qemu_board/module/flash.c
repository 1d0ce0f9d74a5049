// SPDX-License-Identifier: Apache-2.0
// Module `qemu_board`: `flash`, a disk for LittleFS that is not in Python's heap; and a ROMFS, as mpremote writes it.
// Both keep what they have until QEMU ends.
#include "board.h"

#include "extmod/vfs.h"
#include "py/mperrno.h"
#include "py/objarray.h"
#include "py/runtime.h"

#include <string.h>

enum { block_size = 4096, blocks = 256, romfs_size = 512 * 1024 };
#define DISK ((uint8_t*)BOARD_PSRAM)
#define ROMFS (DISK + block_size * blocks)

static const mp_obj_type_t flash_type;
static const mp_obj_base_t flash = {&flash_type};

// (block, buffer, offset = 0), as vfs.AbstractBlockDev has it.
static uint8_t* place(size_t n_args, const mp_obj_t* args, size_t size) {
    size_t offset = n_args > 3 ? mp_obj_get_int(args[3]) : 0;
    size_t at = (size_t)mp_obj_get_int(args[1]) * block_size + offset;
    if (at > block_size * blocks || size > block_size * blocks - at) mp_raise_OSError(MP_EINVAL);
    return DISK + at;
}

static mp_obj_t flash_readblocks(size_t n_args, const mp_obj_t* args) {
    mp_buffer_info_t into;
    mp_get_buffer_raise(args[2], &into, MP_BUFFER_WRITE);
    memcpy(into.buf, place(n_args, args, into.len), into.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(flash_readblocks_obj, 3, 4, flash_readblocks);

static mp_obj_t flash_writeblocks(size_t n_args, const mp_obj_t* args) {
    mp_buffer_info_t from;
    mp_get_buffer_raise(args[2], &from, MP_BUFFER_READ);
    memcpy(place(n_args, args, from.len), from.buf, from.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(flash_writeblocks_obj, 3, 4, flash_writeblocks);

static mp_obj_t flash_ioctl(mp_obj_t self, mp_obj_t asked, mp_obj_t argument) {
    switch (mp_obj_get_int(asked)) {
        case MP_BLOCKDEV_IOCTL_BLOCK_COUNT: return MP_OBJ_NEW_SMALL_INT(blocks);
        case MP_BLOCKDEV_IOCTL_BLOCK_SIZE: return MP_OBJ_NEW_SMALL_INT(block_size);
        default: return MP_OBJ_NEW_SMALL_INT(0);
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(flash_ioctl_obj, flash_ioctl);

static const mp_rom_map_elem_t flash_names_table[] = {
    {MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&flash_readblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&flash_writeblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&flash_ioctl_obj)},
};
static MP_DEFINE_CONST_DICT(flash_names, flash_names_table);
static MP_DEFINE_CONST_OBJ_TYPE(flash_type, MP_QSTR_Flash, MP_TYPE_FLAG_NONE, locals_dict, &flash_names);

static const mp_rom_map_elem_t module_names_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_qemu_board)},
    {MP_ROM_QSTR(MP_QSTR_flash), MP_ROM_PTR(&flash)},
};
static MP_DEFINE_CONST_DICT(module_names, module_names_table);
const mp_obj_module_t qemu_board_module = {{&mp_type_module}, (mp_obj_dict_t*)&module_names};
MP_REGISTER_MODULE(MP_QSTR_qemu_board, qemu_board_module);

static const MP_DEFINE_MEMORYVIEW_OBJ(romfs, 'B', 0, romfs_size, ROMFS);

mp_obj_t mp_vfs_rom_ioctl(size_t n_args, const mp_obj_t* args) {
    switch (mp_obj_get_int(args[0])) {
        case MP_VFS_ROM_IOCTL_GET_NUMBER_OF_SEGMENTS: return MP_OBJ_NEW_SMALL_INT(1);
        case MP_VFS_ROM_IOCTL_GET_SEGMENT: return MP_OBJ_FROM_PTR(&romfs);
        case MP_VFS_ROM_IOCTL_WRITE_PREPARE:
            memset(ROMFS, 0xFF, romfs_size);
            return MP_OBJ_NEW_SMALL_INT(4);
        case MP_VFS_ROM_IOCTL_WRITE: {
            size_t offset = mp_obj_get_int(args[2]);
            mp_buffer_info_t from;
            mp_get_buffer_raise(args[3], &from, MP_BUFFER_READ);
            if (offset > romfs_size || from.len > romfs_size - offset) return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
            memcpy(ROMFS + offset, from.buf, from.len);
            return MP_OBJ_NEW_SMALL_INT(0);
        }
        default: return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
    }
}
