// SPDX-License-Identifier: Apache-2.0
// machine.Pin: 0 and 1 are the board's LEDs, which the emulator shows to whoever asks it; the others only remember.
#include "board.h"

#include "py/mphal.h"
#include "py/runtime.h"

enum { pins = 16, leds = 2, mode_in = 0, mode_out = 1, pull_up = 1, pull_down = 2 };

typedef struct {
    mp_obj_base_t base;
    uint8_t number;
} pin_t;

#define PIN(n) {{&board_pin_type}, n}
static const pin_t all[pins] = {PIN(0), PIN(1), PIN(2),  PIN(3),  PIN(4),  PIN(5),  PIN(6),  PIN(7),
                                PIN(8), PIN(9), PIN(10), PIN(11), PIN(12), PIN(13), PIN(14), PIN(15)};
static uint32_t levels;

static void set(const pin_t* pin, bool level) {
    levels = (levels & ~(1u << pin->number)) | (uint32_t)level << pin->number;
    BOARD_REG(BOARD_LEDS) = levels & ((1u << leds) - 1);
}

static void pin_print(const mp_print_t* print, mp_obj_t self, mp_print_kind_t kind) {
    mp_printf(print, "Pin(%u)", ((pin_t*)MP_OBJ_TO_PTR(self))->number);
}

static mp_obj_t pin_init(size_t n_args, const mp_obj_t* args, mp_map_t* named) {
    enum { arg_mode, arg_pull, arg_value };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_mode, MP_ARG_INT, {.u_int = -1}},
        {MP_QSTR_pull, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_value, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    const pin_t* self = MP_OBJ_TO_PTR(args[0]);
    mp_arg_val_t given[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, named, MP_ARRAY_SIZE(allowed), allowed, given);
    if (given[arg_value].u_obj != mp_const_none) {
        set(self, mp_obj_is_true(given[arg_value].u_obj));
    } else if (given[arg_mode].u_int == mode_in) {
        set(self, given[arg_pull].u_obj == MP_OBJ_NEW_SMALL_INT(pull_up));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_init_obj, 1, pin_init);

static mp_obj_t pin_make_new(const mp_obj_type_t* type, size_t n_args, size_t n_named, const mp_obj_t* args) {
    mp_arg_check_num(n_args, n_named, 1, MP_OBJ_FUN_ARGS_MAX, true);
    if (mp_obj_is_type(args[0], &board_pin_type) && n_args == 1 && n_named == 0) return args[0];
    mp_int_t number = mp_obj_is_type(args[0], &board_pin_type) ? ((pin_t*)MP_OBJ_TO_PTR(args[0]))->number
                                                               : mp_obj_get_int(args[0]);
    if (number < 0 || number >= pins) mp_raise_ValueError(MP_ERROR_TEXT("there are pins 0 to 15"));
    mp_map_t named;
    mp_map_init_fixed_table(&named, n_named, args + n_args);
    mp_obj_t positional[4] = {MP_OBJ_FROM_PTR(&all[number])};
    mp_arg_check_num(n_args, 0, 1, 3, false);
    for (size_t i = 1; i < n_args; ++i) positional[i] = args[i];
    pin_init(n_args, positional, &named);
    return positional[0];
}

static mp_obj_t pin_call(mp_obj_t self_in, size_t n_args, size_t n_named, const mp_obj_t* args) {
    const pin_t* self = MP_OBJ_TO_PTR(self_in);
    mp_arg_check_num(n_args, n_named, 0, 1, false);
    if (n_args == 0) return MP_OBJ_NEW_SMALL_INT(levels >> self->number & 1);
    set(self, mp_obj_is_true(args[0]));
    return mp_const_none;
}

static mp_obj_t pin_value(size_t n_args, const mp_obj_t* args) { return pin_call(args[0], n_args - 1, 0, args + 1); }
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pin_value_obj, 1, 2, pin_value);

static mp_obj_t pin_on(mp_obj_t self) {
    set(MP_OBJ_TO_PTR(self), true);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_on_obj, pin_on);

static mp_obj_t pin_off(mp_obj_t self) {
    set(MP_OBJ_TO_PTR(self), false);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_off_obj, pin_off);

static const mp_rom_map_elem_t pin_names_table[] = {
    {MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&pin_init_obj)},
    {MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&pin_value_obj)},
    {MP_ROM_QSTR(MP_QSTR_on), MP_ROM_PTR(&pin_on_obj)},
    {MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&pin_off_obj)},
    {MP_ROM_QSTR(MP_QSTR_IN), MP_ROM_INT(mode_in)},
    {MP_ROM_QSTR(MP_QSTR_OUT), MP_ROM_INT(mode_out)},
    {MP_ROM_QSTR(MP_QSTR_PULL_UP), MP_ROM_INT(pull_up)},
    {MP_ROM_QSTR(MP_QSTR_PULL_DOWN), MP_ROM_INT(pull_down)},
};
static MP_DEFINE_CONST_DICT(pin_names, pin_names_table);

MP_DEFINE_CONST_OBJ_TYPE(board_pin_type, MP_QSTR_Pin, MP_TYPE_FLAG_NONE, make_new, pin_make_new, print, pin_print, call,
                         pin_call, locals_dict, &pin_names);
