// SPDX-License-Identifier: Apache-2.0
#include "firmware/vm/file_system.hpp"

#include "firmware/vm/core.hpp"
#include "firmware/vm/fat_image.hpp"
#include "firmware/vm/flash_image.hpp"
#include "firmware/vm/mp/micropython.hpp"

#include <algorithm>
#include <span>

extern "C" {
extern const mp_obj_base_t ouro_flash_obj;
extern const mp_obj_type_t ouro_fat_type;
extern const mp_obj_type_t mp_type_vfs_lfs2;
#include "extmod/vfs_fat.h"
}

namespace firmware::vm {
namespace {

/// `function(flash, progsize=…)`, for both mounting and formatting: the two must agree.
mp_obj_t call_with_flash(mp_obj_t function) {
    const auto program_bytes = core().inputs.storage().geometry().program_bytes;
    mp_obj_t args[] = {MP_OBJ_FROM_PTR(&ouro_flash_obj), MP_OBJ_NEW_QSTR(MP_QSTR_progsize),
                       MP_OBJ_NEW_SMALL_INT(program_bytes)};
    return mp_call_function_n_kw(function, 1, 1, args);
}

/// The mounted LittleFS, or none when there is no such file system. May raise MemoryError.
mp_obj_t open_little_fs() {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        const mp_obj_t vfs = call_with_flash(MP_OBJ_FROM_PTR(&mp_type_vfs_lfs2));
        nlr_pop();
        return vfs;
    }
    const mp_obj_t error = MP_OBJ_FROM_PTR(nlr.ret_val);
    const bool is_os_error =
        mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(error)), MP_OBJ_FROM_PTR(&mp_type_OSError));
    if (!is_os_error) nlr_jump(nlr.ret_val);
    return MP_OBJ_NULL;
}

/// The block device below a FAT volume. Nothing in it needs a finaliser.
struct FatDevice {
    mp_obj_base_t base;
    FatImage image;
};

mp_obj_t make_fat_device(const FatImage& image) {
    auto* device = mp_obj_malloc(FatDevice, &ouro_fat_type);
    device->image = image;
    return MP_OBJ_FROM_PTR(device);
}

const FatImage& image_of(mp_obj_t device) { return static_cast<const FatDevice*>(MP_OBJ_TO_PTR(device))->image; }

void report(std::uint8_t level, std::string_view text) {
    core().write_console(text);
    core().write_console("\r\n");
    core().log(level, text);
}

/// The root of the volume is /pyapps, as it was on the badge that wrote it.
bool mount_fat() {
    const auto image = find_fat_image(core().inputs.storage());
    if (!image) return false;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) return false;
    const mp_obj_t device = make_fat_device(*image);
    const mp_obj_t vfs = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_fat_vfs_type), device);
    mp_obj_t args[] = {vfs, mp_obj_new_str_from_cstr("/pyapps")};
    mp_vfs_mount(2, args, const_cast<mp_map_t*>(&mp_const_empty_map));
    nlr_pop();
    return true;
}

/// An install that a power cut interrupted is brought to its end before anybody looks.
void finish_interrupted_install(mp_obj_t& vfs) {
    if (mp_import_stat(install_traces) == MP_IMPORT_STAT_NO_EXIST) return;
    mp_vfs_umount(MP_OBJ_NEW_QSTR(MP_QSTR__slash_));
    const auto finished = [] {
        const Away away(core());
        return finish_install(core().inputs.storage());
    }();
    if (!finished) report(3, finished.error().message);
    vfs = open_little_fs();
    if (vfs != MP_OBJ_NULL) mp_vfs_mount_and_chdir_protected(vfs, MP_OBJ_NEW_QSTR(MP_QSTR__slash_));
}

/// The part of `block` that starts at `offset`; raises OSError beyond the end.
std::uint32_t flash_offset(mp_obj_t block_in, mp_obj_t offset_in) {
    const auto geometry = core().inputs.storage().geometry();
    const mp_int_t block = mp_obj_get_int(block_in);
    const mp_int_t offset = mp_obj_get_int(offset_in);
    if (block < 0 || block >= static_cast<mp_int_t>(geometry.block_count) || offset < 0 ||
        offset >= static_cast<mp_int_t>(geometry.block_bytes)) {
        mp_raise_OSError(MP_EINVAL);
    }
    return static_cast<std::uint32_t>(block) * geometry.block_bytes + static_cast<std::uint32_t>(offset);
}

