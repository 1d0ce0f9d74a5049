// SPDX-License-Identifier: Apache-2.0
// Every way in is also a place at which the VM can be stopped dead.
#include "firmware/ports/posix/machine_inputs.hpp"

#include "base/expect.hpp"

#include <sys/random.h>
#include <unistd.h>

namespace firmware::ports::posix {

void MachineInputs::wait_until(base::Micros deadline) noexcept {
    park_if_killed();
    bridge_.vm_waits = true;
    wake_.wait_until(deadline);
    bridge_.vm_waits = false;
    park_if_killed();
}

void MachineInputs::computing() noexcept { park_if_killed(); }

std::uint32_t MachineInputs::random() noexcept {
    std::uint32_t value = 0;
    expect(::getrandom(&value, sizeof value, 0) == sizeof value);
    return value;
}

void MachineInputs::kill() noexcept {
    killed_ = true;
    wake_.notify();
}

void MachineInputs::park_if_killed() const noexcept {
    while (killed_.load(std::memory_order_relaxed)) ::pause();
}

} // namespace firmware::ports::posix
