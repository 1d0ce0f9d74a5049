// SPDX-License-Identifier: Apache-2.0
// Module `unix_board`: MicroPython's own prompt of a microcontroller, on the unix port's terminal.
#include "py/gc.h"
#include "py/runtime.h"

#include "extmod/modplatform.h"
#include "extmod/vfs.h"
#include "extmod/vfs_posix.h"
#include "py/mphal.h"
#include "shared/readline/readline.h"
#include "shared/runtime/pyexec.c"

#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

void __real_mp_hal_set_interrupt_char(char c);

// The prompt, and a program by micropython.kbd_intr, say when Ctrl-C is to interrupt and when it is a byte like others;
// on a terminal that is ISIG. The linker puts this in front of the port's own.
void __wrap_mp_hal_set_interrupt_char(char c) {
    struct termios settings;
    if (tcgetattr(STDIN_FILENO, &settings) == 0) {
        settings.c_lflag = c == CHAR_CTRL_C ? settings.c_lflag | ISIG : settings.c_lflag & ~(tcflag_t)ISIG;
        tcsetattr(STDIN_FILENO, TCSANOW, &settings);
    }
    __real_mp_hal_set_interrupt_char(c);
}

// A microcontroller's sys.path leads to the ROMFS that mp_init() has mounted; the unix port makes a list of its own.
static void look_into_rom(void) {
    const char* below;
    mp_vfs_mount_t* mount = mp_vfs_lookup_path("/rom", &below);
    if (mount == MP_VFS_NONE || mount == MP_VFS_ROOT || mount->len == 1) return;
    mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__slash_rom));
    mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__slash_rom_slash_lib));
}

// Where modules are: "" and what MICROPYPATH names, or what is frozen.
static void begin_path(void) {
    mp_sys_path = mp_obj_new_list(0, NULL);
    mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR_));
    const char* path = getenv("MICROPYPATH");
    if (path == NULL) path = ".frozen";
    if (*path == ':') ++path; // the first one is empty, and there already
    while (*path != '\0') {
        size_t size = strcspn(path, ":");
        mp_obj_list_append(mp_sys_path, mp_obj_new_str_via_qstr(path, size));
        path += size + (path[size] == ':');
    }
}

// The file system and sys, as the port's main() makes them.
static void begin_port(void) {
    mp_obj_t mount[2] = {
        MP_OBJ_TYPE_GET_SLOT(&mp_type_vfs_posix, make_new)(&mp_type_vfs_posix, 0, 0, NULL),
        MP_OBJ_NEW_QSTR(MP_QSTR__slash_),
    };
    mp_vfs_mount(2, mount, (mp_map_t*)&mp_const_empty_map);
    MP_STATE_VM(vfs_cur) = MP_STATE_VM(vfs_mount_table);
    while (MP_STATE_VM(vfs_cur)->next != NULL) MP_STATE_VM(vfs_cur) = MP_STATE_VM(vfs_cur)->next;
    begin_path();
    mp_obj_list_init(MP_OBJ_TO_PTR(mp_sys_argv), 0);
    look_into_rom();
}

// A Python with an empty heap, as a microcontroller's soft reset makes one. Whoever called serve() is lost with the
// heap: it never returns.
static void begin_anew(void) {
    gc_sweep_all();
    mp_deinit();
    mp_init();
    begin_port();
    readline_init0();
}

// Variables and modules alone, where the prompt's own line lives on the heap (os.dupterm).
static void forget_everything(void) {
    mp_obj_dict_init(&MP_STATE_VM(mp_loaded_modules_dict), MICROPY_LOADED_MODULES_DICT_SIZE);
    mp_obj_dict_init(&MP_STATE_VM(dict_main), 1);
    mp_obj_dict_store(MP_OBJ_FROM_PTR(&MP_STATE_VM(dict_main)), MP_OBJ_NEW_QSTR(MP_QSTR___name__),
                      MP_OBJ_NEW_QSTR(MP_QSTR___main__));
    mp_globals_set(&MP_STATE_VM(dict_main));
    mp_locals_set(&MP_STATE_VM(dict_main));
}

static void run_files(void) {
    pyexec_file_if_exists("boot.py");
    if (pyexec_mode_kind == PYEXEC_MODE_FRIENDLY_REPL) pyexec_file_if_exists("main.py");
    mp_hal_set_interrupt_char(-1);
}

static mp_obj_t prompt(void) {
    mp_hal_set_interrupt_char(-1);
    for (;;) {
        int ended = pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl() : pyexec_friendly_repl();
        if (ended == 0) continue;
        mp_hal_stdout_tx_str("MPY: soft reboot\r\n");
        if (MP_STATE_VM(dupterm_objs[0]) == MP_OBJ_NULL) {
            begin_anew();
        } else {
            forget_everything();
        }
        run_files();
    }
    return mp_const_none;
}

// serve(): the prompt, friendly or raw, until the terminal hangs up. A soft reset says so, and runs boot.py and, if it
// came from the friendly prompt, main.py.
static mp_obj_t unix_board_serve(void) {
    look_into_rom();
    return prompt();
}
static MP_DEFINE_CONST_FUN_OBJ_0(serve_obj, unix_board_serve);

// start(): as after a hard reset, boot.py and main.py first.
static mp_obj_t unix_board_start(void) {
    look_into_rom();
    run_files();
    return prompt();
}
static MP_DEFINE_CONST_FUN_OBJ_0(start_obj, unix_board_start);

static const mp_rom_map_elem_t unix_board_globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_unix_board)},
    {MP_ROM_QSTR(MP_QSTR_serve), MP_ROM_PTR(&serve_obj)},
    {MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&start_obj)},
};
static MP_DEFINE_CONST_DICT(unix_board_globals, unix_board_globals_table);

const mp_obj_module_t unix_board_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t*)&unix_board_globals,
};
MP_REGISTER_MODULE(MP_QSTR_unix_board, unix_board_module);
