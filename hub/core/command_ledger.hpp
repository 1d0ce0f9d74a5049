// SPDX-License-Identifier: Apache-2.0
// What one board was told to do: repeats, rates, and how each command ended.
#pragma once

#include "base/result.hpp"
#include "hub/core/model.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace hub::core {

/// A command that was sent and has not ended, or ended by time-out a short while ago.
struct SentCommand {
    std::string id; ///< entity
    std::string cmd_id;
    Json value;
    std::string source;
    std::chrono::microseconds deadline{}; ///< steady; from then on it counts as timed out
    bool timed_out = false;
    bool overheard = false; ///< somebody else sent it, and only the board knows by which id
};

class CommandLedger {
public:
    using Micros = std::chrono::microseconds;

    static constexpr std::size_t ids_remembered = 32;
    static constexpr std::size_t commands_per_second = 4; ///< to one entity; the board refuses the fifth as well
    static constexpr std::size_t waiting_max = 32;

    bool is_repeat(const std::string& cmd_id) const;

    /// Whether one more command to this entity is allowed now. Errors: `rate_limited`.
    base::Result<> check_rate(const std::string& id, Micros now) const;

    /// Remembers a command that is being sent.
    void add(SentCommand command, Micros now);

    /// The command that `done` speaks of, also when it timed out before; nothing if it is not one of ours.
    std::optional<SentCommand> finish(const std::string& cmd_id);

    /// The oldest command to this entity that was overheard.
    std::optional<SentCommand> finish_overheard(const std::string& id);

    /// Those whose deadline has just passed. They are kept for another two minutes, in case the board answers after
    /// all.
    std::vector<SentCommand> take_timed_out(Micros now);

    /// All that had not ended; the board that had them is gone.
    std::vector<SentCommand> take_all();

private:
    std::optional<SentCommand> take(std::vector<SentCommand>::iterator found);

    struct Moment {
        std::string id;
        Micros at{};
    };

    std::deque<std::string> recent_ids_;
    std::deque<Moment> recent_moments_;
    std::vector<SentCommand> waiting_;
};

} // namespace hub::core
