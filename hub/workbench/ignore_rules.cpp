// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/ignore_rules.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace hub::workbench {
namespace {

constexpr std::string_view always = ".git/\n.hg/\n.svn/\n__pycache__/\n*.pyc\n.ouro*\n";

} // namespace

IgnoreRules::IgnoreRules() { add(always); }

void IgnoreRules::add(std::string_view lines) {
    while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        add_line(lines.substr(0, end));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
}

void IgnoreRules::add_line(std::string_view line) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') return;
    Rule rule;
    rule.exception = line.front() == '!';
    if (rule.exception) line.remove_prefix(1);
    rule.everything_below = line.ends_with("/**");
    if (rule.everything_below) line.remove_suffix(3);
    rule.folders_only = line.ends_with('/');
    if (rule.folders_only) line.remove_suffix(1);
    const bool anywhere = line.starts_with("**/");
    if (anywhere) line.remove_prefix(3);
    rule.anchored = !anywhere && (rule.everything_below || line.find('/') != std::string_view::npos);
    if (line.starts_with('/')) line.remove_prefix(1);
    rule.pattern = line;
    if (!line.empty()) rules_.push_back(std::move(rule));
}

bool IgnoreRules::matches(const Rule& rule, const std::string& path, bool is_folder) {
    if (rule.everything_below) {
        // Each folder above is asked for on its own; only what is directly in it is left.
        const auto slash = path.rfind('/');
        return slash != std::string::npos &&
               ::fnmatch(rule.pattern.c_str(), path.substr(0, slash).c_str(), FNM_PATHNAME) == 0;
    }
    if (rule.folders_only && !is_folder) return false;
    if (rule.anchored) return ::fnmatch(rule.pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0;
    // From the top, or from any folder below it.
    for (std::size_t at = 0;; ++at) {
        if (::fnmatch(rule.pattern.c_str(), path.c_str() + at, FNM_PATHNAME) == 0) return true;
        at = path.find('/', at);
        if (at == std::string::npos) return false;
    }
}

bool IgnoreRules::decides(const std::string& path, bool is_folder) const {
    const auto last =
        std::find_if(rules_.rbegin(), rules_.rend(), [&](const Rule& rule) { return matches(rule, path, is_folder); });
    return last != rules_.rend() && !last->exception;
}

bool IgnoreRules::ignores(const std::string& path, bool is_folder) const {
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        if (decides(path.substr(0, slash), true)) return true;
    }
    return decides(path, is_folder);
}

} // namespace hub::workbench
