// SPDX-License-Identifier: Apache-2.0
// The heart of the hub: link messages and commands go in, changes come out. No sockets, no SQL, no clock of its own.
#pragma once

#include "base/result.hpp"
#include "hub/core/model.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace hub::core {

/// Where the hub can reach one board. Implemented by a workbench session (serial) or by home (MQTT).
class BoardLine {
public:
    /// Sends one link message (a JSON array). Never blocks; a line that can't keep up drops and says so in the log.
    virtual void send(const Json& message) = 0;
    /// For evidence, e.g. "serial /dev/ttyUSB0".
    virtual std::string path() const = 0;

protected:
    ~BoardLine() = default;
};

/// A command on its way to an entity.
struct CommandRequest {
    std::string uid;
    std::string id;
    Json value;             ///< true/false, number, text; "LOCK", "UNLOCK", "PRESS"
    std::string source;     ///< "web", "cli", "mqtt", "api"
    std::string cmd_id;     ///< made up when empty
    int ttl_ms = 5000;      ///< 1 to 60,000
    std::optional<Time> issued; ///< when the sender sent it; now if absent
};

/// Single-threaded: every call on the core's thread.
class Hub {
public:
    /// Both clocks come from outside. `wall` may jump; `steady` may not.
    struct Clocks {
        std::function<Time()> wall;
        std::function<std::chrono::microseconds()> steady;
    };
    explicit Hub(Clocks clocks);
    ~Hub();

    void add_observer(Observer& observer); ///< outlives the hub

    // --- from a line ---
    /// A line was opened to the board `uid`; the line stays valid until `line_closed`. Sends `who`.
    void line_opened(const std::string& uid, BoardLine& line, bool is_virtual);
    void line_closed(const std::string& uid, std::string_view reason);
    /// One link message as it was framed. Anything wrong with it is logged and counted, never thrown.
    void on_message(const std::string& uid, std::string_view json);
    void on_console(const std::string& uid, std::string_view bytes);

    // --- from people and machines ---
    /// Checks, gives it an id, sends it. The answer says whether it was sent; how it ended arrives as CommandChanged.
    /// Errors: not_found, invalid_argument, disconnected, duplicate, expired, rate_limited.
    base::Result<std::string> command(const CommandRequest& request);

    /// Heartbeats to boards, time-outs of commands and of silent boards. Call every second.
    void tick();

    const std::vector<Board>& boards() const;
    const Board* find(std::string_view uid) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace hub::core
