// SPDX-License-Identifier: Apache-2.0
// `ouro ha check`: what Home Assistant would not take of what a board or an app declares.
#include "cli/board_process.hpp"
#include "cli/client.hpp"
#include "cli/ha.hpp"
#include "cli/lookup.hpp"
#include "cli/terminal.hpp"
#include "hub/core/declaration.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

namespace cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view virtual_prefix = "virtual:";
constexpr const char* default_board = "virtual:badge";
constexpr std::chrono::seconds declaration_patience{15};

/// What was declared, by whom.
struct Declared {
    std::string uid;
    std::string name;
    std::size_t entities = 0;
    Json remarks = Json::array(); ///< see openapi.yaml, Remark
};

/// Puts the parts of one declaration together as they come: `hello`, then `decl` in one or several messages.
class DeclarationReader {
public:
    /// True when all of it is there.
    bool hear(std::string_view text) {
        const Json message = Json::parse(text, nullptr, false);
        if (!message.is_array() || message.size() < 2 || !message[0].is_string()) return false;
        if (message[0] == "hello" && message[1].is_object()) hello_ = message[1];
        if (message[0] != "decl" || !message[1].is_array() || hello_.is_null()) return false;
        const bool in_parts = message.size() > 3 && message[2].is_number_unsigned() && message[3].is_number_unsigned();
        const std::size_t from = in_parts ? message[2].get<std::size_t>() : 0;
        const std::size_t total = in_parts ? message[3].get<std::size_t>() : message[1].size();
        if (from == 0) elements_ = Json::array();
        if (from != elements_.size()) return false;
        for (const Json& element : message[1]) elements_.push_back(element);
        return elements_.size() >= total;
    }

    Declared declared() const {
        std::vector<hub::core::Remark> remarks;
        Declared result{hello_.value("uid", ""), hello_.value("name", ""), 0, Json::array()};
        result.entities = hub::core::check_declaration(elements_, remarks).size();
        for (const auto& remark : remarks) result.remarks.push_back(hub::core::json_of(remark));
        return result;
    }

private:
    Json hello_;
    Json elements_ = Json::array();
};

/// Runs the app on a virtual board of its own until it has declared.
Outcome<std::vector<Declared>> check_app(const std::string& app, std::string board_name) {
    if (board_name.empty()) board_name = default_board;
    if (!board_name.starts_with(virtual_prefix)) {
        return fail(exit_usage, "An app is checked on virtual:PROFILE, and " + board_name + " is none",
                    "For example --board virtual:badge or --board virtual:intercom.");
    }
    std::string folder = (fs::temp_directory_path() / "ouro-check-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) return fail(exit_failed, "No temporary folder can be made");
    DeclarationReader reader;
    Outcome<std::vector<Declared>> result =
        fail(exit_failed, "The app has not declared within 15 s", "`ouro run " + app + "` shows what it does instead.");
    const auto board = BoardProcess::start(folder, board_name.substr(virtual_prefix.size()), app);
    if (!board) {
        result = tl::unexpected(board.error());
    } else {
        const bool is_whole =
            board->ask([&](std::string_view json) { return reader.hear(json); }, declaration_patience);
        board->stop();
        if (is_whole) result = std::vector{reader.declared()};
    }
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    return result;
}

Outcome<std::vector<Declared>> check_boards(const Client& client, const std::string& wanted) {
    const auto report = client.get("/api/home");
    if (!report) return tl::unexpected(report.error());
    std::optional<std::string> uid;
    if (!wanted.empty()) {
        const auto board = find_board(client, wanted);
        if (!board) return tl::unexpected(board.error());
        uid = board->value("uid", "");
    }
    std::vector<Declared> found;
    for (const Json& board : report->value("boards", Json::array())) {
        if (uid && board.value("uid", "") != *uid) continue;
        found.push_back({board.value("uid", ""), board.value("name", ""), board.value("entities", std::size_t{0}),
                         board.value("remarks", Json::array())});
    }
    return found;
}

std::string line_of(const Json& remark) {
    const std::string entity = remark.value("entity", "");
    const std::string option = remark.value("option", "");
    const std::string releases = remark.value("releases", "");
    std::string line = remark.value("rejected", true) ? "✗ " : "· ";
    line += (entity.empty() ? "an entity" : entity) + ": " + (option.empty() ? "" : option + " ");
    line += remark.value("problem", "") + "\n    Home Assistant" + (releases == "all" ? "" : " " + releases);
    line += remark.value("rejected", true) ? " would reject the entity" : " would ignore it, or complain";
    return line + (remark.value("left_out", true) ? "; the hub leaves it out" : "");
}

void print(const Declared& declared, bool as_json) {
    if (as_json) {
        const Json row = {{"uid", declared.uid},
                          {"name", declared.name},
                          {"entities", declared.entities},
                          {"remarks", declared.remarks}};
        return static_cast<void>(std::puts(json_text(row).c_str()));
    }
    const std::string heading = declared.name + " (" + declared.uid + "), " + std::to_string(declared.entities) +
                                (declared.entities == 1 ? " entity" : " entities");
    std::printf("%s%s\n", printable(heading).c_str(), declared.remarks.empty() ? ": ✓ nothing to complain about" : "");
    for (const Json& remark : declared.remarks) {
        std::string line = line_of(remark);
        const std::size_t end = line.find('\n'); // ours; whatever the board said stays on its line
        std::printf("  %s\n  %s\n", printable(line.substr(0, end)).c_str(), printable(line.substr(end + 1)).c_str());
    }
}

} // namespace

int run_ha_check(const Invocation& invocation, const HaCheckWords& words) {
    const bool is_app = !words.what.empty() && fs::is_regular_file(fs::path(words.what) / "app.py");
    const auto found =
        is_app ? check_app(words.what, words.board) : check_boards(Client(invocation.data_folder()), words.what);
    if (!found) return report(found.error());
    bool is_rejected = false;
    for (const Declared& declared : *found) {
        print(declared, invocation.json);
        is_rejected = is_rejected || std::any_of(declared.remarks.begin(), declared.remarks.end(),
                                                 [](const Json& remark) { return remark.value("rejected", true); });
    }
    if (found->empty() && !invocation.json) std::puts("The hub knows no board.");
    return is_rejected ? exit_failed : exit_ok;
}

} // namespace cli
