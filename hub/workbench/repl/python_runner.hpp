// SPDX-License-Identifier: Apache-2.0
// What the file operations need of a board: that it runs Python.
#pragma once

#include "base/result.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace hub::workbench {

class PythonRunner {
public:
    /// Gets what a program prints, as it comes.
    using Output = std::function<void(std::string_view bytes)>;

    /// Runs `code` to its end, which it waits for. The result is the text of the exception that ended it, or empty.
    /// Errors: those of the port and of the prompt (`disconnected`, `timeout`, …).
    virtual base::Result<std::string> run(std::string code, const Output& output) = 0;

protected:
    ~PythonRunner() = default;
};

} // namespace hub::workbench
