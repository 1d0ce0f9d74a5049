// SPDX-License-Identifier: Apache-2.0
#include "firmware/vm/cut.hpp"

#include "firmware/vm/core.hpp"
#include "firmware/vm/mp/micropython.hpp"

namespace firmware::vm {
namespace {

[[noreturn]] void leave_everything() noexcept {
    // What was to be closed on the way out may be half done; the next life knows nothing of it.
    MP_STATE_THREAD(nlr_jump_callback_top) = nullptr;
    nlr_jump_abort();
}

/// An exception can be raised when its handler lies above the frames that are given up for the room to raise it.
bool can_raise() noexcept {
    const auto* here = reinterpret_cast<const std::byte*>(__builtin_frame_address(0));
    const auto* handler = reinterpret_cast<const std::byte*>(MP_STATE_THREAD(nlr_top));
    const auto* callback = reinterpret_cast<const std::byte*>(MP_STATE_THREAD(nlr_jump_callback_top));
    return MP_STATE_THREAD(gc_lock_depth) == 0 && handler > here && (callback == nullptr || callback > here);
}

} // namespace

bool cut_is_wanted() noexcept { return core_is_set() && core().aborting(); }

bool cut_is_allowed() noexcept { return core_is_set() && !core().away() && nlr_get_abort() != nullptr; }

void cut() noexcept { leave_everything(); }

void overflow() noexcept {
    if (can_raise()) mp_raise_recursion_depth();
    core().overflowed = true;
    leave_everything();
}

} // namespace firmware::vm
