// SPDX-License-Identifier: Apache-2.0
#include "firmware/vm/session.hpp"

#include "firmware/vm/app.hpp"
#include "firmware/vm/file_system.hpp"
#include "firmware/vm/modules/machine.hpp"
#include "firmware/vm/mp/micropython.hpp"

#include <algorithm>
#include <cctype>

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

bool is_app_name(std::string_view name) {
    const auto fits = [](char letter) {
        return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_' || letter == '-';
    };
    return !name.empty() && name.size() <= bridge::app_name_max && std::all_of(name.begin(), name.end(), fits);
}

/// The same inputs, the same numbers: `random` begins anew with each VM, and with nothing but a number from the inputs.
void seed_random() {
    const mp_obj_t random = mp_import_name(MP_QSTR_random, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    const std::uint32_t seed = core().inputs.random() >> 2;
    mp_call_function_1(mp_load_attr(random, MP_QSTR_seed), MP_OBJ_NEW_SMALL_INT(seed));
}

/// Everything between two resets. May raise, when the heap is too full even for the prompt's own line.
void run_life(std::string_view uid, std::string_view app) {
    set_unique_id(uid);
    seed_random();
    mount_file_system();
    prepare_path(app);
    // From the raw prompt a soft reset asks for a clean VM without the app: it is how tools get hold of a board.
    const bool wants_app = !app.empty() && pyexec_mode_kind == PYEXEC_MODE_FRIENDLY_REPL;
    if (wants_app) run_app(app);
    if (!core().soft_reset_wanted) run_prompt();
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
    core_.state = contract::VmState::off;
    set_core(nullptr);
}

void Session::live_once() noexcept {
    core_.begin_life();
    const std::string_view app = take_wanted_app();
    mp_cstack_init_with_sp_here(config_.stack_bytes * stack_factor);
    gc_init(config_.heap.data(), config_.heap.data() + config_.heap.size());
    mp_init();
    readline_init0(); // its history was on the heap before this one
    nlr_buf_t nlr;
    nlr.ret_val = nullptr;
    nlr_set_abort(&nlr);
    if (nlr_push(&nlr) == 0) {
        run_life(config_.uid, app);
        gc_sweep_all(); // finalisers close files
        nlr_pop();
    } else if (nlr.ret_val != nullptr) {
        core_.write_console("out of memory at the prompt\r\n");
    } else {
        pyexec_mode_kind = PYEXEC_MODE_FRIENDLY_REPL; // aborted: no finalisers, files were left as they are on flash
    }
    nlr_set_abort(nullptr);
    core_.interruptible = false;
    end_app();
    mp_deinit();
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
    next_.store(Next::loaded, std::memory_order_release);
    core_.call(attention_abort);
    return {};
}

void Session::stop_app() noexcept {
    if (!is_running()) return;
    next_.store(Next::none, std::memory_order_release);
    core_.call(attention_abort);
}

bool Session::is_running() const noexcept {
    return core_.state == contract::VmState::app || next_.load(std::memory_order_acquire) == Next::loaded;
}

std::string_view Session::take_wanted_app() noexcept {
    switch (next_.exchange(Next::own, std::memory_order_acq_rel)) {
    case Next::own: return config_.app;
    case Next::none: return {};
    case Next::loaded: app_ = loaded_; return app_.data();
    }
    return {};
}

bool Session::interrupt() noexcept {
    if (!core_.interruptible) return false;
    core_.call(attention_interrupt);
    return true;
}

} // namespace firmware::vm
