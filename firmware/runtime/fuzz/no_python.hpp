// SPDX-License-Identifier: Apache-2.0
// What a board has where Python would be, in a fuzzer that plays without it.
#pragma once

#include "firmware/contract/interpreter.hpp"
#include "firmware/contract/signal.hpp"

namespace firmware::runtime::fuzz {

/// Off, and nothing starts it; a fuzzer that plays the app itself says more.
class NoPython : public contract::Interpreter, public contract::Signal {
public:
    contract::VmState state() const noexcept override { return contract::VmState::off; }
    bool interrupt() noexcept override { return false; }
    void abort() noexcept override {}
    std::uint32_t heartbeat() const noexcept override { return 0; }
    base::Result<> load_app(std::string_view) noexcept override {
        return base::fail(base::ErrorCode::unsupported, "no apps here");
    }
    void stop_app() noexcept override {}
    bool is_running() const noexcept override { return false; }
    void notify() noexcept override {}

protected:
    ~NoPython() = default;
};

} // namespace firmware::runtime::fuzz
