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

} // namespace

Outcome<Json> choose_board(const Json& boards, const std::string& wanted) {
    std::vector<const Json*> fitting;
    std::string names;
    const std::string prefix = changed_case(wanted, ::tolower);
    for (const Json& board : boards) {
        const std::string name = board.value("name", "");
        if (board.value("uid", "") == wanted) return board;
        if (wanted.empty() || !changed_case(name, ::tolower).starts_with(prefix)) continue;
        fitting.push_back(&board);
        names += (names.empty() ? "" : ", ") + name + " (" + board.value("uid", "") + ")";
    }
    if (fitting.size() == 1) return *fitting.front();
    if (fitting.empty()) {
        return fail(exit_not_found, "No board is called \"" + wanted + "\"", "`ouro boards` lists names and uids.");
    }
    return fail(exit_usage, "Several boards begin with \"" + wanted + "\": " + names,
                "Write more of the name, or the uid.");
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
