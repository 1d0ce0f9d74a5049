// SPDX-License-Identifier: Apache-2.0
// A program that does the work: what of it the jobs see. Tests play it.
#pragma once

#include "base/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hub::jobs {

/// The longest line of a program that is heard; a longer one is passed over.
inline constexpr std::size_t tool_line_size_max = std::size_t{256} * 1024;

/// A running program. Destroying it kills it; not one call to the listener comes after. One thread.
class Tool {
public:
    class Listener {
    public:
        /// Without the line feed; hostile. `is_complaint`: it came on the standard error.
        virtual void on_line(std::string_view line, bool is_complaint) = 0;
        /// It has ended, and all that it said was told. Below 0: by that signal. May destroy the tool.
        virtual void on_end(int exit_code) = 0;

    protected:
        ~Listener() = default;
    };

    virtual ~Tool() = default;
    /// As Ctrl-C does.
    virtual void interrupt() = 0;
    virtual void kill() = 0;
};

/// Starts `ouro` with these arguments for a listener that outlives it; the listener is not called before this returns.
/// Errors: `io`, when there are no more processes; `unsupported`, when the kernel can't watch one.
using ToolStarter =
    std::function<base::Result<std::unique_ptr<Tool>>(std::vector<std::string> arguments, Tool::Listener& listener)>;

} // namespace hub::jobs
