// SPDX-License-Identifier: Apache-2.0
// What a board prints when its Python ends by an exception, taken apart.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace hub::workbench {

struct PythonError {
    std::string file;     ///< where it was raised, e.g. "main.py" or "<stdin>"; empty when not said
    int line = 0;         ///< from 1; 0 when not said
    std::string type;     ///< "OSError"
    std::string message;  ///< "[Errno 2] ENOENT"; may be empty
    int error_number = 0; ///< that of an OSError, or else 0

    bool operator==(const PythonError&) const = default;
};

/// Any text; what it does not say stays empty. Reads MicroPython's and CircuitPython's form, the innermost frame, and
/// the last exception of a chain.
PythonError parse_traceback(std::string_view text);

/// The kind of an exception: `not_found` for ENOENT and so on, `io` for other OSErrors, `full` for MemoryError,
/// `invalid_state` for a KeyboardInterrupt, `internal` for what our own code on the board should not raise.
base::ErrorCode error_code_of(const PythonError& error) noexcept;

} // namespace hub::workbench
