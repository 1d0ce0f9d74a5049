// SPDX-License-Identifier: Apache-2.0
// Which files of a folder stay at home: .ouroignore.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

/// The name of the file with a folder's rules, at its top.
inline constexpr std::string_view ignore_file = ".ouroignore";

/// Patterns as in .gitignore: `*`, `?` and `[a-z]` within one name, `**/` before and `/**` behind, `/` in front or in
/// the middle for a path from the top, `/` behind for folders alone, `!` for an exception; of several that match, the
/// last one decides. Lines that are empty or begin with # say nothing. What is in an ignored folder is ignored.
class IgnoreRules {
public:
    /// With the rules that always come first: version control, caches, and our own files.
    IgnoreRules();

    void add(std::string_view lines);

    /// `path`: from the top, with slashes between its names.
    bool ignores(const std::string& path, bool is_folder) const;

private:
    struct Rule {
        std::string pattern;
        bool anchored = false;
        bool folders_only = false;
        bool everything_below = false;
        bool exception = false;
    };

    static bool matches(const Rule& rule, const std::string& path, bool is_folder);
    bool decides(const std::string& path, bool is_folder) const;
    void add_line(std::string_view line);

    std::vector<Rule> rules_;
};

} // namespace hub::workbench
