// SPDX-License-Identifier: Apache-2.0
// Refuses to write to a file opened for reading, and the other way round: littlefs only asserts that, and MicroPython's
// file objects rely on it. They call these two in its place (CMakeLists.txt).
#include "lib/littlefs/lfs2.h"

lfs2_ssize_t ouro_lfs2_file_read(lfs2_t* lfs, lfs2_file_t* file, void* into, lfs2_size_t size) {
    return (file->flags & LFS2_O_RDONLY) != 0 ? lfs2_file_read(lfs, file, into, size) : LFS2_ERR_BADF;
}

lfs2_ssize_t ouro_lfs2_file_write(lfs2_t* lfs, lfs2_file_t* file, const void* bytes, lfs2_size_t size) {
    return (file->flags & LFS2_O_WRONLY) != 0 ? lfs2_file_write(lfs, file, bytes, size) : LFS2_ERR_BADF;
}
