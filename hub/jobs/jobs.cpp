// SPDX-License-Identifier: Apache-2.0
#include "hub/jobs/jobs.hpp"

#include "hub/core/safe_json.hpp"
#include "hub/jobs/tool_report.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace hub::jobs {

using base::ErrorCode;

namespace {

constexpr unsigned id_max = 999'999'999;
/// Each has a result and lines at most.
constexpr std::size_t saved_size_max = (ended_max + queued_max + running_max) * (result_size_max + 16'384);

std::string name_of(const Job& job) {
    return "job " + job.id + " (" + std::string(kind_name(job.kind)) + ", by " + job.by + ")";
}

JobError interruption_of(const Job& job) {
    if (job.state == JobState::queued) {
        return {"invalid_state", "The hub ended before this began", "Start it once more."};
    }
    if (is_harmless(job)) return {"invalid_state", "The hub ended while this ran", "Start it once more."};
    return {"invalid_state", "The hub ended in the middle of it: what the board has now may not start",
            "Start it once more; only what is missing is done."};
}

} // namespace

struct Jobs::Entry final : Tool::Listener {
    Entry(Jobs& jobs, Job what) : owner(jobs), job(std::move(what)) {}

    void on_line(std::string_view line, bool is_complaint) override {
        const Phase before = job.phase;
        const bool touched_before = job.touched;
        if (is_complaint) {
            hear_complaint(job, line);
        } else {
            hear_line(job, line);
        }
        owner.heard(*this, before, touched_before);
    }
    void on_end(int exit_code) override { owner.ended(*this, exit_code); }

    Jobs& owner;
    Job job;
    std::vector<std::string> arguments;
    std::string claim;
    std::string upload;
    std::unique_ptr<Tool> tool; ///< while it runs
    base::Micros heard_at = 0;  ///< the last line
    base::Micros began_at = 0;
    base::Micros kill_at = base::never; ///< after it was asked to end
    base::Micros told_at = -tell_interval;
    bool has_news = false;
    bool is_too_long = false;
};

Jobs::Jobs(Dependencies& dependencies) : dependencies_(dependencies) {}

Jobs::~Jobs() = default;

void Jobs::load(std::string_view text) {
    const auto saved = core::parse_json(text, saved_size_max);
    if (!saved || !saved->is_object() || !saved->contains("jobs")) return;
    for (const Json& one : (*saved)["jobs"]) {
        auto job = job_of(one);
        if (!job) continue;
        unsigned number = 0;
        std::from_chars(job->id.data(), job->id.data() + job->id.size(), number);
        if (number < next_id_) continue; // out of order: not as we wrote it
        next_id_ = number + 1;
        if (!has_ended(*job)) {
            job->error = interruption_of(*job);
            job->state = JobState::interrupted;
            job->ended = dependencies_.wall();
        }
        entries_.push_back(std::make_unique<Entry>(*this, std::move(*job)));
    }
    forget_oldest();
}

base::Result<Job> Jobs::start(NewJob wanted) {
    for (const auto& entry : entries_) {
        if (has_ended(entry->job) || entry->claim != wanted.claim) continue;
        return base::fail(ErrorCode::busy, wanted.claim + ": " + name_of(entry->job) + " has it",
                          "Wait for its end, or `ouro jobs cancel " + entry->job.id + "`.");
    }
    if (count(JobState::running) >= running_max && count(JobState::queued) >= queued_max) {
        return base::fail(ErrorCode::full, "Too many jobs wait already", "Wait until some have ended.");
    }
    Job job;
    job.id = std::to_string(next_id_);
    job.kind = wanted.kind;
    job.board = std::move(wanted.board);
    job.port = std::move(wanted.port);
    job.what = std::move(wanted.what);
    job.by = std::move(wanted.by);
    job.created = dependencies_.wall();
    job.request = std::move(wanted.request);
    auto entry = std::make_unique<Entry>(*this, std::move(job));
    entry->arguments = std::move(wanted.arguments);
    entry->claim = std::move(wanted.claim);
    entry->upload = std::move(wanted.upload);
    if (count(JobState::running) < running_max) {
        if (auto running = run(*entry); !running) return tl::unexpected(running.error());
    }
    next_id_ = next_id_ % id_max + 1;
    entries_.push_back(std::move(entry));
    tell(*entries_.back());
    save();
    plan();
    return entries_.back()->job;
}

base::Result<> Jobs::run(Entry& entry) {
    auto tool = dependencies_.start(entry.arguments, entry);
    if (!tool) return tl::unexpected(tool.error());
    entry.tool = std::move(*tool);
    entry.began_at = entry.heard_at = dependencies_.now();
    entry.job.state = JobState::running;
    entry.job.started = dependencies_.wall();
    return {};
}

void Jobs::run_next() {
    for (const auto& entry : entries_) {
        if (stopping_ || count(JobState::running) >= running_max) return;
        if (entry->job.state != JobState::queued) continue;
        if (const auto running = run(*entry); !running) {
            entry->job.error =
                JobError{std::string(base::error_name(running.error().code)),
                         std::string(running.error().message.view()), std::string(running.error().hint.view())};
            entry->job.state = JobState::failed;
            entry->job.ended = dependencies_.wall();
        }
        tell(*entry);
    }
}

base::Result<Job> Jobs::cancel(std::string_view id, bool force) {
    Entry* const entry = find_entry(id);
    if (entry == nullptr) return base::fail(ErrorCode::not_found, "There is no such job", "`ouro jobs` lists them.");
    Job& job = entry->job;
    if (has_ended(job)) return base::fail(ErrorCode::invalid_state, "Job " + job.id + " has ended already");
    if (!force && !is_harmless(job)) {
        return base::fail(ErrorCode::invalid_state,
                          "Job " + job.id + " is changing what the board starts with: half of it would not start",
                          "Wait, or insist: `ouro jobs cancel " + job.id + " --force`; the same job again mends it.");
    }
    if (job.state == JobState::queued) {
        job.state = JobState::cancelled;
        job.ended = dependencies_.wall();
    } else if (!job.cancelling) {
        job.cancelling = true;
        end_politely(*entry);
    }
    tell(*entry);
    const Job told = job;
    forget_oldest();
    save();
    plan();
    return told;
}

const Job* Jobs::find(std::string_view id) const {
    const Entry* const entry = find_entry(id);
    return entry == nullptr ? nullptr : &entry->job;
}

std::vector<const Job*> Jobs::list() const {
    std::vector<const Job*> jobs;
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) jobs.push_back(&(*entry)->job);
    return jobs;
}

