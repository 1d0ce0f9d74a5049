// SPDX-License-Identifier: Apache-2.0
// `ouro jobs`: what the hub does with boards by itself, and its end.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/sizes.hpp"
#include "cli/terminal.hpp"
#include "hub/core/json_parts.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace cli {

using hub::core::number_at;
using hub::core::text_at;

namespace {

struct Words {
    std::string id;
    bool force = false;
};

/// "write 45 %, 12 s left"; of one that has ended, why.
std::string how_far(const Json& job) {
    const Json error = job.value("error", Json());
    if (error.is_object()) return text_at(error, "message");
    if (text_at(job, "state") != "running") return "";
    std::string text = text_at(job, "phase");
    const Json progress = job.value("progress", Json());
    if (!progress.is_object() || number_at(progress, "total") <= 0) return text;
    const double percent = 100 * number_at(progress, "done") / number_at(progress, "total");
    text += " " + std::to_string(static_cast<int>(percent)) + " %";
    const double left_s = number_at(progress, "left_s");
    return left_s < 1 ? text : text + ", " + std::to_string(static_cast<long long>(left_s)) + " s left";
}

std::vector<std::string> row_of(const Json& job) {
    const std::string board = text_at(job, "board");
    return {text_at(job, "id"),
            text_at(job, "kind"),
            text_at(job, "what"),
            board.empty() ? "-" : board,
            age(number_at(job, "created_ms"), now_ms()),
            text_at(job, "state"),
            how_far(job)};
}

int list(const Invocation& invocation) {
    const auto jobs = Client(invocation.data_folder()).get("/api/jobs");
    if (!jobs) return report(jobs.error());
    if (invocation.json) {
        std::puts(json_text(*jobs).c_str());
        return exit_ok;
    }
    if (jobs->empty()) {
        std::puts("There are no jobs. The hub's page starts them.");
        return exit_ok;
    }
    std::vector<std::vector<std::string>> rows{{"ID", "KIND", "WHAT", "BOARD", "BEGAN", "STATE", ""}};
    for (const Json& job : *jobs) rows.push_back(row_of(job));
    std::fputs(table(rows, stdout_is_styled()).c_str(), stdout);
    return exit_ok;
}

void say(const std::string& text) { std::printf("%s\n", printable(text).c_str()); }

void say_rate(const Json& job) {
    const Json progress = job.value("progress", Json());
    if (text_at(job, "state") != "running" || !progress.is_object()) return;
    say(size_text(number_at(progress, "done")) + " of " + size_text(number_at(progress, "total")) + ", " +
        size_text(number_at(progress, "bytes_per_s")) + "/s");
}

int show(const Invocation& invocation, const std::string& id) {
    const auto job = Client(invocation.data_folder()).get("/api/jobs/" + encoded(id));
    if (!job) return report(job.error());
    if (invocation.json) {
        std::puts(json_text(*job).c_str());
        return exit_ok;
    }
    const std::string board = text_at(*job, "port");
    say("Job " + text_at(*job, "id") + ": " + text_at(*job, "kind") + " " + text_at(*job, "what") +
        (board.empty() ? "" : " on " + board) + ", by " + text_at(*job, "by"));
    for (const Json& line : job->value("lines", Json::array())) {
        if (line.is_string()) say("  " + line.get<std::string>());
    }
    say(text_at(*job, "state") + (how_far(*job).empty() ? "" : ": " + how_far(*job)));
    say_rate(*job);
    const Json error = job->value("error", Json());
    if (error.is_object() && !text_at(error, "hint").empty()) say("What to try: " + text_at(error, "hint"));
    return exit_ok;
}

int cancel(const Invocation& invocation, const Words& words) {
    const std::string force = words.force ? "?force=1" : "";
    if (auto done = Client(invocation.data_folder()).remove("/api/jobs/" + encoded(words.id) + force); !done) {
        return report(done.error());
    }
    say("Job " + words.id + " ends.");
    return exit_ok;
}

} // namespace

void add_jobs(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("jobs", "List what the hub does with boards by itself: flash, deploy, sync");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->require_subcommand(0, 1);
    auto* showing = command->add_subcommand("show", "Show what one says, and how far it is");
    add_data_option(*showing, invocation);
    add_json_option(*showing, invocation);
    showing->add_option("ID", words->id, "As listed")->required();
    auto* cancelling = command->add_subcommand("cancel", "End one, if that does no harm");
    add_data_option(*cancelling, invocation);
    cancelling->add_option("ID", words->id, "As listed")->required();
    cancelling->add_flag("--force", words->force, "Also while it writes: the board may not start then");
    command->footer("Examples:\n  ouro jobs\n  ouro jobs show 12\n  ouro jobs cancel 12");
    command->callback([&invocation, words, showing, cancelling] {
        invocation.run = [&invocation, words, shows = showing->parsed(), cancels = cancelling->parsed()] {
            if (shows) return show(invocation, words->id);
            return cancels ? cancel(invocation, *words) : list(invocation);
        };
    });
}

} // namespace cli
