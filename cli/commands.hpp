// SPDX-License-Identifier: Apache-2.0
// The commands of `ouro`: each adds itself to the parser and says what to run when it is chosen.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace cli {

/// What the parser fills in and `main` runs.
struct Invocation {
    std::optional<std::string> data; ///< --data
    bool json = false;               ///< --json
    std::string command;             ///< as it was typed, without its options: "ouro fs put"
    std::function<int()> run;        ///< the chosen command; returns an ExitCode

    /// Where the hub keeps its things.
    std::filesystem::path data_folder() const;
};

/// Adds --data, and --json where a command has something to print.
void add_data_option(CLI::App& command, Invocation& invocation);
void add_json_option(CLI::App& command, Invocation& invocation);

void add_serve(CLI::App& app, Invocation& invocation);
void add_boards(CLI::App& app, Invocation& invocation);
void add_board(CLI::App& app, Invocation& invocation);
void add_set(CLI::App& app, Invocation& invocation);
void add_logs(CLI::App& app, Invocation& invocation);
void add_tuya(CLI::App& app, Invocation& invocation);
void add_url(CLI::App& app, Invocation& invocation);
void add_run(CLI::App& app, Invocation& invocation);
void add_exec(CLI::App& app, Invocation& invocation);
void add_eval(CLI::App& app, Invocation& invocation);
void add_repl(CLI::App& app, Invocation& invocation);
void add_fs(CLI::App& app, Invocation& invocation);
void add_sync(CLI::App& app, Invocation& invocation);
void add_soft_reset(CLI::App& app, Invocation& invocation);
/// `reset`, `bootloader` and `rtc`.
void add_reset(CLI::App& app, Invocation& invocation);
/// `romfs query`, `romfs build`, `romfs deploy`.
void add_romfs(CLI::App& app, Invocation& invocation);
void add_broker(CLI::App& app, Invocation& invocation);
void add_clean(CLI::App& app, Invocation& invocation);
void add_deploy(CLI::App& app, Invocation& invocation);
void add_mip(CLI::App& app, Invocation& invocation);
void add_new(CLI::App& app, Invocation& invocation);
void add_mount(CLI::App& app, Invocation& invocation);
void add_edit(CLI::App& app, Invocation& invocation);
void add_doctor(CLI::App& app, Invocation& invocation);
void add_ports(CLI::App& app, Invocation& invocation);
void add_secrets(CLI::App& app, Invocation& invocation);
void add_jobs(CLI::App& app, Invocation& invocation);
/// `ha check`, `ha status`, `ha orphans`.
void add_ha(CLI::App& app, Invocation& invocation);
void add_sessions(CLI::App& app, Invocation& invocation);

} // namespace cli
