// SPDX-License-Identifier: Apache-2.0
// Everything that touches boards on this machine, behind one face.
#pragma once

#include "base/result.hpp"
#include "hub/core/console_session.hpp"
#include "hub/core/face.hpp"
#include "hub/core/hub.hpp"
#include "hub/workbench/port_rule.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace hub::workbench {

/// How many sessions are kept whose board is not plugged in; beyond it the oldest that nobody watches goes.
inline constexpr std::size_t absent_max = 16;

struct WorkbenchConfig {
    /// The folder of virtual boards; it may not exist yet, and may go.
    std::filesystem::path boards_dir;
    /// Hears what is worth a line in the hub's own log; may be empty. Level as in the link's `log`; `uid` may be empty.
    /// What is about a board that the hub knows becomes one of its log lines as well.
    std::function<void(const std::string& uid, std::string_view level, std::string_view text)> log;
    /// The face of a virtual board has changed; may be empty.
    std::function<void(const std::string& uid)> on_face = {};
    /// Which USB ports are opened; absent: USB is not looked at.
    std::optional<PortRule> usb_ports = {};
};

/// Finds boards, holds a session with each, and reaches the control sockets of virtual ones. One thread: the
/// io_context's, which is the core's.
class Workbench {
public:
    using ControlAnswer = std::function<void(base::Result<core::Json>)>;

    /// `io` and `hub` outlive the workbench.
    Workbench(boost::asio::io_context& io, core::Hub& hub, WorkbenchConfig config);
    ~Workbench();
    Workbench(const Workbench&) = delete;
    Workbench& operator=(const Workbench&) = delete;

    /// Error: `io`; what can be found without what failed is found all the same.
    base::Result<> start();
    /// Closes every line and port before it returns; never waits. Not for use inside one of the hub's observers.
    void stop();

    /// One request of a virtual board's control socket; `done` gets the array that the board answers, exactly once, and
    /// never during this call. Errors: those of ControlClient::request, `not_found` for a uid that is no virtual board
    /// here, and `refused` for `watch` and `quit`, which are not for sharing.
    void control(const std::string& uid, const core::Json& request, ControlAnswer done);

    /// The screen and the LEDs of a virtual board; null for one that has none, or has not shown them yet. Valid until
    /// the io_context's next turn.
    const core::Face* face(const std::string& uid) const;

    /// The newest console bytes of a board, at most 64 KiB; none for a board that is not here.
    std::string console_history(const std::string& uid) const;

    /// Those with a port, and those whose board was unplugged, up to `absent_max`, for it comes back as the same one.
    std::vector<core::SessionInfo> sessions() const;
    /// To the session of that id, uid or port's name. Errors: `not_found`, and those of Session::attach.
    base::Result<std::unique_ptr<core::Attachment>> attach(std::string_view id, const core::AttachRequest& request,
                                                           core::Viewer& viewer);
    /// See Session::release. Error: `not_found`.
    base::Result<> release(std::string_view id);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace hub::workbench
