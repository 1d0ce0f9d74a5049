// SPDX-License-Identifier: Apache-2.0
// `ouro sessions`: the hub's sessions with boards, who is attached, and their end.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <cstdio>
#include <ctime>
#include <memory>

namespace cli {

namespace {

// "2026-11-21 20:03" of the local day.
std::string date(double at_ms) {
    const auto seconds = static_cast<std::time_t>(at_ms / 1000.0);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &local)};
}

std::string viewers_of(const Json& session) {
    std::string names;
    for (const Json& viewer : session.value("viewers", Json::array())) {
        names += (names.empty() ? "" : ", ") + viewer.value("name", "");
        if (!viewer.value("typing", false)) names += " (watches)";
    }
    return names.empty() ? "detached" : names;
}

std::string lease_of(const Json& session) {
    const Json lease = session.value("lease", Json());
    if (!lease.is_object()) return "-";
    return lease.value("name", "") + " since " + clock_time(lease.value("since_ms", 0.0)).substr(0, 8);
}

std::vector<std::string> row_of(const Json& session) {
    const std::string board = session.value("board", "");
    const std::string state = session.value("state", "");
    return {session.value("id", ""),
            board.empty() ? "-" : board,
            session.value("port", "") + (state == "open" ? "" : " (" + state + ")"),
            date(session.value("since_ms", 0.0)),
            viewers_of(session),
            lease_of(session),
            std::to_string(session.value("kept_bytes", 0)) + " B"};
}

int list(const Invocation& invocation) {
    const auto sessions = Client(invocation.data_folder()).get("/api/sessions");
    if (!sessions) return report(sessions.error());
    if (invocation.json) {
        std::puts(json_text(*sessions).c_str());
        return exit_ok;
    }
    if (sessions->empty()) {
        std::puts("The hub has no port. `ouro ports` lists what is plugged in, and who holds it.");
        return exit_ok;
    }
    std::vector<std::vector<std::string>> rows{{"ID", "BOARD", "PORT", "SINCE", "VIEWERS", "LEASE", "KEPT"}};
    for (const Json& session : *sessions) rows.push_back(row_of(session));
    std::fputs(table(rows, stdout_is_styled()).c_str(), stdout);
    return exit_ok;
}

int end(const Invocation& invocation, const std::string& id) {
    if (auto ended = Client(invocation.data_folder()).remove("/api/sessions/" + encoded(id)); !ended) {
        return report(ended.error());
    }
    std::printf("The session %s has ended; its port is free for 10 s, then the hub takes it again.\n",
                printable(id).c_str());
    return exit_ok;
}

} // namespace

void add_sessions(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("sessions", "List the hub's sessions with boards: who watches, who types");
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    auto* kill = command->add_subcommand("kill", "Cut everybody off, and give the port back for 10 s");
    const auto id = std::make_shared<std::string>();
    add_data_option(*kill, invocation);
    kill->add_option("ID", *id, "As listed; a board's uid or its port's name")->required();
    command->footer("Examples:\n  ouro sessions\n  ouro repl ttyUSB0             attach to one that is detached\n"
                    "  ouro sessions kill ttyUSB0");
    command->callback([&invocation, id, kill] {
        invocation.run = [&invocation, id, ending = kill->parsed()] {
            return ending ? end(invocation, *id) : list(invocation);
        };
    });
}

} // namespace cli
