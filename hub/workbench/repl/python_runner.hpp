// SPDX-License-Identifier: Apache-2.0
// What the file operations need of a board: that it runs Python.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hub::workbench {

/// What a program that is spoken with says.
struct Heard {
    std::string printed;              ///< since the last time
    std::optional<std::string> ended; ///< the text of the exception that ended it, or empty; nothing while it runs
};

class PythonRunner {
public:
    /// Gets what a program prints, as it comes.
    using Output = std::function<void(std::string_view bytes)>;

    /// Runs `code` to its end, which it waits for. The result is the text of the exception that ended it, or empty.
    /// Errors: those of the port and of the prompt (`disconnected`, `timeout`, …).
    virtual base::Result<std::string> run(std::string code, const Output& output) = 0;

    /// Starts `code`, a program that reads what `say` sends. Until `hear` says that it ended, nothing else may be run.
    /// Errors: those of `run`; `unsupported` where programs can only be run.
    virtual base::Result<> start(std::string code);

    /// Sends `bytes`, at most 8 KiB, to the program that was started, once what it prints was heard. Any bytes.
    virtual base::Result<> say(std::string_view bytes);

    /// Waits until the program prints or ends; at most `patience`, then both parts of the result are empty. Errors:
    /// those of `run`; `invalid_state` once for each Ctrl-C of the person, which the program does not get.
    virtual base::Result<Heard> hear(base::Micros patience);

protected:
    ~PythonRunner() = default;
};

inline base::Result<> PythonRunner::start(std::string) {
    return base::fail(base::ErrorCode::unsupported, "programs on this board cannot be spoken with");
}

inline base::Result<> PythonRunner::say(std::string_view) { return start({}); }

inline base::Result<Heard> PythonRunner::hear(base::Micros) { return tl::unexpected(start({}).error()); }

} // namespace hub::workbench
