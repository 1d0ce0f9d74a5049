// SPDX-License-Identifier: Apache-2.0
#include "firmware/vm/session.hpp"

#include "firmware/vm/app.hpp"
#include "firmware/vm/file_system.hpp"
#include "firmware/vm/modules/machine.hpp"
#include "firmware/vm/mp/micropython.hpp"

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

/// Everything between two resets. May raise, when the heap is too full even for the prompt's own line.
void run_life(const Config& config) {
    set_unique_id(config.uid);
    seed_random();
    mount_file_system();
    prepare_path(config.app);
    // From the raw prompt a soft reset asks for a clean VM without the app: it is how tools get hold of a board.
    const bool wants_app = !config.app.empty() && pyexec_mode_kind == PYEXEC_MODE_FRIENDLY_REPL;
    if (wants_app) run_app(config.app);
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
    mp_cstack_init_with_sp_here(config_.stack_bytes * stack_factor);
    gc_init(config_.heap.data(), config_.heap.data() + config_.heap.size());
    mp_init();
    readline_init0(); // its history was on the heap before this one
    nlr_buf_t nlr;
    nlr.ret_val = nullptr;
    nlr_set_abort(&nlr);
    if (nlr_push(&nlr) == 0) {
        run_life(config_);
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

bool Session::interrupt() noexcept {
    if (!core_.interruptible) return false;
    core_.call(attention_interrupt);
    return true;
}

} // namespace firmware::vm
