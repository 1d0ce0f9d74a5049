// SPDX-License-Identifier: Apache-2.0
#include "cli/habits.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace cli {

namespace {

constexpr std::string_view file_commands = "ls tree cat get put cp mv rm mkdir rmdir touch df sha256sum";

bool is_one_of(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == word) return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

/// "a0" is /dev/ttyACM0, "u1" is /dev/ttyUSB1; nothing for what is no such word.
std::optional<std::string> short_port(std::string_view word) {
    const bool is_number =
        word.size() > 1 && word.size() < 4 &&
        std::all_of(word.begin() + 1, word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!is_number || (word[0] != 'a' && word[0] != 'u')) return std::nullopt;
    return (word[0] == 'a' ? "/dev/ttyACM" : "/dev/ttyUSB") + std::string(word.substr(1));
}

/// The board that `connect` is told; "" for the one that is chosen without a name.
std::string connected(std::string word) {
    if (word == "auto") return "";
    if (const auto port = short_port(word)) return *port;
    const auto colon = word.find(':');
    const std::string kind = word.substr(0, colon == std::string::npos ? 0 : colon);
    return kind == "port" || kind == "id" ? word.substr(colon + 1) : word;
}

/// Takes the words that say where from the beginning of `words`.
void take_board(std::vector<std::string>& words, std::optional<std::string>& board) {
    while (!words.empty()) {
        if (words[0] == "resume") {
            words.erase(words.begin());
        } else if (words[0] == "connect" && words.size() > 1 && words[1] == "list") {
            words.erase(words.begin());
            words[0] = "ports";
            return;
        } else if (words[0] == "connect" && words.size() > 1) {
            board = connected(words[1]);
            words.erase(words.begin(), words.begin() + 2);
        } else if (const auto port = short_port(words[0])) {
            board = *port;
            words.erase(words.begin());
        } else {
            return;
        }
        // A board, and nothing to do with it: its prompt.
        if (words.empty()) words = {"repl"};
    }
}

} // namespace

std::vector<TypedCommand> commands_of(const std::vector<std::string>& line) {
    std::vector<TypedCommand> commands;
    std::optional<std::string> board;
    auto begin = line.begin();
    for (;;) {
        const auto end = std::find(begin, line.end(), "+");
        TypedCommand command{{begin, end}, {}};
        take_board(command.words, board);
        auto& words = command.words;
        if (!words.empty() && is_one_of(file_commands, words[0])) words.insert(words.begin(), "fs");
        if (!words.empty() && words[0] == "devs") words[0] = "ports";
        if (words.size() > 1 && words[0] == "fs" && words[1] == "edit") words.erase(words.begin());
        // The parser would take what follows it for a command of its own.
        if (!words.empty() && words[0] == "mount") std::erase(words, "--");
        command.board = board;
        commands.push_back(std::move(command));
        if (end == line.end()) return commands;
        begin = end + 1;
    }
}

BoardPath board_path_of(std::string_view typed) {
    const auto colon = typed.rfind(':');
    if (colon == std::string_view::npos) return {{}, std::string(typed)};
    const std::string_view behind = typed.substr(colon + 1);
    const bool is_port = typed.find("://") != std::string_view::npos && !behind.empty() &&
                         behind.find_first_not_of("0123456789") == std::string_view::npos;
    if (is_port || behind.starts_with("//")) return {std::string(typed), {}};
    return {std::string(typed.substr(0, colon)), std::string(behind)};
}

std::string_view bare_file_commands() noexcept { return file_commands; }

} // namespace cli
