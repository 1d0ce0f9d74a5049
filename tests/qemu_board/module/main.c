// SPDX-License-Identifier: Apache-2.0
// What a board does after a reset, in the order of MicroPython's ports for microcontrollers; the port for QEMU knows no
// files. Its heap is as large as an ESP8266's. The linker puts these in front of the port's own.
#include "extmod/vfs.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stackctrl.h"
#include "shared/readline/readline.h"
#include "shared/runtime/gchelper.h"
#include "shared/runtime/pyexec.h"
#include "shared/runtime/softtimer.h"

enum { stack_size = 10240, heap_size = 38 * 1024 };
static uint32_t heap[heap_size / sizeof(uint32_t)];

static void run_files(void) {
    mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(qstr_from_str("/lib")));
    mp_vfs_mount_romfs_protected();
    pyexec_frozen_module("_boot.py", false);
    int ended = pyexec_file_if_exists("boot.py");
    if (pyexec_mode_kind == PYEXEC_MODE_FRIENDLY_REPL && ended != 0) pyexec_file_if_exists("main.py");
}

static void serve_prompt(void) {
    int ended = 0;
    while (ended == 0) ended = pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl() : pyexec_friendly_repl();
}

int __wrap_main(void) {
    mp_stack_ctrl_init();
    mp_stack_set_limit(stack_size);
    for (;;) {
        gc_init(heap, heap + MP_ARRAY_SIZE(heap));
        mp_init();
        readline_init0();
        run_files();
        serve_prompt();
        mp_hal_stdout_tx_str("MPY: soft reboot\r\n");
        soft_timer_deinit();
        gc_sweep_all();
        mp_deinit();
    }
}

void __wrap_gc_collect(void) {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    soft_timer_gc_mark_all();
    gc_collect_end();
}
