// SPDX-License-Identifier: Apache-2.0
// A board's files, as commands use them, whichever way leads to them.
#pragma once

#include "cli/commands.hpp"
#include "cli/outcome.hpp"
#include "hub/workbench/repl/board_files.hpp"

#include <memory>
#include <string>

namespace cli {

/// The files of one board, with all that holds the way to them open.
class OpenFiles {
public:
    virtual ~OpenFiles() = default;
    virtual hub::workbench::BoardFiles& files() = 0;
};

/// Through CircuitPython's web workflow for an `http://` address, through the board's Python for any other board: then
/// with its prompt taken, and Ctrl-C is the board's. Failures: those of `open_python`.
Outcome<std::unique_ptr<OpenFiles>> open_files(const Invocation& invocation, const std::string& board);

} // namespace cli
