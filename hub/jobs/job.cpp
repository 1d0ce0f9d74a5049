// SPDX-License-Identifier: Apache-2.0
#include "hub/jobs/job.hpp"

#include "hub/core/safe_json.hpp"
#include "hub/core/times.hpp"

#include <array>

namespace hub::jobs {

namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 5> kind_names{"flash", "erase", "fetch", "deploy", "sync"};
constexpr std::array<std::string_view, 6> state_names{"queued", "running",   "done",
                                                      "failed", "cancelled", "interrupted"};
constexpr std::array<std::string_view, 12> phase_names{"",       "connect", "fetch", "compare", "erase", "write",
                                                       "verify", "start",   "copy",  "switch",  "watch", "roll_back"};

template <typename Word, std::size_t size>
std::optional<Word> find_word(const std::array<std::string_view, size>& words, std::string_view word) noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        if (words[i] == word) return static_cast<Word>(i);
    }
    return std::nullopt;
}

Json ms_of(const std::optional<core::Time>& time) { return time ? Json(core::ms_of(*time)) : Json(); }

/// Reads the fields of one object; `good` is false after the first that is missing or of another type.
struct Reader {
    const Json& json;
    bool good = true;

    const Json& at(const char* key) {
        static const Json nothing;
        const auto found = json.find(key);
        if (found != json.end()) return *found;
        good = false;
        return nothing;
    }
    std::string text(const char* key) {
        const Json& value = at(key);
        good = good && value.is_string();
        return good ? value.get<std::string>() : std::string();
    }
    double number(const char* key) {
        const Json& value = at(key);
        good = good && value.is_number();
        return good ? value.get<double>() : 0;
    }
    std::optional<core::Time> time(const char* key) {
        if (at(key).is_null()) return std::nullopt;
        const double ms = number(key);
        good = good && ms >= 0 && ms <= core::year_9999_ms;
        return good ? core::time_of_ms(ms) : core::Time();
    }
    template <typename T>
    T word(const char* key, std::optional<T> (*find)(std::string_view) noexcept) {
        const auto found = find(text(key));
        good = good && found;
        return found.value_or(T{});
    }
};

std::optional<JobError> error_of(Reader& job) {
    const Json& json = job.at("error");
    if (!json.is_object()) return std::nullopt;
    Reader reader{json};
    JobError error{reader.text("code"), reader.text("message"), reader.text("hint")};
    job.good = job.good && reader.good;
    return error;
}

Json json_of(const std::optional<JobProgress>& progress) {
    if (!progress) return nullptr;
    return {{"done", progress->done},
            {"total", progress->total},
            {"bytes_per_s", progress->bytes_per_s},
            {"left_s", progress->left_s}};
}

} // namespace

std::string_view kind_name(JobKind kind) noexcept { return kind_names[static_cast<std::size_t>(kind)]; }
std::string_view state_name(JobState state) noexcept { return state_names[static_cast<std::size_t>(state)]; }
std::string_view phase_name(Phase phase) noexcept { return phase_names[static_cast<std::size_t>(phase)]; }
std::optional<JobKind> kind_of(std::string_view word) noexcept { return find_word<JobKind>(kind_names, word); }
std::optional<JobState> state_of(std::string_view word) noexcept { return find_word<JobState>(state_names, word); }
std::optional<Phase> phase_of(std::string_view word) noexcept { return find_word<Phase>(phase_names, word); }

bool has_ended(const Job& job) noexcept { return job.state != JobState::queued && job.state != JobState::running; }

bool is_harmless(const Job& job) noexcept {
    switch (job.phase) {
    case Phase::erase:
    case Phase::write:
    case Phase::switch_:
    case Phase::roll_back: return false;
    // What was found wrong in the end is compared and written again: until then half of it is old.
    case Phase::none:
    case Phase::connect:
    case Phase::fetch:
    case Phase::compare:
    case Phase::copy: return !job.touched;
    case Phase::verify:
    case Phase::start:
    case Phase::watch: return true;
    }
    return false;
}

void enter(Job& job, Phase phase) noexcept {
    if (job.phase != phase) job.progress.reset();
    job.phase = phase;
    if (phase == Phase::erase || phase == Phase::write || phase == Phase::switch_ || phase == Phase::roll_back) {
        job.touched = true;
    }
    if (phase == Phase::start || phase == Phase::watch) job.touched = false;
}

void add_line(Job& job, std::string_view line) {
    if (job.lines.size() >= lines_max) job.lines.pop_front();
    job.lines.push_back(core::printable(line, line_size_max));
}

Json json_of(const Job& job) {
    Json error;
    if (job.error) error = {{"code", job.error->code}, {"message", job.error->message}, {"hint", job.error->hint}};
    return {{"id", job.id},
            {"kind", kind_name(job.kind)},
            {"board", job.board},
            {"port", job.port},
            {"what", job.what},
            {"by", job.by},
            {"state", state_name(job.state)},
            {"phase", phase_name(job.phase)},
            {"cancellable", !has_ended(job) && is_harmless(job)},
            {"cancelling", job.cancelling},
            {"progress", json_of(job.progress)},
            {"step", job.step},
            {"lines", job.lines},
            {"created_ms", ms_of(job.created)},
            {"started_ms", ms_of(job.started)},
            {"ended_ms", ms_of(job.ended)},
            {"result", job.result},
            {"error", error},
            {"request", job.request}};
}

Json json_of(const std::vector<const Job*>& jobs) {
    Json list = Json::array();
    for (const Job* job : jobs) list.push_back(json_of(*job));
    return list;
}

std::optional<Job> job_of(const Json& json) {
    if (!json.is_object()) return std::nullopt;
    Reader reader{json};
    Job job;
    job.id = reader.text("id");
    job.kind = reader.word("kind", kind_of);
    job.board = reader.text("board");
    job.port = reader.text("port");
    job.what = reader.text("what");
    job.by = reader.text("by");
    job.state = reader.word("state", state_of);
    enter(job, reader.word("phase", phase_of));
    job.step = reader.text("step");
    job.created = reader.time("created_ms").value_or(core::Time());
    job.started = reader.time("started_ms");
    job.ended = reader.time("ended_ms");
    job.error = error_of(reader);
    job.result = reader.at("result");
    job.request = reader.at("request");
    for (const Json& line : reader.at("lines")) {
        if (line.is_string()) add_line(job, line.get_ref<const std::string&>());
    }
    const bool is_number =
        !job.id.empty() && job.id.size() <= 9 && job.id.find_first_not_of("0123456789") == std::string::npos;
    if (!reader.good || !is_number || !job.request.is_object()) return std::nullopt;
    return job;
}

} // namespace hub::jobs
