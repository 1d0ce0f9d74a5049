// SPDX-License-Identifier: Apache-2.0
// The bodies of the `machine` module: they speak to the bridge and never to hardware.
#include "firmware/vm/modules/machine.hpp"

#include "firmware/vm/core.hpp"
#include "firmware/vm/mp/micropython.hpp"

#include <array>

extern "C" {
#include "firmware/vm/modules/machine_tables.h"
#include "shared/timeutils/timeutils.h"
}

static_assert(OURO_PIN_COUNT == firmware::contract::pin_count);

namespace firmware::vm {
namespace {

struct PinIrq {
    std::uint8_t trigger = 0;
    std::uint8_t flags = 0; ///< of the edge that is being handled
};

std::array<PinIrq, OURO_PIN_COUNT> irqs;
std::string_view unique_id;

contract::Pin number_of(mp_obj_t self) {
    return static_cast<contract::Pin>(static_cast<const mp_obj_base_t*>(MP_OBJ_TO_PTR(self)) - ouro_pins);
}

mp_obj_t pin_at(contract::Pin pin) { return MP_OBJ_FROM_PTR(&ouro_pins[pin]); }

void send_or_raise(const bridge::PinCommand& command) {
    if (!core().send(command)) mp_raise_OSError(MP_ETIMEDOUT);
}

void write_pin(contract::Pin pin, bool level) {
    bridge::PinCommand command;
    command.op = bridge::PinCommand::Op::write;
    command.pin = pin;
    command.level = level;
    send_or_raise(command);
}

contract::PinMode mode_of(mp_int_t mode) {
    switch (mode) {
    case OURO_PIN_IN: return contract::PinMode::input;
    case OURO_PIN_OUT: return contract::PinMode::output;
    case OURO_PIN_OPEN_DRAIN: return contract::PinMode::open_drain;
    default: mp_raise_ValueError(MP_ERROR_TEXT("a pin's mode is Pin.IN, Pin.OUT or Pin.OPEN_DRAIN"));
    }
}

contract::Pull pull_of(mp_obj_t pull) {
    if (pull == mp_const_none) return contract::Pull::none;
    switch (mp_obj_get_int(pull)) {
    case OURO_PIN_PULL_UP: return contract::Pull::up;
    case OURO_PIN_PULL_DOWN: return contract::Pull::down;
    default: mp_raise_ValueError(MP_ERROR_TEXT("a pin's pull is None, Pin.PULL_UP or Pin.PULL_DOWN"));
    }
}

void configure_pin(contract::Pin pin, size_t count, const mp_obj_t* args, mp_map_t* keywords) {
    enum { arg_mode, arg_pull, arg_value };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_mode, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_pull, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_value, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count, args, keywords, MP_ARRAY_SIZE(allowed), allowed, values);
    const mp_obj_t value = values[arg_value].u_obj;
    if (values[arg_mode].u_obj == mp_const_none) {
        if (value != mp_const_none) write_pin(pin, mp_obj_is_true(value));
        return;
    }
    bridge::PinCommand command;
    command.op = bridge::PinCommand::Op::configure;
    command.pin = pin;
    command.mode = mode_of(mp_obj_get_int(values[arg_mode].u_obj));
    command.pull = pull_of(values[arg_pull].u_obj);
    // Without a value an output keeps the level that is there.
    command.level = value == mp_const_none ? core().read_pin(pin) : mp_obj_is_true(value);
    send_or_raise(command);
}

} // namespace

void schedule_pin_edge(const bridge::PinEdge& edge) noexcept {
    const mp_int_t code = edge.pin * 2 + (edge.level ? 1 : 0);
    mp_sched_schedule(MP_OBJ_FROM_PTR(&ouro_pin_dispatch_obj), MP_OBJ_NEW_SMALL_INT(code));
}

void forget_pins() noexcept {
    irqs = {};
    for (mp_obj_t& handler : MP_STATE_PORT(ouro_pin_handlers)) handler = MP_OBJ_NULL;
}

