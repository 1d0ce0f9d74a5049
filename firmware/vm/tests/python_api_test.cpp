// SPDX-License-Identifier: Apache-2.0
// What docs/python-api.md and python/stubs/badge.pyi say, held against the board.
#include "firmware/vm/tests/lockstep_board.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace firmware::vm::tests {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
namespace button = contract::button;

/// Python, and what it prints if the document says so.
struct Snippet {
    int line = 0;
    std::string python;
    std::string output;
};

std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    EXPECT_TRUE(file) << "there is no " << path << "; tests run at the root of the project";
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

std::vector<Snippet> snippets_of(const std::string& path) {
    std::vector<Snippet> found;
    std::string* into = nullptr;
    int number = 0;
    for (const std::string& line : lines_of(path)) {
        ++number;
        if (line == "```python") {
            found.push_back({number, "", ""});
            into = &found.back().python;
        } else if (line == "```text" && !found.empty()) {
            into = &found.back().output;
        } else if (line.starts_with("```")) {
            into = nullptr;
        } else if (into != nullptr) {
            *into += line + (into == &found.back().output ? "\r\n" : "\n");
        }
    }
    return found;
}

void give_face(LockstepBoard& board) {
    board.bridge().screen_width = 320;
    board.bridge().screen_height = 170;
    board.bridge().led_count = 12;
}

/// Runs it as an app, with a hand that presses A for a moment.
void run_snippet(const Snippet& snippet) {
    LockstepBoard board;
    give_face(board);
    board.install({{"app.py", snippet.python}});
    board.start();
    board.in(50, [&board] { board.press(button::a); });
    board.in(120, [&board] { board.release(button::a); });
    board.run_for(500);
    EXPECT_THAT(board.said(bridge::HomeMessage::Op::app_started), SizeIs(1));
    EXPECT_THAT(board.said(bridge::HomeMessage::Op::crash), IsEmpty());
    EXPECT_THAT(board.printed(), StartsWith(snippet.output));
}

TEST(PythonApi, row_3_39_EverySnippetOfTheDocumentRunsAndPrintsWhatItSays) {
    const auto snippets = snippets_of("docs/python-api.md");
    ASSERT_GE(snippets.size(), 10U);
    for (const Snippet& snippet : snippets) {
        SCOPED_TRACE("docs/python-api.md:" + std::to_string(snippet.line));
        run_snippet(snippet);
    }
}

TEST(PythonApi, row_3_19_TheDocumentHasTheMasksOfTheTable) {
    std::string document;
    for (const std::string& line : lines_of("docs/python-api.md")) document += line + "\n";
    EXPECT_THAT(document, ::testing::HasSubstr("| `A` | `B` | `UP` | `DOWN` | `LEFT` | `RIGHT` | `SELECT` | `START` | "
                                               "`STICK` | `ALL` |\n|---|---|---|---|---|---|---|---|---|---|\n"
                                               "| 0x001 | 0x002 | 0x004 | 0x008 | 0x010 | 0x020 | 0x040 | 0x080 | "
                                               "0x100 | 0x1FF |\n"));
    static_assert(button::a == 0x001 && button::b == 0x002 && button::up == 0x004 && button::down == 0x008);
    static_assert(button::left == 0x010 && button::right == 0x020 && button::select == 0x040);
    static_assert(button::start == 0x080 && button::stick == 0x100 && button::all == 0x1FF);
}

/// The name that a line of a stub defines, or nothing: `width: int`, `def clear(…`, `async def pressed(…`.
std::string defined_by(std::string_view line) {
    if (line.starts_with("async ")) line.remove_prefix(6);
    const bool is_function = line.starts_with("def ");
    if (is_function) line.remove_prefix(4);
    const std::string_view name = line.substr(0, line.find_first_of(is_function ? "(" : ": ("));
    const bool defines = line.size() > name.size() && (is_function || line[name.size()] == ':');
    return defines && !name.starts_with('_') ? std::string(name) : "";
}

/// "badge display leds" for the module itself, "badge.leds clear count" for each part; sorted.
std::set<std::string> names_in_stub() {
    std::map<std::string, std::set<std::string>> names;
    std::string part;
    for (const std::string& line : lines_of("python/stubs/badge.pyi")) {
        if (line.starts_with("class _")) {
            part = "badge." + line.substr(7, line.find(':') - 7);
            part[6] = static_cast<char>(std::tolower(part[6]));
        }
        const bool inside = line.starts_with("    ");
        const std::string name = defined_by(inside ? std::string_view(line).substr(4) : line);
        if (!name.empty()) names[inside ? part : "badge"].insert(name);
    }
    std::set<std::string> all;
    for (const auto& [where, here] : names) {
        std::string line = where;
        for (const std::string& name : here) line += " " + name;
        all.insert(line);
    }
    return all;
}

TEST(PythonApi, TheStubHasTheNamesThatTheModuleHas) {
    LockstepBoard board;
    give_face(board);
    board.install({{"app.py", "import badge\ndef show(title, module):\n"
                              " print(title, ' '.join(sorted(n for n in dir(module) if n[0] != '_')))\n"
                              "show('badge', badge)\n"
                              "for part in ('display', 'leds', 'buttons', 'settings', 'apps', 'power'):\n"
                              " show('badge.' + part, getattr(badge, part))\n"}});
    board.start();
    board.run_for(100);
    const std::string printed = board.printed();
    const auto wanted = names_in_stub();
    EXPECT_THAT(wanted, SizeIs(7));
    for (const std::string& line : wanted) EXPECT_THAT(printed, ::testing::HasSubstr(line + "\r\n"));
}

} // namespace
} // namespace firmware::vm::tests
