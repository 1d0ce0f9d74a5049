// SPDX-License-Identifier: Apache-2.0
// Speaks to a virtual board's control socket (docs/protocol.md, section 3).
#pragma once

#include "base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace hub::workbench {

/// The longest line of the control socket, its line feed included, in bytes.
inline constexpr std::size_t control_line_max = 1024;
/// The most requests that may wait for an answer.
inline constexpr std::size_t control_requests_max = 16;

/// One request at a time, in order, over one connection that is made when it is needed. One thread: the io_context's.
class ControlClient {
public:
    /// The answer as the board gave it, `["ok",…]` or `["error",…]`.
    using Answer = std::function<void(base::Result<nlohmann::json>)>;

    /// A request and its waiting take at most `deadline`.
    ControlClient(boost::asio::io_context& io, std::filesystem::path socket,
                  std::chrono::milliseconds deadline = std::chrono::seconds(2));
    /// What still waits is answered `disconnected`, on the io_context's next turn.
    ~ControlClient();
    ControlClient(const ControlClient&) = delete;
    ControlClient& operator=(const ControlClient&) = delete;

    /// `done` is called exactly once, never during this call. Errors: `invalid_argument` for what is not an array that
    /// starts with a word, `too_large`, `busy` when too many wait, `disconnected`, `timeout`, `malformed` for a broken
    /// answer.
    void request(const nlohmann::json& request, Answer done);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace hub::workbench
