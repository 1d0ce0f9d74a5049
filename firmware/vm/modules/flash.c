// SPDX-License-Identifier: Apache-2.0
// The tables of the block devices that MicroPython's file systems stand on; their bodies are in file_system.cpp.

#include "py/runtime.h"

mp_obj_t ouro_flash_readblocks(size_t count, const mp_obj_t *args);
mp_obj_t ouro_flash_writeblocks(size_t count, const mp_obj_t *args);
mp_obj_t ouro_flash_ioctl(mp_obj_t self, mp_obj_t request, mp_obj_t argument);

static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(flash_readblocks_obj, 3, 4, ouro_flash_readblocks);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(flash_writeblocks_obj, 3, 4, ouro_flash_writeblocks);
static MP_DEFINE_CONST_FUN_OBJ_3(flash_ioctl_obj, ouro_flash_ioctl);

static const mp_rom_map_elem_t flash_table[] = {
    {MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&flash_readblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&flash_writeblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&flash_ioctl_obj)},
};
static MP_DEFINE_CONST_DICT(flash_dict, flash_table);

static MP_DEFINE_CONST_OBJ_TYPE(ouro_flash_type, MP_QSTR_Flash, MP_TYPE_FLAG_NONE, locals_dict, &flash_dict);

const mp_obj_base_t ouro_flash_obj = {&ouro_flash_type};

// The second stands below a FAT volume. It has no writeblocks: so FAT knows that it can't write.
mp_obj_t ouro_fat_readblocks(mp_obj_t self, mp_obj_t sector, mp_obj_t buffer);
mp_obj_t ouro_fat_ioctl(mp_obj_t self, mp_obj_t request, mp_obj_t argument);

static MP_DEFINE_CONST_FUN_OBJ_3(fat_readblocks_obj, ouro_fat_readblocks);
static MP_DEFINE_CONST_FUN_OBJ_3(fat_ioctl_obj, ouro_fat_ioctl);

static const mp_rom_map_elem_t fat_table[] = {
    {MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&fat_readblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&fat_ioctl_obj)},
};
static MP_DEFINE_CONST_DICT(fat_dict, fat_table);

MP_DEFINE_CONST_OBJ_TYPE(ouro_fat_type, MP_QSTR_FatFlash, MP_TYPE_FLAG_NONE, locals_dict, &fat_dict);
