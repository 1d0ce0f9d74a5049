// SPDX-License-Identifier: Apache-2.0
// What the tables of `machine` (C) and their bodies (C++) know of each other.
#pragma once

#include "py/runtime.h"

#define OURO_PIN_COUNT 64
#define OURO_PIN_IN 0
#define OURO_PIN_OUT 1
#define OURO_PIN_OPEN_DRAIN 2
#define OURO_PIN_PULL_UP 1
#define OURO_PIN_PULL_DOWN 2
#define OURO_PIN_IRQ_RISING 1
#define OURO_PIN_IRQ_FALLING 2

#ifdef __cplusplus
extern "C" {
#endif

extern const mp_obj_type_t ouro_pin_type;
extern const mp_obj_base_t ouro_pins[OURO_PIN_COUNT];
extern const mp_obj_base_t ouro_irqs[OURO_PIN_COUNT];
extern const mp_obj_base_t ouro_rtc_obj;
extern const mp_obj_fun_builtin_fixed_t ouro_pin_dispatch_obj;

mp_obj_t ouro_pin_make_new(const mp_obj_type_t* type, size_t count, size_t keywords, const mp_obj_t* args);
void ouro_pin_print(const mp_print_t* print, mp_obj_t self, mp_print_kind_t kind);
mp_obj_t ouro_pin_call(mp_obj_t self, size_t count, size_t keywords, const mp_obj_t* args);
mp_obj_t ouro_pin_init(size_t count, const mp_obj_t* args, mp_map_t* keywords);
mp_obj_t ouro_pin_value(size_t count, const mp_obj_t* args);
mp_obj_t ouro_pin_on(mp_obj_t self);
mp_obj_t ouro_pin_off(mp_obj_t self);
mp_obj_t ouro_pin_toggle(mp_obj_t self);
mp_obj_t ouro_pin_irq(size_t count, const mp_obj_t* args, mp_map_t* keywords);
mp_obj_t ouro_pin_dispatch(mp_obj_t edge);
/// The number of a Pin, or of an int that names one; raises TypeError, ValueError.
uint8_t ouro_pin_number(mp_obj_t pin);

mp_obj_t ouro_irq_flags(mp_obj_t self);
mp_obj_t ouro_irq_trigger(mp_obj_t self);

mp_obj_t ouro_rtc_make_new(const mp_obj_type_t* type, size_t count, size_t keywords, const mp_obj_t* args);
mp_obj_t ouro_rtc_datetime(size_t count, const mp_obj_t* args);

mp_obj_t ouro_machine_unique_id(void);
mp_obj_t ouro_machine_reset(void);
mp_obj_t ouro_machine_soft_reset(void);

#ifdef __cplusplus
}
#endif
