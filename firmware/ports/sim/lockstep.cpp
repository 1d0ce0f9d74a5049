// SPDX-License-Identifier: Apache-2.0
// All that both threads share is touched by the holder of the baton alone, so that nothing here needs a lock.
#include "firmware/ports/sim/lockstep.hpp"

#include "base/expect.hpp"

#include <algorithm>
#include <utility>

namespace firmware::ports::sim {

class Lockstep::Gate final : public Program {
public:
    Gate(Lockstep& lockstep, Program& inner) noexcept : lockstep_(lockstep), inner_(inner) {}

    void run() noexcept override {
        lockstep_.vm_turn_.acquire();
        inner_.run();
        lockstep_.ended_ = true;
        lockstep_.world_turn_.release();
    }
    void stop() noexcept override { inner_.stop(); }
    contract::Interpreter& interpreter() noexcept override { return inner_.interpreter(); }
    std::size_t stack_bytes() const noexcept override { return inner_.stack_bytes(); }

private:
    Lockstep& lockstep_;
    Program& inner_;
};

Lockstep::Lockstep(VirtualClock& clock, bridge::Bridge& bridge, contract::Storage& storage, std::uint32_t seed,
                   std::function<base::Micros()> next_event)
    : clock_(clock),
      bridge_(bridge),
      storage_(storage),
      random_(seed),
      next_event_(std::move(next_event)) {
    bridge_.wake_vm = &wake_vm;
    bridge_.wake_hardware = &wake_hardware;
}

void Lockstep::start(Program& program) {
    gated_ = std::make_unique<Gate>(*this, program);
    ended_ = false;
    wake_at_ = clock_.now();
    thread_.start(*gated_);
}

base::Micros Lockstep::vm_deadline() const noexcept {
    if (ended_ || killed_) return base::never;
    return waits_ && wake_vm.set ? clock_.now() : wake_at_;
}

void Lockstep::let_vm_run() noexcept {
    vm_turn_.release();
    world_turn_.acquire();
}

void Lockstep::pass_baton() noexcept {
    world_turn_.release();
    vm_turn_.acquire();
}

void Lockstep::wait_until(base::Micros deadline) noexcept {
    if (finishing_) return clock_.move_to(clock_.now() + base::from_ms(1));
    // The cost comes first, so that even a wait that was over before it began moves time.
    waits_ = false;
    wake_at_ = clock_.now() + wait_cost;
    pass_baton();
    if (wake_at_ < deadline && !wake_vm.set && !finishing_) {
        waits_ = true;
        bridge_.vm_waits = !killed_;
        wake_at_ = deadline;
        pass_baton();
        bridge_.vm_waits = false;
        waits_ = false;
    }
    wake_vm.set = false;
}

void Lockstep::computing() noexcept {
    const base::Micros done_at = clock_.now() + computing_cost;
    // Without anybody to give way to there is no need to change threads.
    if (finishing_ || (!killed_ && !wake_hardware.set && next_event_() > done_at)) return clock_.move_to(done_at);
    wake_at_ = done_at;
    pass_baton();
}

std::uint32_t Lockstep::random() noexcept {
    random_ = random_ * 1664525U + 1013904223U; // repeatable is all it has to be
    return random_;
}

void Lockstep::finish(Program& program) noexcept {
    finishing_ = true;
    killed_ = false;
    program.stop();
    if (!ended_) let_vm_run();
    expect(thread_.join());
}

} // namespace firmware::ports::sim
