// SPDX-License-Identifier: Apache-2.0
// `ouro ha`: how the hub and its boards stand with Home Assistant.
#include "cli/ha.hpp"

#include "cli/client.hpp"
#include "cli/outcome.hpp"
#include "cli/terminal.hpp"
#include "hub/core/json_parts.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace cli {

using hub::core::text_at;

namespace {

std::string birth_line(const Json& status) {
    const auto birth = status.find("birth_ms");
    if (birth == status.end() || !birth->is_number()) {
        return "no birth message since the hub began; Home Assistant sends one when it starts";
    }
    const std::string when = age(birth->get<double>(), now_ms());
    return status.value("running", false) ? "said that it started, " + when
                                          : "said that it started, " + when + ", and ended";
}

std::string websocket_line(const Json& websocket) {
    const std::string state = text_at(websocket, "state");
    if (state == "off") return "off: boards read nothing of the home; [home_assistant] in ouro.toml";
    if (state == "refused") return "refused: the token is not valid; make a new one in your profile there";
    const std::string version = text_at(websocket, "version");
    return state + (version.empty() ? "" : ", Home Assistant " + version);
}

std::string board_line(const Json& board) {
    const auto count = [&](const char* key) { return board.value(key, 0); };
    std::string line = std::to_string(count("documents")) + " announced";
    if (count("waiting") > 0) line += ", " + std::to_string(count("waiting")) + " not yet";
    if (count("deleted") > 0) line += ", " + std::to_string(count("deleted")) + " deleted there";
    return line;
}

void print_status(const Json& status) {
    const Json broker = status.value("broker", Json::object());
    const Json orphans = status.value("orphans", Json::array());
    std::printf("Broker      %s, %s\n", printable(text_at(broker, "state")).c_str(),
                printable(text_at(broker, "address")).c_str());
    std::printf("Birth       %s\n", birth_line(status).c_str());
    std::printf("WebSocket   %s\n", printable(websocket_line(status.value("websocket", Json::object()))).c_str());
    std::printf("Discovery   one document for each %s\n", printable(text_at(status, "discovery")).c_str());
    std::printf("Orphans     %zu%s\n\n", orphans.size(), orphans.empty() ? "" : "; `ouro ha orphans` lists them");
    std::vector<std::vector<std::string>> rows{{"NAME", "UID", "STATE", "ENTITIES", "DISCOVERY", "REMARKS"}};
    for (const Json& board : status.value("boards", Json::array())) {
        const std::size_t remarks = board.value("remarks", Json::array()).size();
        rows.push_back({text_at(board, "name"), text_at(board, "uid"),
                        board.value("online", false) ? "online" : "offline", std::to_string(board.value("entities", 0)),
                        board_line(board), remarks == 0 ? "-" : std::to_string(remarks) + ": ouro ha check"});
    }
    std::fputs(table(rows, stdout_is_styled()).c_str(), stdout);
}

int run_status(const Invocation& invocation) {
    const auto status = Client(invocation.data_folder()).get("/api/home");
    if (!status) return report(status.error());
    if (invocation.json) {
        std::puts(json_text(*status).c_str());
    } else {
        print_status(*status);
    }
    const std::string broker = text_at(status->value("broker", Json::object()), "state");
    const std::string websocket = text_at(status->value("websocket", Json::object()), "state");
    const bool well = broker == "connected" && (websocket == "connected" || websocket == "off");
    return well ? exit_ok : exit_failed;
}

int remove_orphans(const Invocation& invocation, const Client& client, const Json& orphans) {
    Json topics = Json::array();
    for (const Json& orphan : orphans) topics.push_back(text_at(orphan, "topic"));
    const auto done = client.post("/api/home/forget", {{"topics", topics}});
    if (!done) return report(done.error());
    if (invocation.json) {
        std::puts(json_text(*done).c_str());
    } else {
        std::printf("%d removed from Home Assistant\n", done->value("forgotten", 0));
    }
    return exit_ok;
}

int run_orphans(const Invocation& invocation, bool remove) {
    const Client client(invocation.data_folder());
    const auto status = client.get("/api/home");
    if (!status) return report(status.error());
    const Json orphans = status->value("orphans", Json::array());
    if (remove) return remove_orphans(invocation, client, orphans);
    if (invocation.json) {
        for (const Json& orphan : orphans) std::puts(json_text(orphan).c_str());
        return exit_ok;
    }
    if (orphans.empty()) {
        std::puts("No orphans: every document of ours that the broker keeps has its board.");
        return exit_ok;
    }
    std::vector<std::vector<std::string>> rows{{"BOARD", "ENTITY", "IN HOME ASSISTANT"}};
    for (const Json& orphan : orphans) {
        const std::string id = text_at(orphan, "id");
        rows.push_back({text_at(orphan, "uid"), id.empty() ? "all" : id, text_at(orphan, "name")});
    }
    std::fputs(table(rows, stdout_is_styled()).c_str(), stdout);
    std::puts(
        "\nTheir boards have not declared since the hub began. If they are gone for good: ouro ha orphans --remove");
    return exit_ok;
}

void add_check(CLI::App& ha, Invocation& invocation) {
    auto* command = ha.add_subcommand("check", "What Home Assistant would not take of what boards declare, and why");
    const auto words = std::make_shared<HaCheckWords>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->add_option("WHAT", words->what,
                        "A board's uid or the beginning of its name, or an app's folder, which is run for a moment; "
                        "all boards of the hub if left out");
    command->add_option("--board", words->board, "Where an app runs: virtual:badge (the default), virtual:intercom")
        ->type_name("VIRTUAL");
    command->footer("Rules of Home Assistant 2024.3 to 2026.8. Exit code 0: it takes everything; 1: it would reject "
                    "something.\nExample:\n  ouro ha check apps/intercom --board virtual:intercom");
    command->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return run_ha_check(invocation, *words); }; });
}

} // namespace

void add_ha(CLI::App& app, Invocation& invocation) {
    auto* ha = app.add_subcommand("ha", "How the hub and its boards stand with Home Assistant");
    ha->require_subcommand(1);
    add_check(*ha, invocation);
    auto* status = ha->add_subcommand("status", "Broker, WebSocket, birth message, and what is announced");
    add_data_option(*status, invocation);
    add_json_option(*status, invocation);
    status->footer("Exit code 0: all that is configured is connected; 1: something is not.");
    status->callback([&invocation] { invocation.run = [&invocation] { return run_status(invocation); }; });
    auto* orphans = ha->add_subcommand("orphans", "Entities in Home Assistant whose board is gone");
    const auto remove = std::make_shared<bool>(false);
    add_data_option(*orphans, invocation);
    add_json_option(*orphans, invocation);
    orphans->add_flag("--remove", *remove, "Remove them from Home Assistant, with their settings there");
    orphans->callback(
        [&invocation, remove] { invocation.run = [&invocation, remove] { return run_orphans(invocation, *remove); }; });
}

} // namespace cli
