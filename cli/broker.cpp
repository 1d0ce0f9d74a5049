// SPDX-License-Identifier: Apache-2.0
// `ouro broker`: what Home Assistant has to be told about the hub's own broker.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>

namespace cli {

namespace {

int run_broker(const Invocation& invocation) {
    const std::filesystem::path file = invocation.data_folder() / "broker.json";
    std::ifstream stream(file);
    const Json broker = Json::parse(stream, nullptr, false);
    if (!broker.is_object()) {
        return report({exit_not_found, "The hub has no broker of its own in " + file.parent_path().string(),
                       "It makes one when `ouro serve` is not told of another."});
    }
    const std::string host = broker.value("host", "127.0.0.1");
    if (invocation.json) {
        std::puts(json_text(broker).c_str());
        return exit_ok;
    }
    const std::vector<std::vector<std::string>> rows{{"Broker", host},
                                                     {"Port", std::to_string(broker.value("port", 0))},
                                                     {"Username", broker.value("username", "")},
                                                     {"Password", broker.value("password", "")}};
    std::fputs(table(rows, false).c_str(), stdout);
    return exit_ok;
}

} // namespace

void add_broker(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("broker", "Print how Home Assistant reaches the hub's own broker");
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->callback([&invocation] { invocation.run = [&invocation] { return run_broker(invocation); }; });
}

} // namespace cli
