// SPDX-License-Identifier: Apache-2.0
#include "cli/port_choice.hpp"

#include "cli/client.hpp"
#include "cli/terminal.hpp"
#include "hub/daemon/config.hpp"
#include "hub/workbench/board_finder.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <system_error>

namespace cli {

namespace workbench = hub::workbench;

namespace {

// Directories that a choice is remembered for; beyond it all are forgotten.
constexpr std::size_t directories_max = 200;

std::filesystem::path memory_file(const Invocation& invocation) { return invocation.data_folder() / "last_ports.json"; }

Json read_memory(const Invocation& invocation) {
    std::ifstream file(memory_file(invocation));
    Json memory = Json::parse(file, nullptr, false);
    return memory.is_object() ? memory : Json::object();
}

std::string this_directory() {
    std::error_code ignored;
    return std::filesystem::current_path(ignored).string();
}

// What can't be remembered is asked for again.
void remember(const Invocation& invocation, const ListedPort& port) {
    Json memory = read_memory(invocation);
    if (memory.size() >= directories_max) memory = Json::object();
    memory[this_directory()] = port.identity;
    const std::filesystem::path file = memory_file(invocation);
    const std::filesystem::path aside = file.string() + ".new";
    std::ofstream(aside) << json_text(memory) << "\n";
    std::error_code ignored;
    std::filesystem::rename(aside, file, ignored);
}

Outcome<ListedPort> ask(const std::vector<ListedPort>& ports) {
    const std::vector<ListedPort> left = candidates(ports);
    const bool nobody_there = ::isatty(STDIN_FILENO) == 0;
    std::string names;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (nobody_there) names += (i == 0 ? "" : ", ") + left[i].path + " (" + left[i].what + ")";
        if (!nobody_there)
            std::fprintf(stderr, "  %zu  %s  %s\n", i + 1, left[i].path.c_str(), printable(left[i].what).c_str());
    }
    if (nobody_there)
        return fail(exit_usage, "Several boards are plugged in: " + names, "Name one: its port, or its board's uid.");
    std::fprintf(stderr, "Which one? [1-%zu] ", left.size());
    std::size_t number = 0;
    if (std::cin >> number && number >= 1 && number <= left.size()) return left[number - 1];
    return fail(exit_usage, "That is none of them", "Type a number of the list.");
}

} // namespace

std::filesystem::path boards_dir(const Invocation& invocation) {
    hub::daemon::Settings flags;
    flags.data = invocation.data;
    const auto config = hub::daemon::load_config(flags, std::getenv);
    return config ? config->boards_dir : invocation.data_folder() / "boards";
}

Json boards_of_hub(const Invocation& invocation) {
    auto boards = Client(invocation.data_folder()).get("/api/boards");
    return boards && boards->is_array() ? std::move(*boards) : Json::array();
}

std::vector<ListedPort> all_ports(const Invocation& invocation) {
    const Json boards = boards_of_hub(invocation);
    std::vector<ListedPort> ports;
    for (const auto& port : workbench::list_usb_ports()) ports.push_back(listed(port, boards));
    for (const auto& port : workbench::list_virtual_boards(boards_dir(invocation)))
        ports.push_back(listed(port, boards));
    return ports;
}

Outcome<ListedPort> choose_one(const Invocation& invocation, const std::string& wish) {
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
    PortWishes wishes{wish, variable("OURO_PORT"), {}};
    if (wishes.environment.empty()) wishes.environment = variable("ESPTOOL_PORT");
    const Json memory = read_memory(invocation);
    if (const auto last = memory.find(this_directory()); last != memory.end() && last->is_string()) wishes.last = *last;
    const std::vector<ListedPort> ports = all_ports(invocation);
    const auto chosen = choose_port(ports, wishes);
    if (!chosen) return tl::unexpected(chosen.error());
    auto port = *chosen ? Outcome<ListedPort>(**chosen) : ask(ports);
    if (port && (!wish.empty() || !*chosen)) remember(invocation, *port);
    return port;
}

} // namespace cli
