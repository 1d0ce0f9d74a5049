// SPDX-License-Identifier: Apache-2.0
// `ouro url`: the address of the web page, with the key in it.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>

namespace cli {

namespace {

std::string first_line(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    return line;
}

int run_url(const Invocation& invocation) {
    const std::filesystem::path data = invocation.data_folder();
    const auto health = Client(data).get("/health");
    if (!health) return report(health.error());
    const std::string address = first_line(data / "address");
    const std::string token = first_line(data / "token");
    if (address.empty() || token.empty()) {
        return report({exit_failed, "Can't read the address and token in " + data.string(),
                       "Are you the user that runs the hub?"});
    }
    const std::string url = address + "#token=" + token;
    std::puts(invocation.json ? json_text({{"url", url}}).c_str() : printable(url).c_str());
    return exit_ok;
}

} // namespace

void add_url(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("url", "Print the address of the web page, with the key in it");
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->callback([&invocation] { invocation.run = [&invocation] { return run_url(invocation); }; });
}

} // namespace cli
