// SPDX-License-Identifier: Apache-2.0
// A virtual board as a process of ours.
#pragma once

#include "cli/outcome.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace cli {

/// Ends with Ctrl-C or SIGTERM, which are passed on to it. One at a time.
class BoardProcess {
public:
    /// Starts `ouro-board`, which lies beside this program or on the PATH, and waits until it runs. What it complains
    /// about goes to stderr. Failures: `exit_usage` for a profile that does not exist, `exit_failed`.
    static Outcome<BoardProcess> start(const std::filesystem::path& folder, const std::string& profile,
                                       const std::string& app);

    const std::filesystem::path& folder() const noexcept { return folder_; }
    const std::string& uid() const noexcept { return uid_; }

    /// Reads the board's serial port, without what is for the hub, until it hangs up.
    void read_console(const std::function<void(std::string_view text)>& heard) const;

    /// Asks the board who it is and hands what it says for the hub to `heard`, until that returns true or `patience` is
    /// over; whether it did.
    bool ask(const std::function<bool(std::string_view json)>& heard, std::chrono::milliseconds patience) const;

    /// Ends it.
    void stop() const;

    /// Waits for the end; `exit_ok` for an orderly one.
    ExitCode wait() const;

private:
    /// Waits for the end; what `waitpid` says of it.
    int reap() const;

    std::filesystem::path folder_;
    std::string uid_;
    pid_t pid_ = -1;
};

} // namespace cli
