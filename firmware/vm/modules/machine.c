// SPDX-License-Identifier: Apache-2.0
// The tables of the `machine` module; its bodies are in machine.cpp.

#include "firmware/vm/modules/machine_tables.h"

MP_REGISTER_ROOT_POINTER(mp_obj_t ouro_pin_handlers[OURO_PIN_COUNT]);

// --- Pin ----------------------------------------------------------------------------------------------------------

static MP_DEFINE_CONST_FUN_OBJ_KW(pin_init_obj, 1, ouro_pin_init);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pin_value_obj, 1, 2, ouro_pin_value);
static MP_DEFINE_CONST_FUN_OBJ_1(pin_on_obj, ouro_pin_on);
static MP_DEFINE_CONST_FUN_OBJ_1(pin_off_obj, ouro_pin_off);
static MP_DEFINE_CONST_FUN_OBJ_1(pin_toggle_obj, ouro_pin_toggle);
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_irq_obj, 1, ouro_pin_irq);
MP_DEFINE_CONST_FUN_OBJ_1(ouro_pin_dispatch_obj, ouro_pin_dispatch);

static const mp_rom_map_elem_t pin_table[] = {
    {MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&pin_init_obj)},
    {MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&pin_value_obj)},
    {MP_ROM_QSTR(MP_QSTR_on), MP_ROM_PTR(&pin_on_obj)},
    {MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&pin_off_obj)},
    {MP_ROM_QSTR(MP_QSTR_high), MP_ROM_PTR(&pin_on_obj)},
    {MP_ROM_QSTR(MP_QSTR_low), MP_ROM_PTR(&pin_off_obj)},
    {MP_ROM_QSTR(MP_QSTR_toggle), MP_ROM_PTR(&pin_toggle_obj)},
    {MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&pin_irq_obj)},
    {MP_ROM_QSTR(MP_QSTR_IN), MP_ROM_INT(OURO_PIN_IN)},
    {MP_ROM_QSTR(MP_QSTR_OUT), MP_ROM_INT(OURO_PIN_OUT)},
    {MP_ROM_QSTR(MP_QSTR_OPEN_DRAIN), MP_ROM_INT(OURO_PIN_OPEN_DRAIN)},
    {MP_ROM_QSTR(MP_QSTR_PULL_UP), MP_ROM_INT(OURO_PIN_PULL_UP)},
    {MP_ROM_QSTR(MP_QSTR_PULL_DOWN), MP_ROM_INT(OURO_PIN_PULL_DOWN)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_RISING), MP_ROM_INT(OURO_PIN_IRQ_RISING)},
    {MP_ROM_QSTR(MP_QSTR_IRQ_FALLING), MP_ROM_INT(OURO_PIN_IRQ_FALLING)},
};
static MP_DEFINE_CONST_DICT(pin_dict, pin_table);

MP_DEFINE_CONST_OBJ_TYPE(
    ouro_pin_type, MP_QSTR_Pin, MP_TYPE_FLAG_NONE, make_new, ouro_pin_make_new, print, ouro_pin_print, call,
    ouro_pin_call, locals_dict, &pin_dict);

// A pin is its place in this table: nothing on the heap, and the same object each time.
const mp_obj_base_t ouro_pins[OURO_PIN_COUNT] = {[0 ... OURO_PIN_COUNT - 1] = {&ouro_pin_type}};

// --- what Pin.irq() returns -----------------------------------------------------------------------------------------

static MP_DEFINE_CONST_FUN_OBJ_1(irq_flags_obj, ouro_irq_flags);
static MP_DEFINE_CONST_FUN_OBJ_1(irq_trigger_obj, ouro_irq_trigger);

static const mp_rom_map_elem_t irq_table[] = {
    {MP_ROM_QSTR(MP_QSTR_flags), MP_ROM_PTR(&irq_flags_obj)},
    {MP_ROM_QSTR(MP_QSTR_trigger), MP_ROM_PTR(&irq_trigger_obj)},
};
static MP_DEFINE_CONST_DICT(irq_dict, irq_table);

static MP_DEFINE_CONST_OBJ_TYPE(ouro_irq_type, MP_QSTR_irq, MP_TYPE_FLAG_NONE, locals_dict, &irq_dict);

const mp_obj_base_t ouro_irqs[OURO_PIN_COUNT] = {[0 ... OURO_PIN_COUNT - 1] = {&ouro_irq_type}};

// --- RTC ------------------------------------------------------------------------------------------------------------

static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(rtc_datetime_obj, 1, 2, ouro_rtc_datetime);

static const mp_rom_map_elem_t rtc_table[] = {
    {MP_ROM_QSTR(MP_QSTR_datetime), MP_ROM_PTR(&rtc_datetime_obj)},
};
static MP_DEFINE_CONST_DICT(rtc_dict, rtc_table);

MP_DEFINE_CONST_OBJ_TYPE(
    ouro_rtc_type, MP_QSTR_RTC, MP_TYPE_FLAG_NONE, make_new, ouro_rtc_make_new, locals_dict, &rtc_dict);

const mp_obj_base_t ouro_rtc_obj = {&ouro_rtc_type};

// --- the module ---------------------------------------------------------------------------------------------------

static MP_DEFINE_CONST_FUN_OBJ_0(machine_unique_id_obj, ouro_machine_unique_id);
static MP_DEFINE_CONST_FUN_OBJ_0(machine_reset_obj, ouro_machine_reset);
static MP_DEFINE_CONST_FUN_OBJ_0(machine_soft_reset_obj, ouro_machine_soft_reset);

static const mp_rom_map_elem_t machine_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_machine)},
    {MP_ROM_QSTR(MP_QSTR_Pin), MP_ROM_PTR(&ouro_pin_type)},
    {MP_ROM_QSTR(MP_QSTR_RTC), MP_ROM_PTR(&ouro_rtc_type)},
    {MP_ROM_QSTR(MP_QSTR_unique_id), MP_ROM_PTR(&machine_unique_id_obj)},
    {MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&machine_reset_obj)},
    {MP_ROM_QSTR(MP_QSTR_soft_reset), MP_ROM_PTR(&machine_soft_reset_obj)},
};
static MP_DEFINE_CONST_DICT(machine_dict, machine_table);

const mp_obj_module_t ouro_machine_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&machine_dict,
};
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_machine, ouro_machine_module);
