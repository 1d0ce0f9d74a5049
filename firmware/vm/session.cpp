// SPDX-License-Identifier: Apache-2.0
#include "firmware/vm/session.hpp"

#include "firmware/vm/app.hpp"
#include "firmware/vm/app_catalogue.hpp"
#include "firmware/vm/app_manifest.hpp"
#include "firmware/vm/file_system.hpp"
#include "firmware/vm/modules/machine.hpp"
#include "firmware/vm/mp/micropython.hpp"

#include <algorithm>

namespace firmware::vm {
namespace {

/// The prompt until a soft reset is asked for. Whatever was typed, its exceptions have been shown by then.
void run_prompt() {
    core().state = contract::VmState::repl;
    int ended = 0;
    while ((ended & PYEXEC_FORCED_EXIT) == 0) {
        ended = pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl() : pyexec_friendly_repl();
    }
}

/// The same inputs, the same numbers: `random` begins anew with each VM, and with nothing but a number from the inputs.
void seed_random() {
    const mp_obj_t random = mp_import_name(MP_QSTR_random, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    const std::uint32_t seed = core().inputs.random() >> 2;
    mp_call_function_1(mp_load_attr(random, MP_QSTR_seed), MP_OBJ_NEW_SMALL_INT(seed));
}

/// What an app left in its globals must leave room for the prompt: with a full heap not even `gc.collect()` compiles.
bool heap_is_roomy() {
    gc_collect();
    gc_info_t info;
    gc_info(&info);
    return info.free >= info.total / 8;
}

/// Everything between two resets. May raise, when the heap is too full even for the prompt's own line.
void run_life(std::string_view uid, std::string_view place, bool was_loaded) {
    set_unique_id(uid);
    seed_random();
    mount_file_system();
    offer_catalogue();
    prepare_path(place);
    if (core().app_here) {
        run_app(place, was_loaded);
        if (core().soft_reset_wanted) return; // and still here: it begins again
        core().app_here = false;
        core().prompt_wanted = !heap_is_roomy();
        if (core().prompt_wanted) return;
    }
    run_prompt();
}

} // namespace

Session::Session(Inputs& inputs, const Config& config) noexcept : core_(inputs), config_(config) {}

void Session::run() noexcept {
    set_core(&core_);
    pyexec_mode_kind = PYEXEC_MODE_FRIENDLY_REPL;
    while (!core_.stopping()) {
        live_once();
        if (!core_.stopping()) core_.write_console("MPY: soft reboot\r\n");
    }
    core_.app_here = false;
    core_.state = contract::VmState::off;
    set_core(nullptr);
}

void Session::live_once() noexcept {
    choose_app();
    core_.begin_life();
    mp_cstack_init_with_sp_here(config_.stack_bytes * stack_factor);
    gc_init(config_.heap.data(), config_.heap.data() + config_.heap.size());
    mp_init();
    readline_init0(); // its history was on the heap before this one
    nlr_buf_t nlr;
    nlr.ret_val = nullptr;
    nlr_set_abort(&nlr);
    if (nlr_push(&nlr) == 0) {
        // At the prompt the board's own app can be imported from.
        run_life(config_.uid, core_.app_here ? std::string_view(app_.data()) : config_.app, app_was_loaded_);
        gc_sweep_all(); // finalisers close files
        nlr_pop();
    } else if (nlr.ret_val != nullptr) {
        core_.write_console("out of memory at the prompt\r\n");
    } else {
        if (core_.overflowed) report_overflow();
        pyexec_mode_kind = PYEXEC_MODE_FRIENDLY_REPL; // aborted: no finalisers, files were left as they are on flash
    }
    nlr_set_abort(nullptr);
    core_.interruptible = false;
    end_app(); // also without one: the hardware core may not see how short the time between two prompts was
    mp_deinit();
}

std::string_view Session::next_app(std::uint8_t calls, bool again) const noexcept {
    if ((calls & attention_load) != 0) return loaded_.data();
    if ((calls & attention_stop_app) != 0) return {};
    if (!core_.next_app.empty()) return core_.next_app;
    if (core_.prompt_wanted) return {};
    // From the raw prompt a soft reset asks for a clean VM without the app: it is how tools get hold of a board.
    if (pyexec_mode_kind != PYEXEC_MODE_FRIENDLY_REPL) return {};
    return again ? std::string_view(app_.data()) : config_.app;
}

void Session::choose_app() noexcept {
    const bool again = core_.app_here; // it was cut short, and not because somebody wanted it stopped
    AppName name{};
    std::uint8_t calls = core_.calls();
    do {
        const std::string_view next = next_app(calls, again).substr(0, bridge::app_name_max);
        name = {};
        std::copy(next.begin(), next.end(), name.begin());
        // Before the call is taken: `is_running` must not be false in between.
        core_.app_here = !next.empty();
    } while (!core_.take_calls(calls));
    app_ = name;
    app_was_loaded_ = (calls & attention_load) != 0 || !core_.next_app.empty() || (again && app_was_loaded_);
    core_.next_app.clear();
    if ((calls & attention_load) != 0) pyexec_mode_kind = PYEXEC_MODE_FRIENDLY_REPL;
}

void Session::stop() noexcept { core_.call(attention_stop); }
void Session::abort() noexcept { core_.call(attention_abort); }
contract::VmState Session::state() const noexcept { return core_.state; }
std::uint32_t Session::heartbeat() const noexcept { return core_.heartbeat.load(std::memory_order_relaxed); }

base::Result<> Session::load_app(std::string_view app) noexcept {
    if (!is_app_name(app)) return base::fail(base::ErrorCode::invalid_argument, "this is not the name of an app");
    if (core_.state == contract::VmState::off) return base::fail(base::ErrorCode::invalid_state, "Python is off");
    if (is_running()) return base::fail(base::ErrorCode::busy, "an app is running", "stop it first");
    *std::copy(app.begin(), app.end(), loaded_.begin()) = '\0';
    core_.call(attention_load, attention_stop_app);
    return {};
}

void Session::stop_app() noexcept {
    if (is_running()) core_.call(attention_stop_app, attention_load);
}

bool Session::is_running() const noexcept { return core_.app_here || (core_.calls() & attention_load) != 0; }

bool Session::interrupt() noexcept {
    if (!core_.interruptible) return false;
    core_.call(attention_interrupt);
    return true;
}

} // namespace firmware::vm
