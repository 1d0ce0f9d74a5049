// SPDX-License-Identifier: Apache-2.0
// The bodies of `_badge` for the buttons: what is held, and what happened.
#include "firmware/vm/modules/badge.hpp"

#include "base/ring.hpp"
#include "firmware/vm/core.hpp"
#include "firmware/vm/modules/badge_arguments.hpp"
#include "firmware/vm/mp/micropython.hpp"

#include <bit>

extern "C" {
#include "firmware/vm/modules/badge_tables.h"
#include "py/smallint.h"
}

namespace firmware::vm {
namespace {

using bridge::ButtonEvent;
using contract::ButtonMask;

/// What a handler has heard of and nobody has asked for yet; when it is full the oldest goes.
base::Ring<ButtonEvent, 20> heard;

/// Held since before this VM's life, and not released since.
ButtonMask held_over = 0;

void keep(const ButtonEvent& event) {
    ButtonEvent oldest;
    if (heard.size() == heard.capacity()) static_cast<void>(heard.pop(oldest));
    static_cast<void>(heard.push(event));
}

bool take(ButtonEvent& event) { return heard.pop(event) || core().inputs.bridge().button_events.pop(event); }

/// An event as one small number: the button's place in the mask, and whether it went down.
mp_int_t code_of(const ButtonEvent& event) { return std::countr_zero(event.button) * 2 + (event.pressed ? 1 : 0); }

void call_handler(mp_int_t code) {
    const mp_obj_t button = MP_OBJ_NEW_SMALL_INT(mp_int_t{1} << (code / 2));
    mp_call_function_2(MP_STATE_PORT(ouro_badge_handler), button, mp_obj_new_bool((code & 1) != 0));
}

} // namespace

bool service_buttons() noexcept {
    auto& bridge = core().inputs.bridge();
    held_over &= bridge.buttons_down;
    if (MP_STATE_PORT(ouro_badge_handler) == MP_OBJ_NULL) return false;
    bool any = false;
    ButtonEvent event;
    while (mp_sched_num_pending() < MICROPY_SCHEDULER_DEPTH && bridge.button_events.pop(event)) {
        keep(event);
        mp_sched_schedule(MP_OBJ_FROM_PTR(&ouro_badge_dispatch_obj), MP_OBJ_NEW_SMALL_INT(code_of(event)));
        any = true;
    }
    return any;
}

void forget_buttons() noexcept {
    auto& bridge = core().inputs.bridge();
    MP_STATE_PORT(ouro_badge_handler) = MP_OBJ_NULL;
    ButtonEvent before;
    while (heard.pop(before) || bridge.button_events.pop(before)) {
    }
    held_over = bridge.buttons_down;
}

} // namespace firmware::vm

extern "C" {

using namespace firmware::vm;

/// is_pressed(mask) -> whether any button of the mask is held
mp_obj_t ouro_badge_is_pressed(mp_obj_t mask_in) {
    const mp_int_t mask = int_within(mask_in, 1, firmware::contract::button::all, "a mask of buttons");
    const mp_int_t down = core().inputs.bridge().buttons_down;
    held_over = static_cast<ButtonMask>(held_over & down);
    return mp_obj_new_bool((down & ~held_over & mask) != 0);
}

/// event() -> (button, pressed, ticks_ms) of the oldest that nobody has asked for, or None
mp_obj_t ouro_badge_event() {
    ButtonEvent event;
    if (!take(event)) return mp_const_none;
    const mp_int_t ticks = base::to_ms(event.at) & (MICROPY_PY_TIME_TICKS_PERIOD - 1);
    const mp_obj_t items[] = {
        MP_OBJ_NEW_SMALL_INT(event.button),
        mp_obj_new_bool(event.pressed),
        MP_OBJ_NEW_SMALL_INT(ticks),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}

/// pause(timeout_ms): until there may be an event; below 0 for as long as it takes
mp_obj_t ouro_badge_pause(mp_obj_t timeout_ms) {
    const mp_int_t timeout = mp_obj_get_int(timeout_ms);
    mp_event_handle_nowait();
    if (!heard.empty() || !core().inputs.bridge().button_events.empty()) return mp_const_none;
    core().wait_until(timeout < 0 ? base::never : core().inputs.now() + base::from_ms(timeout));
    mp_event_handle_nowait();
    return mp_const_none;
}

/// on_event(handler): called with (button, pressed), by the scheduler, for each event from now on
mp_obj_t ouro_badge_on_event(mp_obj_t handler) {
    MP_STATE_PORT(ouro_badge_handler) = handler;
    service_buttons();
    return mp_const_none;
}

/// What the scheduler calls. The scheduler would only print an exception; one that is to end the program does.
mp_obj_t ouro_badge_dispatch(mp_obj_t code) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        call_handler(MP_OBJ_SMALL_INT_VALUE(code));
        nlr_pop();
    } else {
        mp_sched_exception(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    return mp_const_none;
}

mp_uint_t ouro_badge_events_ioctl(mp_obj_t, mp_uint_t request, uintptr_t argument, int* error) {
    if (request != MP_STREAM_POLL) {
        *error = MP_EINVAL;
        return MP_STREAM_ERROR;
    }
    const bool ready = !heard.empty() || !core().inputs.bridge().button_events.empty();
    return ready ? argument & MP_STREAM_POLL_RD : 0;
}

} // extern "C"
