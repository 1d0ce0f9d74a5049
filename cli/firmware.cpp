// SPDX-License-Identifier: Apache-2.0
// `ouro firmware list` and `get`: what could be flashed.
#include "cli/firmware_store.hpp"
#include "cli/flash_commands.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace cli {

namespace {

bool is_here(const flash::CatalogueEntry& entry) {
    std::error_code ignored;
    return std::filesystem::exists(firmware_folder() / entry.file_name(), ignored);
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

/// Those of one board; or, where no board is called so, of those whose title has the word: a NodeMCU is an esp8266.
std::vector<flash::CatalogueEntry> entries_of(const std::string& wish) {
    const auto& all = flash::Catalogue::built_in().entries();
    if (wish.empty()) return {all.begin(), all.end()};
    std::vector<flash::CatalogueEntry> found;
    const auto take = [&](const auto& fits) { std::copy_if(all.begin(), all.end(), std::back_inserter(found), fits); };
    take([&](const auto& entry) { return entry.board == wish; });
    if (found.empty())
        take([&](const auto& entry) { return lower(entry.title).find(lower(wish)) != std::string::npos; });
    return found;
}

int list(const Invocation& invocation, const std::string& board) {
    std::vector<std::vector<std::string>> rows{{"BOARD", "WHAT IT IS", "FIRMWARE", "VERSION", "HERE"}};
    for (const flash::CatalogueEntry& entry : entries_of(board)) {
        rows.push_back({entry.board, entry.title, entry.system, entry.version, is_here(entry) ? "yes" : ""});
        if (!invocation.json) continue;
        std::puts(json_text({{"board", entry.board},
                             {"title", entry.title},
                             {"system", entry.system},
                             {"version", entry.version},
                             {"url", flash::at_mirror(entry.url, firmware_mirror())},
                             {"here", is_here(entry)}})
                      .c_str());
    }
    if (rows.size() == 1)
        return report(
            {exit_not_found, "There is no board \"" + printable(board) + "\"", "`ouro firmware list` has all."});
    if (!invocation.json) std::fputs(table(rows, stdout_is_styled()).c_str(), stdout);
    return exit_ok;
}

int get(const Invocation& invocation, const std::string& name) {
    FlashReporter reporter(invocation.json);
    const auto fetched = get_firmware(name, reporter);
    if (!fetched) return report(fetched.error());
    if (invocation.json) {
        std::puts(json_text({{"type", "firmware"},
                             {"file", fetched->file.string()},
                             {"size", fetched->size},
                             {"sha256", fetched->sha256},
                             {"cached", fetched->cached}})
                      .c_str());
    } else {
        std::printf("%s\n", printable(fetched->file.string()).c_str());
    }
    return exit_ok;
}

} // namespace

void add_firmware(CLI::App& app, Invocation& invocation) {
    auto* command =
        app.add_subcommand("firmware", "MicroPython and CircuitPython for boards: what there is, and fetch it");
    command->require_subcommand(1);
    command->footer("A NAME is a board, e.g. esp32, esp32@1.25.0 or pico/circuitpython.\n"
                    "OURO_FIRMWARE_DIR says where files are kept, OURO_FIRMWARE_MIRROR where they are fetched from.");
    const auto word = std::make_shared<std::string>();
    auto* listing = command->add_subcommand("list", "What is known, of all boards or of one");
    listing->add_option("BOARD", *word, "Only of this board, or of those that have the word in their names");
    add_json_option(*listing, invocation);
    listing->callback(
        [&invocation, word] { invocation.run = [&invocation, word] { return list(invocation, *word); }; });
    auto* getting = command->add_subcommand("get", "Fetch one, and print where it is; offline, the one that is here");
    getting->add_option("NAME", *word, "A board, and what of it")->required();
    add_json_option(*getting, invocation);
    getting->callback([&invocation, word] { invocation.run = [&invocation, word] { return get(invocation, *word); }; });
}

} // namespace cli