void set_unique_id(std::string_view uid) noexcept { unique_id = uid; }

} // namespace firmware::vm

extern "C" {

using namespace firmware::vm;

uint8_t ouro_pin_number(mp_obj_t pin) {
    if (mp_obj_is_type(pin, &ouro_pin_type)) return number_of(pin);
    const mp_int_t number = mp_obj_get_int(pin);
    if (number < 0 || number >= OURO_PIN_COUNT) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("there is no pin %d; pins are 0 to %d"),
                          static_cast<int>(number), OURO_PIN_COUNT - 1);
    }
    return static_cast<uint8_t>(number);
}

mp_obj_t ouro_pin_make_new(const mp_obj_type_t*, size_t count, size_t keywords, const mp_obj_t* args) {
    mp_arg_check_num(count, keywords, 1, MP_OBJ_FUN_ARGS_MAX, true);
    const uint8_t pin = ouro_pin_number(args[0]);
    mp_map_t map;
    mp_map_init_fixed_table(&map, keywords, args + count);
    configure_pin(pin, count - 1, args + 1, &map);
    return pin_at(pin);
}

void ouro_pin_print(const mp_print_t* print, mp_obj_t self, mp_print_kind_t) {
    mp_printf(print, "Pin(%d)", static_cast<int>(number_of(self)));
}

mp_obj_t ouro_pin_init(size_t count, const mp_obj_t* args, mp_map_t* keywords) {
    configure_pin(number_of(args[0]), count - 1, args + 1, keywords);
    return mp_const_none;
}

mp_obj_t ouro_pin_value(size_t count, const mp_obj_t* args) {
    if (count == 1) return MP_OBJ_NEW_SMALL_INT(core().read_pin(number_of(args[0])) ? 1 : 0);
    write_pin(number_of(args[0]), mp_obj_is_true(args[1]));
    return mp_const_none;
}

mp_obj_t ouro_pin_call(mp_obj_t self, size_t count, size_t keywords, const mp_obj_t* args) {
    mp_arg_check_num(count, keywords, 0, 1, false);
    const mp_obj_t all[] = {self, count == 1 ? args[0] : mp_const_none};
    return ouro_pin_value(count + 1, all);
}

mp_obj_t ouro_pin_on(mp_obj_t self) {
    write_pin(number_of(self), true);
    return mp_const_none;
}

mp_obj_t ouro_pin_off(mp_obj_t self) {
    write_pin(number_of(self), false);
    return mp_const_none;
}

mp_obj_t ouro_pin_toggle(mp_obj_t self) {
    const uint8_t pin = number_of(self);
    write_pin(pin, !core().read_pin(pin));
    return mp_const_none;
}

mp_obj_t ouro_pin_irq(size_t count, const mp_obj_t* args, mp_map_t* keywords) {
    enum { arg_handler, arg_trigger, arg_hard };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_trigger, MP_ARG_INT, {.u_int = OURO_PIN_IRQ_RISING | OURO_PIN_IRQ_FALLING}},
        {MP_QSTR_hard,
         MP_ARG_BOOL,
         {.u_bool = false}}, // taken for other ports' sake: a handler always runs on the VM core
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count - 1, args + 1, keywords, MP_ARRAY_SIZE(allowed), allowed, values);
    const uint8_t pin = number_of(args[0]);
    if (count > 1 || keywords->used > 0) {
        const bool off = values[arg_handler].u_obj == mp_const_none;
        const auto trigger = static_cast<std::uint8_t>(off ? 0 : values[arg_trigger].u_int);
        MP_STATE_PORT(ouro_pin_handlers)[pin] = off ? MP_OBJ_NULL : values[arg_handler].u_obj;
        irqs[pin].trigger = trigger;
        firmware::bridge::PinCommand command;
        command.op = firmware::bridge::PinCommand::Op::watch;
        command.pin = pin;
        command.rising = (trigger & OURO_PIN_IRQ_RISING) != 0;
        command.falling = (trigger & OURO_PIN_IRQ_FALLING) != 0;
        send_or_raise(command);
    }
    return MP_OBJ_FROM_PTR(&ouro_irqs[pin]);
}

