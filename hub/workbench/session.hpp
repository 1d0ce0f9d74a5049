// SPDX-License-Identifier: Apache-2.0
// The one owner of a board's port: splits what comes, frames what goes, and comes back when the board does.
#pragma once

#include "hub/core/console_session.hpp"
#include "hub/core/hub.hpp"
#include "hub/workbench/board_port.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace hub::workbench {

/// How long a port that was given back is left alone, for another program to take it.
inline constexpr std::chrono::seconds release_time{10};

/// One thread: the io_context's. A port that can't be opened, or hangs up, is tried again after 100 ms, and then less
/// and less often down to every 800 ms.
///
/// What may be a prompt of a stock MicroPython is not disturbed: a board is asked once for each opening who it is (and
/// after a lease that moved its rate or lines, as it may have been flashed), and nothing else is sent before it has
/// said something. From one that is not our firmware, messages are also held back while its prompt waits for a person,
/// or somebody has the lease: whoever takes the prompt has ended the program that would have read them, and that says
/// hello when it is started again. Our firmware keeps them out of Python's input.
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

    /// Opens the port, from the io_context's next turn on. The line opens with the first message of a board whose uid
    /// is known. A board that says another uid than before is another board, and gets a line of its own.
    void start();
    /// Closes the line and the port, for good. Not one call to the dependencies after it.
    void stop(std::string_view reason);

    /// The port is gone; whoever is attached waits for its return.
    void unplug();
    /// It has returned, perhaps under another name.
    void plug_in(BoardPort port);
    /// Ends everything that is attached, and gives the port back for `release_time`.
    void release(std::string_view reason);

    /// See Audience::attach. Error also: `disconnected`, for a lease while the port is not open.
    base::Result<std::unique_ptr<core::Attachment>> attach(const core::AttachRequest& request, core::Viewer& viewer);
    /// All but the board's name.
    core::SessionInfo info() const;

    void send(const core::Json& message) override;
    std::string path() const override;
    std::string held_by() const override;

    const BoardPort& port() const noexcept;
    /// As the board says it, or else as its port does; may be empty.
    const std::string& uid() const noexcept;
    const std::string& console_history() const noexcept;
    /// Whether the board is where it was found; else it was unplugged.
    bool is_plugged_in() const noexcept;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace hub::workbench
