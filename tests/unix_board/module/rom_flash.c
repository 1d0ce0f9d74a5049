// SPDX-License-Identifier: Apache-2.0
// The ROM partition of a microcontroller, as strict as flash is: in the file that UNIX_BOARD_ROM names, which outlives
// the board. Without that variable there is none.
//
// By rom_ioctl, as on an ESP8266 (its version 1.25 knows neither 5 nor 6), or with UNIX_BOARD_ROM_KIND=object by an
// object with blocks, as on an ESP32 or a Pico. Erasing makes all bits of a sector 1, writing can only make them 0. The
// byte at UNIX_BOARD_ROM_WORN, if that is set, stays 0.
#include "py/mperrno.h"
#include "py/objarray.h"
#include "py/runtime.h"

#include "extmod/vfs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR_SIZE (4096)
#define WRITE_SIZE (4) // offset, length and the buffer's own address are multiples of it

static uint8_t* flash = NULL;
static size_t flash_size = 0;

static bool has_flash(void) {
    static bool was_opened = false;
    const char* path = getenv("UNIX_BOARD_ROM");
    if (was_opened || path == NULL) return flash != NULL;
    was_opened = true;
    struct stat about;
    int file = open(path, O_RDWR);
    if (file < 0 || fstat(file, &about) != 0 || about.st_size % SECTOR_SIZE != 0) abort();
    flash_size = (size_t)about.st_size;
    flash = mmap(NULL, flash_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (flash == MAP_FAILED) abort();
    close(file);
    return true;
}

static void wear(void) {
    const char* worn = getenv("UNIX_BOARD_ROM_WORN");
    if (worn != NULL) flash[strtoul(worn, NULL, 10)] = 0;
}

static mp_int_t erase(size_t offset, size_t size) {
    if (size > flash_size || offset > flash_size - size) return -MP_EINVAL;
    size_t end = (offset + size + SECTOR_SIZE - 1) / SECTOR_SIZE * SECTOR_SIZE;
    memset(flash + offset, 0xFF, end - offset);
    wear();
    return 0;
}

static mp_int_t program(size_t offset, mp_obj_t bytes) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(bytes, &buffer, MP_BUFFER_READ);
    if (offset % WRITE_SIZE != 0 || buffer.len % WRITE_SIZE != 0 || (uintptr_t)buffer.buf % WRITE_SIZE != 0 ||
        buffer.len > flash_size || offset > flash_size - buffer.len) {
        return -MP_EINVAL;
    }
    for (size_t i = 0; i < buffer.len; ++i) flash[offset + i] &= ((const uint8_t*)buffer.buf)[i];
    wear();
    return 0;
}

// --- As an object with blocks

static mp_int_t device_buffer(mp_obj_t self, mp_buffer_info_t* buffer, mp_uint_t flags) {
    (void)self;
    if (flags != MP_BUFFER_READ) return 1;
    *buffer = (mp_buffer_info_t){.buf = flash, .len = flash_size, .typecode = 'B'};
    return 0;
}

static mp_obj_t device_ioctl(mp_obj_t self, mp_obj_t operation, mp_obj_t argument) {
    (void)self;
    switch (mp_obj_get_int(operation)) {
    case 4: return MP_OBJ_NEW_SMALL_INT(flash_size / SECTOR_SIZE);
    case 5: return MP_OBJ_NEW_SMALL_INT(SECTOR_SIZE);
    case 6: return MP_OBJ_NEW_SMALL_INT(erase((size_t)mp_obj_get_int(argument) * SECTOR_SIZE, SECTOR_SIZE));
    default: return mp_const_none;
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(device_ioctl_obj, device_ioctl);

static mp_obj_t device_writeblocks(size_t n_args, const mp_obj_t* args) {
    if (n_args != 4) mp_raise_OSError(MP_EINVAL); // without an offset it would erase
    mp_int_t error = program((size_t)mp_obj_get_int(args[1]) * SECTOR_SIZE + (size_t)mp_obj_get_int(args[3]), args[2]);
    if (error < 0) mp_raise_OSError(-error);
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(device_writeblocks_obj, 3, 4, device_writeblocks);

static const mp_rom_map_elem_t device_table[] = {
    {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&device_ioctl_obj)},
    {MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&device_writeblocks_obj)},
};
static MP_DEFINE_CONST_DICT(device_dict, device_table);

static MP_DEFINE_CONST_OBJ_TYPE(device_type, MP_QSTR_Flash, MP_TYPE_FLAG_NONE, buffer, device_buffer, locals_dict,
                                &device_dict);
static const mp_obj_base_t device = {&device_type};

// --- By rom_ioctl

static mp_obj_t segment(void) {
    const char* kind = getenv("UNIX_BOARD_ROM_KIND");
    if (kind != NULL && strcmp(kind, "object") == 0) return MP_OBJ_FROM_PTR(&device);
    return mp_obj_new_memoryview('B', flash_size, flash);
}

mp_obj_t __wrap_mp_vfs_rom_ioctl(size_t n_args, const mp_obj_t* args) {
    mp_int_t operation = mp_obj_get_int(args[0]);
    if (operation == MP_VFS_ROM_IOCTL_GET_NUMBER_OF_SEGMENTS) return MP_OBJ_NEW_SMALL_INT(has_flash());
    if (!has_flash() || n_args < 2 || mp_obj_get_int(args[1]) != 0) return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
    if (operation == MP_VFS_ROM_IOCTL_GET_SEGMENT) return segment();
    if (segment() == MP_OBJ_FROM_PTR(&device)) return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
    if (operation == MP_VFS_ROM_IOCTL_WRITE_PREPARE && n_args == 3) {
        mp_int_t error = erase(0, (size_t)mp_obj_get_int(args[2]));
        return MP_OBJ_NEW_SMALL_INT(error < 0 ? error : WRITE_SIZE);
    }
    if (operation == MP_VFS_ROM_IOCTL_WRITE && n_args == 4) {
        return MP_OBJ_NEW_SMALL_INT(program((size_t)mp_obj_get_int(args[2]), args[3]));
    }
    return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
}
