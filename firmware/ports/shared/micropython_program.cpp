// SPDX-License-Identifier: Apache-2.0
// Owns what a VM session needs for its whole life.
#include "firmware/ports/shared/micropython_program.hpp"

#include "firmware/vm/session.hpp"

#include <utility>
#include <vector>

namespace firmware::ports {

namespace {

class MicroPythonProgram final : public Program {
public:
    MicroPythonProgram(vm::Inputs& inputs, const boards::Profile& profile, std::string app, std::string uid)
        : app_(std::move(app)),
          uid_(std::move(uid)),
          heap_(profile.heap_bytes * vm::heap_factor),
          config_{heap_, profile.stack_bytes, app_, uid_},
          session_(inputs, config_) {}

    void use(vm::Cutter& cutter) noexcept override { session_.use(cutter); }
    void run() noexcept override { session_.run(); }
    void stop() noexcept override { session_.stop(); }
    contract::Interpreter& interpreter() noexcept override { return session_; }
    std::size_t stack_bytes() const noexcept override { return vm::thread_stack_bytes(config_); }

private:
    std::string app_;
    std::string uid_;
    std::vector<std::uint8_t> heap_;
    vm::Config config_;
    vm::Session session_;
};

} // namespace

ProgramFactory micropython(const boards::Profile& profile, std::string app, std::string uid) {
    return [&profile, app = std::move(app), uid = std::move(uid)](vm::Inputs& inputs) {
        return std::make_unique<MicroPythonProgram>(inputs, profile, app, uid);
    };
}

} // namespace firmware::ports
