// SPDX-License-Identifier: Apache-2.0
#include "hub/jobs/tool_report.hpp"

#include "hub/core/json_parts.hpp"
#include "hub/core/safe_json.hpp"
#include "hub/jobs/tool.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace hub::jobs {

using core::text_at;

namespace {

constexpr std::string_view hint_mark = "What to try: ";
constexpr std::size_t message_size_max = 1000;
constexpr double count_max = 1e15; // beyond it, numbers of JSON are no longer whole

double count_at(const Json& json, const char* key) {
    const double value = core::number_at(json, key);
    return std::isfinite(value) ? std::clamp(value, 0.0, count_max) : 0;
}

void say(Job& job, std::string_view text) {
    job.step = core::printable(text, line_size_max);
    add_line(job, text);
}

void hear_progress(Job& job, const Json& said) {
    JobProgress progress{static_cast<std::uint64_t>(count_at(said, "done")),
                         static_cast<std::uint64_t>(count_at(said, "total")), count_at(said, "bytes_per_s"),
                         count_at(said, "left_s")};
    progress.done = std::min(progress.done, progress.total);
    job.progress = progress;
}

/// How much is to be sent, and as each file arrives, how much has.
void hear_plan(Job& job, const Json& said) {
    enter(job, Phase::copy);
    job.progress = JobProgress{0, static_cast<std::uint64_t>(count_at(said, "bytes")), 0, 0};
    const std::string version = text_at(said, "version");
    say(job, version.empty() ? "Copy what differs" : "Copy what differs of version " + version);
}

void hear_file(Job& job, const Json& said) {
    const auto sent = said.find("sent"); // sync tells only of those that were sent
    if (job.progress && (sent == said.end() || *sent == true)) {
        const auto size = static_cast<std::uint64_t>(count_at(said, "size"));
        job.progress->done = std::min(job.progress->done + size, job.progress->total);
    }
    say(job, text_at(said, "path"));
}

// Flat, so that a file of many such stays within what is read.
void keep_result(Job& job, Json said) {
    said.erase("type");
    for (auto field = said.begin(); field != said.end();)
        field = field->is_primitive() ? std::next(field) : said.erase(field);
    job.result = said.dump().size() <= result_size_max ? std::move(said) : Json();
}

void hear(Job& job, const std::string& type, const Json& said) {
    static constexpr std::array ends{"result", "end", "ok", "crashed", "erased", "firmware"};
    if (type == "step") return say(job, text_at(said, "text"));
    if (type == "progress") return hear_progress(job, said);
    if (type == "plan") return hear_plan(job, said);
    if (type == "file") return hear_file(job, said);
    if (type == "switched") return say(job, "Version " + text_at(said, "version") + " takes its place");
    if (type == "rolled_back") return say(job, "The version before takes its place");
    if (std::find(ends.begin(), ends.end(), type) != ends.end()) keep_result(job, said);
}

/// The word of base::ErrorCode that is nearest to an exit code.
std::string_view code_of(int exit_code) {
    switch (exit_code) {
    case 2: return "invalid_argument";
    case 3: return "disconnected";
    case 4: return "not_found";
    case 5: return "refused";
    default: return "io";
    }
}

/// What a person should know who stopped it in the middle.
std::optional<JobError> harm_of(const Job& job) {
    if (is_harmless(job)) return std::nullopt;
    return JobError{"invalid_state", "It was stopped in the middle: what the board has now may not start",
                    "Start it once more; only what is missing is done."};
}

} // namespace

void hear_line(Job& job, std::string_view line) {
    const auto said = core::parse_json(line, tool_line_size_max);
    if (!said || !said->is_object()) return;
    if (const auto phase = phase_of(text_at(*said, "phase")); phase && *phase != Phase::none) enter(job, *phase);
    hear(job, text_at(*said, "type"), *said);
}

void hear_complaint(Job& job, std::string_view line) {
    if (line.empty()) return;
    add_line(job, line);
    if (line.starts_with(hint_mark) && job.error) {
        job.error->hint = core::printable(line.substr(hint_mark.size()), message_size_max);
    } else {
        job.error = JobError{"io", core::printable(line, message_size_max), ""};
    }
}

void hear_end(Job& job, int exit_code) {
    if (exit_code == 0) {
        job.state = JobState::done;
        job.error.reset();
    } else if (job.cancelling) {
        job.state = JobState::cancelled;
        job.error = harm_of(job);
    } else {
        job.state = JobState::failed;
        if (!job.error) {
            job.error = JobError{"internal", "It ended without a word", "The hub's log may say more."};
            if (exit_code < 0) job.error->message = "It was ended by signal " + std::to_string(-exit_code);
        }
        if (exit_code > 0) job.error->code = code_of(exit_code);
    }
    job.cancelling = false;
}

} // namespace hub::jobs
