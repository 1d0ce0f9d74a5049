// SPDX-License-Identifier: Apache-2.0
// Those who are attached to a board's console: who may type, who sees what, and what is kept while nobody looks.
#pragma once

#include "hub/core/console_session.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

/// The newest console bytes that are kept for whoever attaches.
inline constexpr std::size_t console_history_max = std::size_t{64} * 1024;
/// So much of what others have seen already is shown to one who attaches, from the beginning of a line.
inline constexpr std::size_t replay_seen_max = std::size_t{4} * 1024;
/// How many may be attached to one board.
inline constexpr std::size_t viewers_max = 64;

/// No I/O and no clock of its own. One thread.
class Audience {
public:
    /// What it asks of the board.
    class Board {
    public:
        virtual bool write(std::string_view bytes) = 0;
        virtual base::Result<> set_baud(unsigned baud) = 0;
        virtual base::Result<> set_lines(bool dtr, bool rts) = 0;
        /// Somebody has got the lease, or it has ended and there is none.
        virtual void on_lease(const core::SessionInfo::Lease* lease) = 0;

    protected:
        ~Board() = default;
    };

    /// `board` outlives it; `wall` is what time it is.
    Audience(Board& board, std::function<core::Time()> wall);
    /// Cuts everybody.
    ~Audience();
    Audience(const Audience&) = delete;
    Audience& operator=(const Audience&) = delete;

    /// The viewer is told at once who has the lease, and what was printed before: all since the last viewer left, or,
    /// if that is nothing, a little of what was seen already. A lease is told nothing of before. Errors: `busy` (who
    /// has the lease, and since when), `full`.
    base::Result<std::unique_ptr<core::Attachment>> attach(const core::AttachRequest& request, core::Viewer& viewer);

    /// Bytes of the board as they came, for the one that has the lease. Before what of them is console text.
    void on_bytes(std::string_view bytes);
    /// Console text, for all others. Kept, but for what is printed during a lease.
    void on_console(std::string_view text);
    /// Kept as if the board had printed it.
    void keep(std::string_view text);

    /// The board is away: ends the lease, viewers wait.
    void on_gone(std::string_view reason);
    void on_back();
    /// Ends everything that is attached.
    void cut(std::string_view reason);

    const std::optional<core::SessionInfo::Lease>& lease() const noexcept;
    std::vector<core::SessionInfo::Watching> viewers() const;
    const std::string& history() const noexcept;
    /// How much of the history nobody has seen.
    std::size_t kept_bytes() const noexcept;

private:
    struct Impl;
    class Seat;
    std::shared_ptr<Impl> impl_;
};

/// "ouro fs put (pid 12) has had the prompt since 12:03:07".
std::string text_of(const core::SessionInfo::Lease& lease);

} // namespace hub::workbench
