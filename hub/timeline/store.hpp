// SPDX-License-Identifier: Apache-2.0
// The timeline: every value, event, command, log line and crash, with one clock, in one place.
#pragma once

#include "base/result.hpp"
#include "hub/core/model.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hub::timeline {

/// One point of a plot. A bucket of several samples has `min` and `max` around `mean`; a single sample has all three
/// equal.
struct Point {
    core::Time at;
    double min = 0;
    double mean = 0;
    double max = 0;
};

/// A row for the event list: an event, a state given in words, an output's change, a command, a crash.
struct Entry {
    std::int64_t seq = 0; ///< unique and growing: the tie-breaker of equal times
    core::Time at;
    std::string uid;
    std::string what; ///< "event", "state", "output", "command", "log", "crash"
    std::string id;   ///< entity, output, or log level
    std::string text; ///< event type, value, outcome, message
    core::Json data;
};

struct Span {
    core::Time from;
    core::Time to;
};

/// How recording goes; shown in diagnostics.
struct Health {
    std::uint64_t rows_written = 0;
    std::uint64_t rows_waiting = 0;
    std::uint64_t rows_dropped = 0; ///< lost because the buffer for a full disk was full
    std::string problem;            ///< empty when all is well
};

/// Recording is an Observer and never blocks: rows go to a bounded buffer and one writer thread. Queries run on the
/// caller's thread over read-only connections of their own; any thread may query.
class Store : public core::Observer {
public:
    virtual ~Store() = default;

    /// Attempts at once what waits. Returns when everything recorded before the call is committed, and so outlives this
    /// program, or an attempt has failed; `health` says which. (Power lost at that moment may take the last commits
    /// along.)
    virtual void flush() = 0;
    virtual Health health() const = 0;

    /// Numeric samples of one entity, thinned to at most `points_max` buckets (1 to 10,000), oldest first; both ends of
    /// the span belong to it. None for an entity that was never heard of. A guarded output is `output:<name>`, the free
    /// heap of a board `up:heap`. Errors: `invalid_argument`, `malformed`, `busy`, `io`.
    virtual base::Result<std::vector<Point>> samples(const std::string& uid, const std::string& id, Span span,
                                                     std::size_t points_max) const = 0;

    /// Newest first, at most `limit` (1 to 1,000); `before_seq` continues an earlier page. Empty `uid`: all boards;
    /// empty `what`: everything except log lines. Newest by `at`; the later recorded one of equal times. Errors:
    /// `invalid_argument`, `not_found` for an entry `before_seq` that is not there, `malformed`, `busy`, `io`.
    virtual base::Result<std::vector<Entry>> entries(const std::string& uid, const std::string& what, std::size_t limit,
                                                     std::optional<std::int64_t> before_seq) const = 0;
};

/// Opens or creates the SQLite file (mode 0600), migrating an older schema. A damaged file is moved aside and a new one
/// begun, now or when it turns out later; `health().problem` says so. At most one store may have a file open. Errors:
/// `io`, `busy`, `unsupported` for a newer schema, another program's database, or a file system without locks.
base::Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file);

} // namespace hub::timeline