bool Jobs::needs_upload(std::string_view upload) const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [upload](const auto& entry) { return !has_ended(entry->job) && entry->upload == upload; });
}

void Jobs::heard(Entry& entry, Phase before, bool touched_before) {
    entry.heard_at = dependencies_.now();
    entry.has_news = true;
    if (entry.job.phase != before) tell(entry);
    // What a hub that is killed now could not say any more.
    if (entry.job.touched != touched_before) save();
    plan();
}

void Jobs::ended(Entry& entry, int exit_code) {
    entry.tool.reset();
    hear_end(entry.job, exit_code);
    if (entry.is_too_long && entry.job.state != JobState::done) {
        entry.job.state = JobState::failed;
        entry.job.error = JobError{"timeout", "It took too long, or had nothing to say for minutes, and was ended",
                                   "Look at the board and its cable, then start it once more."};
    }
    entry.job.ended = dependencies_.wall();
    tell(entry);
    run_next();
    forget_oldest();
    save();
    plan();
}

void Jobs::tell(Entry& entry) {
    entry.has_news = false;
    entry.told_at = dependencies_.now();
    dependencies_.on_job(entry.job);
}

void Jobs::on_time() {
    const base::Micros now = dependencies_.now();
    for (const auto& entry : entries_) look_at(*entry, now);
    plan();
}

void Jobs::look_at(Entry& entry, base::Micros now) {
    if (entry.has_news && now >= entry.told_at + tell_interval) tell(entry);
    if (!entry.tool) return;
    if (now >= entry.kill_at) {
        entry.kill_at = base::never;
        return entry.tool->kill();
    }
    const bool too_long = now >= entry.heard_at + silence_max || now >= entry.began_at + duration_max;
    if (!too_long || entry.is_too_long) return;
    entry.is_too_long = true;
    end_politely(entry);
}

void Jobs::end_politely(Entry& entry) {
    entry.kill_at = std::min(entry.kill_at, dependencies_.now() + end_patience);
    entry.tool->interrupt();
}

void Jobs::stop() {
    stopping_ = true;
    for (const auto& entry : entries_) {
        if (entry->tool) end_politely(*entry);
    }
    plan();
}

void Jobs::forget_oldest() {
    auto ended = static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(), [](const auto& entry) { return has_ended(entry->job); }));
    for (auto entry = entries_.begin(); entry != entries_.end() && ended > ended_max;) {
        const auto here = entry++;
        if (!has_ended((*here)->job)) continue;
        entries_.erase(here);
        --ended;
    }
}

void Jobs::save() {
    if (stopping_) return; // what runs is ended by the hub, which the next one says
    Json list = Json::array();
    for (const auto& entry : entries_) list.push_back(json_of(entry->job));
    dependencies_.save(Json({{"jobs", std::move(list)}}).dump(1, ' ', false, Json::error_handler_t::replace));
}

void Jobs::plan() {
    base::Micros next = base::never;
    for (const auto& entry : entries_) {
        if (entry->has_news) next = std::min(next, entry->told_at + tell_interval);
        if (!entry->tool) continue;
        next = std::min(next, entry->kill_at);
        if (entry->is_too_long) continue;
        next = std::min({next, entry->heard_at + silence_max, entry->began_at + duration_max});
    }
    dependencies_.wake_at(next);
}

std::size_t Jobs::count(JobState state) const {
    return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(),
                                                  [state](const auto& entry) { return entry->job.state == state; }));
}

Jobs::Entry* Jobs::find_entry(std::string_view id) const {
    for (const auto& entry : entries_) {
        if (entry->job.id == id) return entry.get();
    }
    return nullptr;
}

} // namespace hub::jobs
