// SPDX-License-Identifier: Apache-2.0
// What our MicroPython can and can't do.
#pragma once

#include <alloca.h>
#include <stdbool.h>
#include <stdint.h>

typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;
#define MP_SSIZE_MAX INTPTR_MAX // SSIZE_MAX is POSIX's

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)
#define MICROPY_MPHALPORT_H "firmware/vm/mp/mphalport.h"

// The language and its limits.
#define MICROPY_ENABLE_COMPILER (1)
#define MICROPY_ENABLE_GC (1)
#define MICROPY_OPT_COMPUTED_GOTO (1)
#define MICROPY_STACK_CHECK (1)
#ifndef MICROPY_STACK_CHECK_MARGIN
#define MICROPY_STACK_CHECK_MARGIN (8192) // for C code between two checks, the parser's and littlefs' included
#endif
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_DOUBLE)
#define MICROPY_ERROR_REPORTING (MICROPY_ERROR_REPORTING_DETAILED)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)
#define MICROPY_PERSISTENT_CODE_LOAD (1)
#define MICROPY_PY___FILE__ (1)

// The ways in from outside: the hook, the waits and the scheduler (core.hpp).
#define MICROPY_ENABLE_SCHEDULER (1)
#define MICROPY_SCHEDULER_DEPTH (16)
#define MICROPY_KBD_EXCEPTION (1)
#define MICROPY_ENABLE_VM_ABORT (1)
extern int ouro_vm_countdown;
bool ouro_vm_hook(void);
/// Every thousandth branch. True asks for pending work even where the VM would not look, inside a scheduled callback.
#define MICROPY_VM_HOOK_LOOP                                                                                           \
    if (--ouro_vm_countdown <= 0 && ouro_vm_hook()) {                                                                  \
        MARK_EXC_IP_SELECTIVE();                                                                                       \
        mp_handle_pending(true);                                                                                       \
    }

// The console. The window of raw-paste mode is half of this and must fit into the bridge's console_in.
#define MICROPY_HELPER_REPL (1)
#define MICROPY_REPL_AUTO_INDENT (1)
#define MICROPY_REPL_STDIN_BUFFER_MAX (512)
#define MICROPY_HW_BOARD_NAME "Ouroboard"
#ifndef MICROPY_HW_MCU_NAME
#define MICROPY_HW_MCU_NAME "virtual chip"
#endif
#define MICROPY_PY_SYS_PLATFORM "ouroboard"
#define MICROPY_BANNER_NAME_AND_VERSION "MicroPython " MICROPY_GIT_TAG

// Files: LittleFS2 on the bridge's flash. No POSIX file system, which would take print() past the console.
#define MICROPY_VFS (1)
#define MICROPY_READER_VFS (1)
#define MICROPY_VFS_LFS2 (1)
#define MICROPY_VFS_FAT (1) // to read what the badge's first firmware wrote: sectors of 512 to 4,096 bytes, long names
#define MICROPY_FATFS_MAX_SS (4096)
#define MICROPY_FATFS_ENABLE_LFN (1)
#define MICROPY_FATFS_LFN_CODE_PAGE 437 // without brackets: it becomes part of a name
#define MICROPY_FATFS_RPATH (2)
#define MICROPY_FATFS_NORTC (1)
#define MICROPY_VFS_ROM (0)
// What goes wrong with files has names too: MicroPython's own list lacks ENOSPC and EROFS.
#define MICROPY_PY_ERRNO_LIST                                                                                          \
    X(EPERM)                                                                                                           \
    X(ENOENT)                                                                                                          \
    X(EIO)                                                                                                             \
    X(EBADF)                                                                                                           \
    X(EAGAIN)                                                                                                          \
    X(ENOMEM)                                                                                                          \
    X(EACCES)                                                                                                          \
    X(EEXIST)                                                                                                          \
    X(ENODEV)                                                                                                          \
    X(EISDIR)                                                                                                          \
    X(EINVAL)                                                                                                          \
    X(ENOSPC)                                                                                                          \
    X(EROFS)                                                                                                           \
    X(EOPNOTSUPP)                                                                                                      \
    X(EADDRINUSE)                                                                                                      \
    X(ECONNABORTED)                                                                                                    \
    X(ECONNRESET)                                                                                                      \
    X(ENOBUFS)                                                                                                         \
    X(ENOTCONN)                                                                                                        \
    X(ETIMEDOUT)                                                                                                       \
    X(ECONNREFUSED)                                                                                                    \
    X(EHOSTUNREACH)                                                                                                    \
    X(EALREADY)                                                                                                        \
    X(EINPROGRESS)

// Modules.
#define MICROPY_PY_OS_INCLUDEFILE "firmware/vm/mp/os_port.h"
#define MICROPY_PY_OS_UNAME (1)
#define MICROPY_PY_OS_URANDOM (1)
#define MICROPY_PY_OS_SYNC (1)
#define MICROPY_PY_TIME_INCLUDEFILE "firmware/vm/mp/time_port.h"
#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME (1)
#define MICROPY_PY_TIME_TIME_TIME_NS (1)
#define MICROPY_EPOCH_IS_1970 (1)
uint32_t ouro_vm_random(void);
uint32_t ouro_vm_seed(void);
#define MICROPY_PY_RANDOM_SEED_INIT_FUNC (ouro_vm_seed())
// Off: what reads or writes memory at any address would undo the isolation of the cores, and so would a second thread.
#define MICROPY_PY_MACHINE (0) // ours is modules/machine.c
#define MICROPY_PY_UCTYPES (0)
#define MICROPY_PY_FRAMEBUF (1) // with the checks of modules/framebuf.c
#define MICROPY_PY_NETWORK (0)
#define MICROPY_PY_THREAD (0)
#define MICROPY_PY_BLUETOOTH (0)

#define MP_STATE_PORT MP_STATE_VM
