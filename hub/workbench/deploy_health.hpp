// SPDX-License-Identifier: Apache-2.0
// Listens to an app that was just started, and says whether it crashed.
#pragma once

#include "hub/workbench/port_python.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace hub::workbench {

/// A crash is our link's `crash` message, or a traceback after which the board shows its prompt: a traceback that a
/// program prints while it goes on is none.
class HealthWatch final : public PortPython::Listener {
public:
    /// `output` gets what the board prints; may be empty. `typed` is what starts the app: a prompt repeats it first,
    /// and `output` does not get that.
    explicit HealthWatch(std::function<void(std::string_view)> output = {}, std::string typed = {})
        : output_(std::move(output)),
          echo_(std::move(typed)) {}

    bool on_console(std::string_view bytes) override;
    bool on_message(std::string_view json) override;

    bool has_crashed() const noexcept { return crashed_; }
    /// Whether the prompt came and no crash: the program has ended.
    bool has_ended() const noexcept { return !crashed_ && prompt_; }
    /// The last traceback, without the prompt; empty if none was seen. At most 16 KiB.
    std::string traceback() const;

private:
    void pass_on(std::string_view bytes);
    bool nothing_follows() const;

    std::function<void(std::string_view)> output_;
    std::string echo_; ///< what the prompt may repeat
    std::size_t echoed_ = 0;
    std::string text_; ///< from the last traceback's beginning, or the newest bytes
    bool in_traceback_ = false;
    bool crashed_ = false;
    bool prompt_ = false;
};

} // namespace hub::workbench