mp_obj_t ouro_pin_dispatch(mp_obj_t edge) {
    const mp_int_t code = MP_OBJ_SMALL_INT_VALUE(edge);
    const auto pin = static_cast<uint8_t>(code / 2);
    const std::uint8_t flag = (code & 1) != 0 ? OURO_PIN_IRQ_RISING : OURO_PIN_IRQ_FALLING;
    const mp_obj_t handler = MP_STATE_PORT(ouro_pin_handlers)[pin];
    // An edge from before the last change of the handler.
    if (handler == MP_OBJ_NULL || (irqs[pin].trigger & flag) == 0) return mp_const_none;
    irqs[pin].flags = flag;
    return mp_call_function_1(handler, pin_at(pin));
}

static const mp_obj_base_t* irq_of(mp_obj_t self) { return static_cast<const mp_obj_base_t*>(MP_OBJ_TO_PTR(self)); }

mp_obj_t ouro_irq_flags(mp_obj_t self) { return MP_OBJ_NEW_SMALL_INT(irqs[irq_of(self) - ouro_irqs].flags); }
mp_obj_t ouro_irq_trigger(mp_obj_t self) { return MP_OBJ_NEW_SMALL_INT(irqs[irq_of(self) - ouro_irqs].trigger); }

mp_obj_t ouro_rtc_make_new(const mp_obj_type_t*, size_t count, size_t keywords, const mp_obj_t*) {
    mp_arg_check_num(count, keywords, 0, 1, false);
    return MP_OBJ_FROM_PTR(&ouro_rtc_obj);
}

mp_obj_t ouro_rtc_datetime(size_t count, const mp_obj_t* args) {
    auto& inputs = core().inputs;
    if (count == 2) {
        mp_obj_t* items = nullptr;
        mp_obj_get_array_fixed_n(args[1], 8, &items);
        // Dates before 2000 wrap around in a machine word; beyond it there would be a carry.
        const auto seconds = static_cast<mp_uint_t>(timeutils_seconds_since_epoch(
            mp_obj_get_int(items[0]), mp_obj_get_int(items[1]), mp_obj_get_int(items[2]), mp_obj_get_int(items[4]),
            mp_obj_get_int(items[5]), mp_obj_get_int(items[6])));
        inputs.bridge().epoch_offset_us.store_from_vm(
            base::from_ms(std::int64_t{1000} * static_cast<std::int64_t>(seconds)) - inputs.now());
        return mp_const_none;
    }
    const auto now_ns = mp_hal_time_ns();
    timeutils_struct_time_t tm;
    timeutils_seconds_since_epoch_to_struct_time(now_ns / 1'000'000'000U, &tm);
    const mp_obj_t items[] = {
        MP_OBJ_NEW_SMALL_INT(tm.tm_year), MP_OBJ_NEW_SMALL_INT(tm.tm_mon),
        MP_OBJ_NEW_SMALL_INT(tm.tm_mday), MP_OBJ_NEW_SMALL_INT(tm.tm_wday),
        MP_OBJ_NEW_SMALL_INT(tm.tm_hour), MP_OBJ_NEW_SMALL_INT(tm.tm_min),
        MP_OBJ_NEW_SMALL_INT(tm.tm_sec),  MP_OBJ_NEW_SMALL_INT(now_ns / 1000U % 1'000'000U),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}

mp_obj_t ouro_machine_unique_id() {
    return mp_obj_new_bytes(reinterpret_cast<const byte*>(unique_id.data()), unique_id.size());
}

/// There is no hardware to reset from here: the VM starts afresh at once, whoever would catch an exception.
mp_obj_t ouro_machine_reset() {
    core().call(attention_abort);
    mp_event_handle_nowait();
    return mp_const_none;
}

mp_obj_t ouro_machine_soft_reset() {
    core().soft_reset_wanted = true;
    mp_raise_type(&mp_type_SystemExit);
}

} // extern "C"
