// SPDX-License-Identifier: Apache-2.0
#include "cli/lookup.hpp"

#include <algorithm>
#include <vector>

namespace cli {

namespace {

std::string changed_case(std::string_view text, int (*change)(int)) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [change](unsigned char c) { return static_cast<char>(change(c)); });
    return result;
}

/// Where in the name it may stand.
enum class Where { beginning, later_word };

std::vector<const Json*> boards_named(const Json& boards, const std::string& wanted, Where where) {
    const std::string lower = changed_case(wanted, ::tolower);
    std::vector<const Json*> fitting;
    for (const Json& board : boards) {
        const std::string name = changed_case(board.value("name", ""), ::tolower);
        const bool fits =
            where == Where::beginning ? name.starts_with(lower) : name.find(" " + lower) != std::string::npos;
        if (fits) fitting.push_back(&board);
    }
    return fitting;
}

} // namespace

Outcome<Json> choose_board(const Json& boards, const std::string& wanted) {
    for (const Json& board : boards)
        if (board.value("uid", "") == wanted) return board;
    std::vector<const Json*> fitting;
    if (!wanted.empty()) fitting = boards_named(boards, wanted, Where::beginning);
    if (fitting.empty() && !wanted.empty()) fitting = boards_named(boards, wanted, Where::later_word);
    if (fitting.size() == 1) return *fitting.front();
    if (fitting.empty()) {
        return fail(exit_not_found, "No board is called \"" + wanted + "\"", "`ouro boards` lists names and uids.");
    }
    std::string names;
    for (const Json* board : fitting)
        names += (names.empty() ? "" : ", ") + board->value("name", "") + " (" + board->value("uid", "") + ")";
    return fail(exit_usage, "Several boards fit \"" + wanted + "\": " + names, "Write more of the name, or the uid.");
}

Outcome<Json> find_board(const Client& client, const std::string& wanted) {
    const auto boards = client.get("/api/boards");
    if (!boards) return tl::unexpected(boards.error());
    return choose_board(*boards, wanted);
}

Outcome<Json> value_for(std::string_view kind, const std::string& typed) {
    const std::string upper = changed_case(typed, ::toupper);
    if (kind == "switch" || kind == "light") {
        if (upper == "ON" || upper == "TRUE" || upper == "1") return Json(true);
        if (upper == "OFF" || upper == "FALSE" || upper == "0") return Json(false);
        return fail(exit_usage, "\"" + typed + "\" is nothing for a " + std::string(kind), "Write on or off.");
    }
    if (kind == "number") {
        Json number = Json::parse(typed, nullptr, false);
        if (number.is_number()) return number;
        return fail(exit_usage, "\"" + typed + "\" is no number", "Write it with a point, for example 21.5.");
    }
    if (kind == "lock" || kind == "button" || kind == "cover") return Json(upper);
    return Json(typed);
}

} // namespace cli
