// SPDX-License-Identifier: Apache-2.0
// `ouro clean`: removes what Python left in a folder.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/python_caches.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

namespace cli {

namespace {

int clean(const Invocation& invocation, const std::string& folder) {
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) {
        return report({exit_not_found, folder + " is no folder", "Name the folder of an app or a project."});
    }
    const auto removed = hub::workbench::remove_python_caches(folder);
    if (!removed) return report(failure_of(removed.error()));
    for (const auto& path : *removed) {
        const std::string text = path.string();
        std::puts(invocation.json ? json_text({{"removed", text}}).c_str() : ("removed " + printable(text)).c_str());
    }
    if (removed->empty() && !invocation.json) std::puts("nothing to remove");
    return exit_ok;
}

} // namespace

void add_clean(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("clean", "Remove __pycache__ and *.pyc from a folder");
    const auto folder = std::make_shared<std::string>(".");
    add_json_option(*command, invocation);
    command->add_option("DIR", *folder, "The folder, with all below it (default: this one)");
    command->footer("Nothing else is removed. Links are not followed.");
    command->callback(
        [&invocation, folder] { invocation.run = [&invocation, folder] { return clean(invocation, *folder); }; });
}

} // namespace cli
