// SPDX-License-Identifier: Apache-2.0
// What runs on the VM core of a port: MicroPython, or a stand-in of a test.
#pragma once

#include "firmware/contract/interpreter.hpp"
#include "firmware/vm/cut.hpp"
#include "firmware/vm/inputs.hpp"

#include <functional>
#include <memory>

namespace firmware::ports {

/// `VmThread::start` and `stop` are a board's init and deinit; between them `interpreter` loads and stops apps.
class Program {
public:
    virtual ~Program() = default;

    /// Before `run`: what can end native code, for a program that has such.
    virtual void use(vm::Cutter&) noexcept {}

    /// On the VM core, once; returns soon after `stop`.
    virtual void run() noexcept = 0;
    /// Any thread.
    virtual void stop() noexcept = 0;
    virtual contract::Interpreter& interpreter() noexcept = 0;
    /// How much stack `run` needs, in bytes.
    virtual std::size_t stack_bytes() const noexcept = 0;
};

/// Makes the program; `inputs` outlives it.
using ProgramFactory = std::function<std::unique_ptr<Program>(vm::Inputs& inputs)>;

} // namespace firmware::ports
