// SPDX-License-Identifier: Apache-2.0
// The one owner of a board's port: splits what comes, frames what goes, and comes back when the board does.
#pragma once

#include "hub/core/hub.hpp"
#include "hub/workbench/board_port.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace hub::workbench {

/// The newest console bytes that are kept for whoever attaches.
inline constexpr std::size_t console_history_max = std::size_t{64} * 1024;

/// One thread: the io_context's. A port that can't be opened, or hangs up, is tried again after 100 ms, and then less
/// and less often down to every 800 ms.
class Session final : public core::BoardLine {
public:
    /// What a session tells the hub. The meaning is that of the same calls of core::Hub. May call `send`, and must not
    /// destroy the session.
    class Dependencies {
    public:
        virtual void line_opened(const std::string& uid, core::BoardLine& line, bool is_virtual) = 0;
        virtual void line_closed(const std::string& uid, std::string_view reason) = 0;
        virtual void on_message(const std::string& uid, std::string_view json) = 0;
        virtual void on_console(const std::string& uid, std::string_view bytes) = 0;
        /// A line for the log; level as in the link's `log`, `uid` empty while it is not known.
        virtual void note(const std::string& uid, std::string_view level, std::string_view text) = 0;

    protected:
        ~Dependencies() = default;
    };

    /// `dependencies` outlive the session.
    Session(boost::asio::io_context& io, BoardPort port, Dependencies& dependencies);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Opens the port, from the io_context's next turn on. With no uid known the board is asked who it is; the line
    /// opens when it says so. A board that says another uid than before is another board, and gets a line of its own.
    void start();
    /// Closes the line and the port, for good. Not one call to the dependencies after it.
    void stop(std::string_view reason);

    void send(const core::Json& message) override;
    std::string path() const override;

    const BoardPort& port() const noexcept;
    /// As the board says it, or else as its port does; may be empty.
    const std::string& uid() const noexcept;
    const std::string& console_history() const noexcept;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace hub::workbench
