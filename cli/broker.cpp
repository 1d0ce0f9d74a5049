// SPDX-License-Identifier: Apache-2.0
// `ouro broker`: what Home Assistant has to be told about the hub's own broker.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "hub/home/broker_files.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>
#include <vector>

namespace cli {

namespace {

int run_broker(const Invocation& invocation) {
    const auto found = hub::home::find_broker_access(invocation.data_folder());
    if (!found) return report(failure_of(found.error()));
    if (!*found) {
        return report({exit_not_found, "The hub has no broker of its own in " + invocation.data_folder().string(),
                       "It makes one when `ouro serve` is not told of another."});
    }
    const hub::home::BrokerAccess& broker = **found;
    if (invocation.json) {
        const Json facts = {
            {"host", broker.host}, {"port", broker.port}, {"username", broker.username}, {"password", broker.password}};
        std::puts(json_text(facts).c_str());
        return exit_ok;
    }
    const std::vector<std::vector<std::string>> rows{{"Broker", broker.host},
                                                     {"Port", std::to_string(broker.port)},
                                                     {"Username", broker.username},
                                                     {"Password", broker.password}};
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
