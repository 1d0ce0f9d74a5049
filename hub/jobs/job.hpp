// SPDX-License-Identifier: Apache-2.0
// One job: what was asked for, how far it is, and how it ended. Its JSON is that of openapi.yaml, and of the file.
#pragma once

#include "base/result.hpp"
#include "hub/core/model.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hub::jobs {

using core::Json;

/// The last steps and complaints that are kept, and the longest of them.
inline constexpr std::size_t lines_max = 20;
inline constexpr std::size_t line_size_max = 200;

enum class JobKind : std::uint8_t { flash, erase, fetch, deploy, sync };
enum class JobState : std::uint8_t { queued, running, done, failed, cancelled, interrupted };
enum class Phase : std::uint8_t {
    none,
    connect,
    fetch,
    compare,
    erase,
    write,
    verify,
    start,
    copy,
    switch_,
    watch,
    roll_back
};

/// The words of openapi.yaml; nothing for a word that is none.
std::string_view kind_name(JobKind kind) noexcept;
std::string_view state_name(JobState state) noexcept;
std::string_view phase_name(Phase phase) noexcept;
std::optional<JobKind> kind_of(std::string_view word) noexcept;
std::optional<JobState> state_of(std::string_view word) noexcept;
std::optional<Phase> phase_of(std::string_view word) noexcept;

struct JobProgress {
    std::uint64_t done = 0; ///< bytes, in this phase
    std::uint64_t total = 0;
    double bytes_per_s = 0;
    double left_s = 0;
};

/// Why it failed; as base::Error, but of any length and kept in a file.
struct JobError {
    std::string code;
    std::string message;
    std::string hint;
};

struct Job {
    std::string id;
    JobKind kind = JobKind::flash;
    std::string board; ///< as it was asked for
    std::string port;  ///< what that means
    std::string what;  ///< what is brought there
    std::string by;    ///< "web", "cli", "api"
    JobState state = JobState::queued;
    Phase phase = Phase::none;
    bool touched = false;    ///< the board has lost what it had, and has not got all of the new yet
    bool cancelling = false; ///< it was asked to end
    std::optional<JobProgress> progress;
    std::string step;
    std::deque<std::string> lines;
    core::Time created;
    std::optional<core::Time> started;
    std::optional<core::Time> ended;
    Json result; ///< what it said at its end; null for nothing
    std::optional<JobError> error;
    Json request; ///< as it was asked for, to ask again
};

bool has_ended(const Job& job) noexcept;

/// Whether ending it now leaves the board as it was, or as it is to be.
bool is_harmless(const Job& job) noexcept;

/// Goes into a phase, and keeps account of what that does to the board.
void enter(Job& job, Phase phase) noexcept;

/// Adds to `lines`, made printable and cut.
void add_line(Job& job, std::string_view line);

Json json_of(const Job& job);
Json json_of(const std::vector<const Job*>& jobs);
/// A job out of a file; nothing when something in it is not as `json_of` writes it.
std::optional<Job> job_of(const Json& json);

} // namespace hub::jobs
