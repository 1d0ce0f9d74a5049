// SPDX-License-Identifier: Apache-2.0
// The heart of the hub: link messages and commands go in, changes come out. No sockets, no SQL, no clock of its own.
#pragma once

#include "base/result.hpp"
#include "hub/core/home_access.hpp"
#include "hub/core/model.hpp"
#include "protocol/link/frame_reader.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace hub::core {

/// Where the hub can reach one board. Implemented by a workbench session (serial) or by home (MQTT).
class BoardLine {
public:
    /// Sends one link message (a JSON array). Never blocks; a line that can't keep up drops and says so in the log.
    /// Answers never arrive from within the call.
    virtual void send(const Json& message) = 0;
    /// For evidence, e.g. "serial /dev/ttyUSB0".
    virtual std::string path() const = 0;
    /// Who has the board for itself, so that a command would not be heard: "ouro fs put (pid 12) has had …"; else
    /// empty.
    virtual std::string held_by() const { return {}; }
    /// The longest message that the board takes, in bytes of JSON.
    virtual std::size_t message_size_max() const { return protocol::link::frame_size_max - 2; }

protected:
    ~BoardLine() = default;
};

/// A command on its way to an entity.
struct CommandRequest {
    std::string uid;
    std::string id;
    Json value;                                ///< true/false, number, text; "LOCK", "UNLOCK", "PRESS"
    std::string source;                        ///< "web", "cli", "mqtt", "api"
    std::string cmd_id = {};                   ///< made up when empty
    int ttl_ms = 5000;                         ///< 1 to 60,000
    std::optional<Time> issued = std::nullopt; ///< when the sender sent it; now if absent
};

/// What was refused since the start, for diagnostics.
struct Counters {
    std::uint64_t messages_malformed = 0; ///< not JSON, not of the shape that its word demands
    std::uint64_t values_refused = 0;     ///< values, events and outputs that do not fit the declaration
    std::uint64_t commands_refused = 0;
};

/// The MQTT broker, as far as boards need to know: battery sensors wait for it with their reports.
enum class BrokerState {
    none,      ///< the hub has none: what is on the timeline is where it should be
    away,      ///< nothing can be confirmed now
    connected, ///< and all that it keeps is known
};

/// Single-threaded: every call on the core's thread. Knows up to 64 boards, which it remembers until it ends; a 65th is
/// refused with a log line.
class Hub {
public:
    static constexpr std::size_t boards_max = 64;

    /// Both clocks come from outside. `wall` may jump; `steady` may not.
    struct Clocks {
        std::function<Time()> wall;
        std::function<std::chrono::microseconds()> steady;
    };
    /// A board answers when its handler has ended: a lock's sequence may well take longer than the command's time to
    /// live, which is the time to start it. This much later a command without an answer has timed out.
    static constexpr std::chrono::seconds handler_time_max{30};

    explicit Hub(Clocks clocks);
    ~Hub();

    void add_observer(Observer& observer); ///< outlives the hub

    // --- from a line ---
    /// A line was opened to the board `uid`; the line stays valid until `line_closed`, or until another is opened to
    /// the same board, which takes its place. Sends `who`.
    void line_opened(const std::string& uid, BoardLine& line, bool is_virtual);
    void line_closed(const std::string& uid, std::string_view reason);
    /// One link message as it was framed. Anything wrong with it is logged and counted, never thrown.
    void on_message(const std::string& uid, std::string_view json);
    void on_console(const std::string& uid, std::string_view bytes);

    // --- from people and machines ---
    /// Checks, gives it an id, sends it. The answer says whether it was sent; how it ended arrives as CommandChanged.
    /// The id is unique among the board's last 32 commands. A command that timed out may still end as done or failed.
    /// Errors: not_found, invalid_argument, disconnected, busy, duplicate, expired, rate_limited.
    base::Result<std::string> command(const CommandRequest& request);

    /// Somebody else has sent this to a board that takes commands by itself, and has not told us its id: it is on the
    /// record, and the next end of a command that we did not send is taken for its. Our own that comes back (its id is
    /// known) is not counted twice.
    void overheard(const CommandRequest& request);

    // --- from the broker ---
    /// Told to every board at once when it changes. `none` at the start.
    void set_broker(BrokerState state);
    /// The broker has confirmed all of a ReportTaken. Not from within `on_change`.
    void reported(const std::string& uid, std::int64_t boot, std::uint16_t serial);

    // --- from Home Assistant ---
    void set_home_access(HomeAccess access);
    /// Without a connection calls are refused at once, and what boards watch becomes unknown.
    void home_connected(bool connected);
    /// An entity as Home Assistant has it now, told to the boards that watch it; a null `state` is unknown.
    void home_state(const std::string& entity, const Json& state, const Json& attributes);
    /// The end of a HomeCall. `response`: what the action answered to a call that asked, an object; it is told if the
    /// board can take it.
    void home_answer(const std::string& uid, std::int64_t number, bool ok, std::string_view text,
                     const Json& response = nullptr);
    /// What any board watches, each once.
    std::vector<std::string> watched() const;

    /// Heartbeats to boards, time-outs of commands and of silent boards. Call every second.
    void tick();

    const std::vector<Board>& boards() const;
    /// Valid until the next call of a member that is not const.
    const Board* find(std::string_view uid) const;
    const Counters& counters() const;

    /// A line about a board from another part of the hub, e.g. about an MQTT message that was refused; it goes the way
    /// of the board's own log lines, at most 10 in 10 seconds. Not from within `on_change`.
    void log(const std::string& uid, std::string_view level, std::string_view text);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace hub::core
