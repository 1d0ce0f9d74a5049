// SPDX-License-Identifier: Apache-2.0
// `ouro new`: the beginning of an app, ready to run.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/app_files.hpp"
#include "hub/workbench/deploy_kit.hpp"

#include <CLI/CLI.hpp>

#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace cli {

namespace fs = std::filesystem;

namespace {

struct Words {
    std::string folder;
    std::string name;
    std::string base = "sensor";
};

/// "blind, door, …". A template's files lie one behind the other.
std::string template_names() {
    std::string names;
    std::string_view last;
    for (const auto& file : hub::workbench::kit_templates()) {
        const auto name = file.path.substr(0, file.path.find('/'));
        if (name != std::exchange(last, name)) names += (names.empty() ? "" : ", ") + std::string(name);
    }
    return names;
}

/// With the paths in its folder; none of a name that is no template's.
std::vector<hub::workbench::KitFile> template_files(const std::string& name) {
    std::vector<hub::workbench::KitFile> files;
    for (const auto& [path, content] : hub::workbench::kit_templates()) {
        if (path.starts_with(name + "/")) files.push_back({path.substr(name.size() + 1), content});
    }
    return files;
}

/// "front_door" is "Front door" in a menu.
std::string title_of(const std::string& name) {
    std::string title = name;
    for (char& c : title) c = c == '_' || c == '-' ? ' ' : c;
    title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
    return title;
}

/// app.toml's line `name = "…"` says what the app is called, and not what its template is.
std::string titled(std::string_view content, const std::string& name) {
    constexpr std::string_view begin = "\nname = \"";
    std::string text(content);
    const auto at = text.find(begin);
    const auto end = at == std::string::npos ? at : text.find('"', at + begin.size());
    if (end != std::string::npos) text.replace(at + begin.size(), end - at - begin.size(), title_of(name));
    return text;
}

Outcome<> write(const fs::path& file, std::string_view content) {
    std::ofstream out(file, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (out) return {};
    return fail(exit_failed, "Can't write " + file.string(), "Is the disk full, or the folder somebody else's?");
}

/// Whole or not at all: what is written takes its name at the end.
Outcome<> make_app(const fs::path& place, const std::string& name, const std::vector<hub::workbench::KitFile>& files) {
    std::error_code error;
    const fs::path fresh = place.string() + ".new";
    fs::remove_all(fresh, error);
    fs::create_directories(fresh, error);
    if (error)
        return fail(exit_failed, "Can't make " + place.string() + ": " + error.message(), "Name another folder.");
    for (const auto& [path, content] : files) {
        auto written = write(fresh / path, path == "app.toml" ? titled(content, name) : std::string(content));
        if (!written) return written;
    }
    fs::rename(fresh, place, error); // an empty folder gives way
    if (!error) return {};
    std::error_code ignored;
    fs::remove_all(fresh, ignored);
    return fail(exit_refused, place.string() + " exists already, and is left as it is", "Name another folder.");
}

int run_new(const Invocation& invocation, const Words& words) {
    const auto chosen = template_files(words.base);
    if (chosen.empty()) {
        return report({exit_usage, "There is no template \"" + printable(words.base) + "\"",
                       "There are " + template_names() + "."});
    }
    const fs::path place = fs::absolute(words.folder).lexically_normal();
    const std::string name = place.has_filename() ? place.filename().string() : place.parent_path().filename().string();
    if (!hub::workbench::is_app_folder_name(name)) {
        return report(
            {exit_usage, "\"" + printable(name) + "\" can't be an app's name", "1 to 32 letters, digits, _ and -."});
    }
    const fs::path folder = place.has_filename() ? place : place.parent_path();
    if (const auto made = make_app(folder, name, chosen); !made) return report(made.error());
    if (invocation.json) {
        Json files = Json::array();
        for (const auto& file : chosen) files.push_back(std::string(file.path));
        std::puts(json_text({{"app", name}, {"folder", folder.string()}, {"template", words.base}, {"files", files}})
                      .c_str());
        return exit_ok;
    }
    const std::string shown = printable(words.folder);
    std::printf("%s is there, a %s: app.py is the program, app.toml its settings.\n\n"
                "  ouro run %s             on a virtual board, until Ctrl-C\n"
                "  ouro deploy %s BOARD    on a board that is plugged in: `ouro ports` says where\n",
                shown.c_str(), words.base.c_str(), shown.c_str(), shown.c_str());
    return exit_ok;
}

} // namespace

void add_new(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("new", "Begin an app: a folder with a program that runs");
    const auto words = std::make_shared<Words>();
    add_json_option(*command, invocation);
    command->add_option("APP", words->folder, "The folder to make; the app is called as it")->required();
    command->add_option("-t,--template", words->base, "What to begin with: " + template_names())->capture_default_str();
    command->footer(
        "Example:\n  ouro new front_door --template door\nA folder that has something in it is left as it is.");
    command->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return run_new(invocation, *words); }; });
}

} // namespace cli
