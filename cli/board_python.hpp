// SPDX-License-Identifier: Apache-2.0
// A board's Python, as commands use it.
#pragma once

#include "base/clock.hpp"
#include "cli/commands.hpp"
#include "cli/outcome.hpp"
#include "hub/workbench/port_python.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace cli {

/// A board that hashes a large file, or erases flash, says nothing for a while.
inline constexpr base::Micros file_silence_max = base::from_ms(30'000);

/// Opens the board's port and takes its prompt; from then on Ctrl-C is the board's.
Outcome<std::unique_ptr<hub::workbench::PortPython>> open_python(const Invocation& invocation,
                                                                 const std::string& board);

/// Prints what a board prints, with our line ends: "\r\n" and "\r\r\n" are "\n".
class BoardOutput {
public:
    explicit BoardOutput(bool json) : json_(json) {}
    void operator()(std::string_view bytes);
    /// What was held back at the end of a piece.
    void end();

private:
    void print(std::string_view text) const;

    bool json_;
    std::string held_; ///< carriage returns that may belong to a line feed
};

/// Says by which exception a program ended; `said` is what the board's Python says, `file` what the program is called.
int say_exception(const Invocation& invocation, const std::string& said, const std::string& file);

/// Runs `code`, prints what it prints, and says how it ended; `file` is what it is called in messages.
int run_code(const Invocation& invocation, const std::string& board, const std::string& code, const std::string& file);

} // namespace cli
