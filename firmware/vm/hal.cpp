// SPDX-License-Identifier: Apache-2.0
// What MicroPython expects of every port: console, time and garbage collection, by way of the session's inputs.

#include "base/expect.hpp"
#include "firmware/vm/app_catalogue.hpp"
#include "firmware/vm/core.hpp"
#include "firmware/vm/mp/micropython.hpp"

namespace {

using firmware::vm::core;

void delay_until(base::Micros deadline) {
    while (true) {
        mp_event_handle_nowait();
        if (core().inputs.now() >= deadline) return;
        core().wait_until(deadline);
    }
}

} // namespace

extern "C" {

int mp_hal_stdin_rx_chr() {
    std::uint8_t typed = 0;
    while (!core().inputs.bridge().console_in.pop(typed)) {
        mp_event_handle_nowait();
        const bool at_prompt = core().state == firmware::contract::VmState::repl;
        if (at_prompt && core().inputs.bridge().apps_wanted) firmware::vm::send_catalogue();
        core().wait_until(base::never);
    }
    return typed;
}

mp_uint_t mp_hal_stdout_tx_strn(const char* text, size_t size) {
    core().write_console({text, size});
    return size;
}

uintptr_t mp_hal_stdio_poll(uintptr_t wanted) {
    uintptr_t ready = wanted & MP_STREAM_POLL_WR;
    if ((wanted & MP_STREAM_POLL_RD) != 0 && !core().inputs.bridge().console_in.empty()) ready |= MP_STREAM_POLL_RD;
    return ready;
}

void mp_hal_set_interrupt_char(int character) {
    constexpr int ctrl_c = 3;
    core().interruptible = character == ctrl_c;
}

void mp_hal_delay_ms(mp_uint_t milliseconds) {
    delay_until(core().inputs.now() + base::from_ms(static_cast<std::int64_t>(milliseconds)));
}

void mp_hal_delay_us(mp_uint_t microseconds) {
    delay_until(core().inputs.now() + static_cast<base::Micros>(microseconds));
}

mp_uint_t mp_hal_ticks_ms() { return static_cast<mp_uint_t>(base::to_ms(core().inputs.now())); }
mp_uint_t mp_hal_ticks_us() { return static_cast<mp_uint_t>(core().inputs.now()); }
mp_uint_t mp_hal_ticks_cpu() { return mp_hal_ticks_us(); }

uint64_t mp_hal_time_ns() {
    const base::Micros since_1970 = core().inputs.now() + core().inputs.bridge().epoch_offset_us.load();
    return static_cast<uint64_t>(since_1970) * 1000U;
}

void gc_collect() {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}

void nlr_jump_fail(void*) {
    expect(!"a Python exception left the session");
    while (true) {
    }
}

} // extern "C"
