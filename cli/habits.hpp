// SPDX-License-Identifier: Apache-2.0
// What hands that know mpremote type, in the words of `ouro`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// One command of a line.
struct TypedCommand {
    std::vector<std::string> words;   ///< without the program's name; as the parser knows them
    std::optional<std::string> board; ///< what `connect` names: it stands in for OURO_BOARD; "" for none

    bool operator==(const TypedCommand&) const = default;
};

/// A line taken apart at each "+", with the short forms written out: `ls` and its kin are `fs ls`, `devs` is `ports`,
/// `connect PORT` and `a0`, `u0` name the board of this command and of those after it, `resume` says nothing that is
/// not so anyway; the "--" of `mount` goes. Everything else stays as it is. At least one command.
std::vector<TypedCommand> commands_of(const std::vector<std::string>& line);

/// A path on a board, as rsync and mpremote have it.
struct BoardPath {
    std::string board; ///< empty: the one that is meant anyway
    std::string path;

    bool operator==(const BoardPath&) const = default;
};

/// "BOARD:PATH", ":PATH", or a path alone. A BOARD may be an address with its own colons.
BoardPath board_path_of(std::string_view typed);

/// The file commands that need no `fs`, with spaces between them.
std::string_view bare_file_commands() noexcept;

} // namespace cli
