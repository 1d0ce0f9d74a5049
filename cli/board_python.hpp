// SPDX-License-Identifier: Apache-2.0
// From the BOARD that a person types to its Python.
#pragma once

#include "cli/commands.hpp"
#include "cli/outcome.hpp"
#include "hub/workbench/serial_python.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace cli {

/// The optional argument BOARD, also as -b and --board; OURO_BOARD stands in for it.
void add_board_argument(CLI::App& command, std::string& board);

/// The port of a board: a path of a port, the folder of a virtual board, or a virtual board of ours by its uid or
/// folder name. Failures: `exit_usage` when none was named, `exit_not_found`.
Outcome<std::filesystem::path> port_of(const Invocation& invocation, const std::string& board);

/// An error of opening a port, with what to do about a hub that holds it.
Failure port_failure(const Invocation& invocation, const std::filesystem::path& port, const base::Error& error);

/// Opens the board's port and takes its prompt; from then on Ctrl-C is the board's.
Outcome<std::unique_ptr<hub::workbench::SerialPython>> open_python(const Invocation& invocation,
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

/// Runs `code`, prints what it prints, and says how it ended; `file` is what it is called in messages.
int run_code(const Invocation& invocation, const std::string& board, const std::string& code, const std::string& file);

} // namespace cli
