// SPDX-License-Identifier: Apache-2.0
// How a board with WebREPL lets somebody in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hub::workbench {

/// Reads what the board says until it has let us in or not. No I/O.
class WebReplLogin {
public:
    enum class Step : std::uint8_t {
        asked_for_nothing, ///< it has not asked for the password yet
        password_wanted,   ///< now: send it, and say so by `password_sent`
        judging,
        let_in,
        denied,
        other, ///< whatever speaks there, it is no WebREPL
    };

    /// Takes what it needs of `text` and returns how much that was: what follows is the board's prompt.
    std::size_t read(std::string_view text);
    void password_sent() { step_ = Step::judging; }

    Step step() const noexcept { return step_; }

private:
    void look();

    Step step_ = Step::asked_for_nothing;
    std::string said_; ///< since the last step
};

} // namespace hub::workbench
