// SPDX-License-Identifier: Apache-2.0
// Says which changes are kept on the timeline, and as which rows.
#pragma once

#include "hub/core/model.hpp"

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace hub::timeline {

/// The longest text of a row in bytes; what is longer is cut at a character's edge.
inline constexpr std::size_t text_size_max = 1024;
/// The longest JSON of a row in bytes; what is longer is left out, as half of it would not be JSON.
inline constexpr std::size_t data_size_max = 4096;

/// A number to plot. Always finite.
struct Sample {
    std::string uid;
    std::string id;
    core::Time at;
    double value = 0;
};

/// A row of the event list; `data` is JSON text.
struct Line {
    std::string uid;
    std::string what;
    std::string id;
    core::Time at;
    std::string text;
    std::string data;
};

using Row = std::variant<Sample, Line>;

/// What `row` weighs in the buffer, in bytes.
std::size_t row_size(const Row& row) noexcept;

/// Log lines are many and worth the least: the first to go when there is no room.
bool is_log(const Row& row) noexcept;

/// The rows that keep `change`, at most two:
///
/// | change | rows |
/// |---|---|
/// | a number | sample |
/// | true, false | sample 1 or 0, and line `state` |
/// | text, unknown | line `state` |
/// | an event | line `event`, at its true time |
/// | an output | sample `output:<name>`, and line `output` with its cause |
/// | a log line, a crash, each outcome of a command | line `log`, `crash`, `command` |
/// | a heartbeat | sample `up:heap`, when it says how much is free |
///
/// Console text, board cards and declarations are not kept. A number that is not finite is not kept either.
std::vector<Row> rows_of(const core::Change& change);

} // namespace hub::timeline
