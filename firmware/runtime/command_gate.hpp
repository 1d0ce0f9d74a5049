// SPDX-License-Identifier: Apache-2.0
// Decides below Python whether a command from the home may reach it (docs/protocol.md, "What a board does with set").
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "firmware/bridge/messages.hpp"
#include "firmware/runtime/entities.hpp"
#include "protocol/json/value.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace firmware::runtime {

/// Applies the five rules in their order. Not thread-safe; the hardware core owns it.
class CommandGate {
public:
    static constexpr std::size_t remembered_ids = 32;
    static constexpr std::size_t commands_per_second = 4;
    static constexpr std::int64_t ttl_ms_default = 5000;
    static constexpr std::int64_t ttl_ms_max = 60000;

    struct Verdict {
        bool answerable = false;                ///< the message has a valid cmd_id to answer to
        std::optional<base::ErrorCode> refusal; ///< nothing: `command` may go to Python
        bridge::HomeCommand command;
    };

    /// `message` is `["set",id,value,cmd_id,ttl_ms,sent_ms]`; `now` is uptime; `busy` says that Python's queue is full.
    Verdict check(const protocol::json::Value& message, const Entities& entities, base::Micros now, bool busy) noexcept;

    /// A new declaration: forgets how often entities were commanded, not which commands were.
    void forget_rates() noexcept { recent_ = {}; }

private:
    using Times = std::array<base::Micros, commands_per_second>;

    bool seen(std::string_view cmd_id) noexcept;
    bool too_fast(std::size_t entity, base::Micros now) noexcept;

    std::array<base::FixedString<bridge::cmd_id_max>, remembered_ids> ids_;
    std::size_t next_id_ = 0;
    /// For each entity the latest accepted commands, a ring; a moment is kept plus one, so that 0 means none.
    std::array<Times, bridge::entities_max> recent_{};
    std::array<std::uint8_t, bridge::entities_max> next_recent_{};
};

} // namespace firmware::runtime