/// One operation on the flash, which is done whole even when the VM is cut.
template <typename Operation>
mp_obj_t done_whole(Operation operation) {
    const Away away(core());
    return MP_OBJ_NEW_SMALL_INT(operation(core().inputs.storage()).has_value() ? 0 : -MP_EIO);
}

} // namespace

void mount_file_system() {
    mp_obj_t vfs = open_little_fs();
    if (vfs == MP_OBJ_NULL && flash_is_blank(core().inputs.storage())) {
        call_with_flash(mp_load_attr(MP_OBJ_FROM_PTR(&mp_type_vfs_lfs2), MP_QSTR_mkfs));
        vfs = open_little_fs();
    }
    if (vfs != MP_OBJ_NULL) {
        mp_vfs_mount_and_chdir_protected(vfs, MP_OBJ_NEW_QSTR(MP_QSTR__slash_));
        finish_interrupted_install(vfs);
    } else if (mount_fat()) {
        report(1, "/pyapps is a FAT volume: it can be read, but not written; erase the flash to start anew");
    } else {
        report(3, "the file system is damaged and was left alone; erase the flash to start anew");
    }
}

} // namespace firmware::vm

extern "C" {

using namespace firmware::vm;

mp_obj_t ouro_flash_readblocks(std::size_t count, const mp_obj_t* args) {
    const std::uint32_t offset = flash_offset(args[1], count == 4 ? args[3] : MP_OBJ_NEW_SMALL_INT(0));
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[2], &buffer, MP_BUFFER_WRITE);
    const std::span into(static_cast<std::uint8_t*>(buffer.buf), buffer.len);
    return done_whole([&](auto& storage) { return storage.read(offset, into); });
}

mp_obj_t ouro_flash_writeblocks(std::size_t count, const mp_obj_t* args) {
    const std::uint32_t offset = flash_offset(args[1], count == 4 ? args[3] : MP_OBJ_NEW_SMALL_INT(0));
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[2], &buffer, MP_BUFFER_READ);
    const std::span bytes(static_cast<const std::uint8_t*>(buffer.buf), buffer.len);
    return done_whole([&](auto& storage) { return storage.program(offset, bytes); });
}

mp_obj_t ouro_flash_ioctl(mp_obj_t, mp_obj_t request, mp_obj_t argument) {
    const auto geometry = core().inputs.storage().geometry();
    switch (mp_obj_get_int(request)) {
    case MP_BLOCKDEV_IOCTL_SYNC: return done_whole([](auto& storage) { return storage.sync(); });
    case MP_BLOCKDEV_IOCTL_BLOCK_COUNT: return MP_OBJ_NEW_SMALL_INT(geometry.block_count);
    case MP_BLOCKDEV_IOCTL_BLOCK_SIZE: return MP_OBJ_NEW_SMALL_INT(geometry.block_bytes);
    case MP_BLOCKDEV_IOCTL_BLOCK_ERASE: {
        flash_offset(argument, MP_OBJ_NEW_SMALL_INT(0));
        const auto block = static_cast<std::uint32_t>(mp_obj_get_int(argument));
        return done_whole([block](auto& storage) { return storage.erase(block); });
    }
    default: return MP_OBJ_NEW_SMALL_INT(0);
    }
}

mp_obj_t ouro_fat_readblocks(mp_obj_t self, mp_obj_t sector_in, mp_obj_t buffer_in) {
    const mp_int_t sector = mp_obj_get_int(sector_in);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(buffer_in, &buffer, MP_BUFFER_WRITE);
    const std::span into(static_cast<std::uint8_t*>(buffer.buf), buffer.len);
    const FatImage& image = image_of(self);
    if (sector < 0 || sector > static_cast<mp_int_t>(image.sector_count)) mp_raise_OSError(MP_EINVAL);
    const auto number = static_cast<std::uint32_t>(sector);
    return done_whole([&](auto& storage) { return image.read(storage, number, into); });
}

mp_obj_t ouro_fat_ioctl(mp_obj_t self, mp_obj_t request, mp_obj_t) {
    switch (mp_obj_get_int(request)) {
    case MP_BLOCKDEV_IOCTL_BLOCK_COUNT: return mp_obj_new_int_from_uint(image_of(self).sector_count);
    case MP_BLOCKDEV_IOCTL_BLOCK_SIZE: return mp_obj_new_int_from_uint(image_of(self).sector_bytes);
    default: return MP_OBJ_NEW_SMALL_INT(0);
    }
}

} // extern "C"
