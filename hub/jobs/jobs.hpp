// SPDX-License-Identifier: Apache-2.0
// Which jobs there are: one a board, some at once, the others in order, and what became of those before. No I/O.
#pragma once

#include "base/clock.hpp"
#include "hub/jobs/job.hpp"
#include "hub/jobs/tool.hpp"

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hub::jobs {

inline constexpr std::size_t running_max = 4;
inline constexpr std::size_t queued_max = 16;
/// Of those that have ended, the newest are kept.
inline constexpr std::size_t ended_max = 50;

/// How often a job's news are told at most; its beginning and its end are told at once.
inline constexpr base::Micros tell_interval = base::from_ms(200);
/// A program that says nothing for so long is ended; nothing that a board is asked takes longer.
inline constexpr base::Micros silence_max = base::from_ms(5 * 60'000);
/// And so is one that goes on for so long: 16 MB through the slowest ROM take less.
inline constexpr base::Micros duration_max = base::from_ms(90 * 60'000);
/// Between the polite end and the other.
inline constexpr base::Micros end_patience = base::from_ms(5000);

/// What is to be done, checked already.
struct NewJob {
    JobKind kind = JobKind::flash;
    std::string board;
    std::string port;
    std::string claim; ///< what no other job may have meanwhile: the port, or a file that is fetched
    std::string what;
    std::string by;
    Json request;
    std::vector<std::string> arguments; ///< for the program
    std::string upload;                 ///< the id of a file that must stay; empty: none
};

/// One thread.
class Jobs {
public:
    class Dependencies {
    public:
        virtual base::Micros now() = 0;
        virtual core::Time wall() = 0;
        virtual base::Result<std::unique_ptr<Tool>> start(std::vector<std::string> arguments,
                                                          Tool::Listener& listener) = 0;
        /// Calls `on_time` then, and not at the time asked for before; base::never for not at all.
        virtual void wake_at(base::Micros when) = 0;
        /// There is news of it. Must not call the jobs.
        virtual void on_job(const Job& job) = 0;
        /// Keeps what `load` is to get after a restart.
        virtual void save(std::string text) = 0;

    protected:
        ~Dependencies() = default;
    };

    /// `dependencies` outlive the jobs.
    explicit Jobs(Dependencies& dependencies);
    /// Kills what runs.
    ~Jobs();
    Jobs(const Jobs&) = delete;
    Jobs& operator=(const Jobs&) = delete;

    /// Takes up what `save` got last: what had not ended is interrupted. Of a damaged text, what can be read of it.
    void load(std::string_view text);

    /// Starts it, or puts it in the queue. Errors: `busy`, with the job that has the board; `full`; those of `start`.
    base::Result<Job> start(NewJob job);

    /// Errors: `not_found`, `invalid_state` for one that has ended, or, unless `force`, would leave harm.
    base::Result<Job> cancel(std::string_view id, bool force);

    /// Null when there is none; valid until the next call.
    const Job* find(std::string_view id) const;
    /// Newest first; likewise.
    std::vector<const Job*> list() const;
    /// Whether a job that has not ended wants this file.
    bool needs_upload(std::string_view upload) const;

    void on_time();

    /// The hub ends: everything that runs is asked to. What is saved already says what will have been interrupted.
    void stop();

private:
    struct Entry;

    base::Result<> run(Entry& entry);
    void run_next();
    void heard(Entry& entry, Phase before, bool touched_before);
    void ended(Entry& entry, int exit_code);
    void tell(Entry& entry);
    void look_at(Entry& entry, base::Micros now);
    void end_politely(Entry& entry);
    void forget_oldest();
    void save();
    void plan();
    std::size_t count(JobState state) const;
    Entry* find_entry(std::string_view id) const;

    Dependencies& dependencies_;
    std::list<std::unique_ptr<Entry>> entries_; ///< oldest first
    unsigned next_id_ = 1;
    bool stopping_ = false;
};

} // namespace hub::jobs
