// SPDX-License-Identifier: Apache-2.0
// `ouro mip`: packages of MicroPython's index and of the web, on a board.
#include "hub/workbench/mip.hpp"
#include "cli/board_python.hpp"
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/reach.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/http_fetch.hpp"
#include "hub/workbench/repl/python_files.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace cli {

namespace workbench = hub::workbench;
using workbench::LockedPackage;
using workbench::MipPlace;
using workbench::MipReport;
using workbench::PortPython;

namespace {

/// Prints the version of .mpy files that it takes, 0 for none, and the folder for packages.
constexpr std::string_view ask_place = R"(import sys
print(getattr(sys.implementation,'_mpy',0)&255)
for p in sys.path:
 if (p=='lib'or p.endswith('/lib'))and not p.startswith('/rom'):
  print(p);break
else:print('/lib')
)";

struct Words {
    std::vector<std::string> packages;
    std::string board;
    std::string index = std::string(workbench::mip_index_default);
    std::string target;
    std::string lock;
    bool mpy = true;
};

/// A board at its prompt, and where packages go on it.
struct Place {
    std::unique_ptr<PortPython> python;
    std::unique_ptr<workbench::PythonFiles> files;
    MipPlace mip;
};

Outcome<Place> open_place(const Invocation& invocation, const Words& words) {
    auto python = open_python(invocation, words.board);
    if (!python) return tl::unexpected(python.error());
    (*python)->limit_silence(file_silence_max);
    std::string answer;
    const auto asked = (*python)->run(std::string(ask_place), [&](std::string_view bytes) {
        constexpr std::size_t answer_max = 1000;
        if (answer.size() < answer_max) answer += bytes;
    });
    if (!asked) return tl::unexpected(failure_of(asked.error()));
    std::erase(answer, '\r');
    const auto line = std::min(answer.find('\n'), answer.size());
    const std::string mpy = answer.substr(0, line);
    const bool is_number = !mpy.empty() && mpy.find_first_not_of("0123456789") == std::string::npos;
    if (!asked->empty() || !is_number) {
        return fail(exit_failed, "The board does not say where packages go", "Does something else print?");
    }
    Place place{std::move(*python), nullptr, {words.index, words.mpy && mpy != "0" ? mpy : "py", words.target}};
    while (place.mip.index.ends_with('/')) place.mip.index.pop_back();
    std::string folder = answer.substr(std::min(line + 1, answer.size()));
    folder.erase(std::min(folder.find('\n'), folder.size()));
    if (place.mip.target.starts_with(':')) place.mip.target.erase(0, 1);
    if (place.mip.target.empty()) place.mip.target = folder;
    while (place.mip.target.size() > 1 && place.mip.target.ends_with('/')) place.mip.target.pop_back();
    place.files = std::make_unique<workbench::PythonFiles>(*place.python);
    return place;
}

/// The packages of --lock, or else of the board's lock file.
Outcome<std::vector<LockedPackage>> locked(const Words& words, Place& place) {
    if (words.lock.empty()) {
        auto found = workbench::read_lock(*place.files, place.mip.target);
        if (!found) return tl::unexpected(failure_of(found.error()));
        return std::move(*found);
    }
    std::ifstream file(words.lock, std::ios::binary);
    if (!file)
        return fail(exit_not_found, "There is no " + words.lock, "`ouro mip install NAME --lock FILE` makes one.");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    auto parsed = workbench::parse_lock(text);
    if (!parsed) return tl::unexpected(failure_of(parsed.error()));
    return std::move(*parsed);
}

/// Writes what the board's lock file says now to --lock.
Outcome<> keep_lock(const Words& words, Place& place) {
    if (words.lock.empty()) return {};
    const auto now = workbench::read_lock(*place.files, place.mip.target);
    if (!now) return tl::unexpected(failure_of(now.error()));
    std::ofstream file(words.lock, std::ios::binary);
    file << workbench::lock_text(*now);
    file.close();
    if (!file) return fail(exit_failed, "Can't write " + words.lock, "Is there such a folder?");
    return {};
}

void say(const Invocation& invocation, const MipReport& report, const std::string& target) {
    for (const LockedPackage& package : report.packages) {
        if (invocation.json) {
            std::puts(json_text({{"name", package.name}, {"version", package.version}}).c_str());
        } else {
            std::printf("%s %s\n", printable(package.name).c_str(), printable(package.version).c_str());
        }
    }
    if (invocation.json) {
        std::puts(
            json_text({{"written", report.written}, {"unchanged", report.unchanged}, {"target", target}}).c_str());
    } else {
        std::printf("%zu written, %zu unchanged in :%s\n", report.written, report.unchanged, printable(target).c_str());
    }
}

int install(const Invocation& invocation, const Words& words) {
    std::vector<workbench::PackageWish> wishes;
    for (const std::string& typed : words.packages) {
        auto wish = workbench::parse_package_wish(typed);
        if (!wish) return report(failure_of(wish.error()));
        wishes.push_back(std::move(*wish));
    }
    auto place = open_place(invocation, words);
    if (!place) return report(place.error());
    workbench::HttpFetch web;
    base::Result<MipReport> done;
    if (wishes.empty()) {
        const auto list = locked(words, *place);
        if (!list) return report(list.error());
        if (list->empty()) {
            return report({exit_usage, "No package is named, and there is no lock file in :" + place->mip.target,
                           "`ouro mip install NAME`, or --lock FILE."});
        }
        done = workbench::install_locked(web, *place->files, place->mip, *list);
    } else {
        done = workbench::install_packages(web, *place->files, place->mip, wishes);
    }
    if (!done) return report(failure_of(done.error()));
    if (const auto kept = keep_lock(words, *place); !kept) return report(kept.error());
    say(invocation, *done, place->mip.target);
    return exit_ok;
}

int list(const Invocation& invocation, const Words& words) {
    auto place = open_place(invocation, words);
    if (!place) return report(place.error());
    const auto packages = locked(words, *place);
    if (!packages) return report(packages.error());
    const auto whole = workbench::check_locked(*place->files, place->mip.target, *packages);
    if (!whole) return report(failure_of(whole.error()));
    for (std::size_t i = 0; i < packages->size(); ++i) {
        const LockedPackage& package = (*packages)[i];
        const bool is_whole = (*whole)[i];
        if (invocation.json) {
            const Json line = {{"name", package.name},
                               {"version", package.version},
                               {"files", package.files.size()},
                               {"whole", is_whole}};
            std::puts(json_text(line).c_str());
        } else {
            std::printf("%s %s  %s\n", printable(package.name).c_str(), printable(package.version).c_str(),
                        is_whole ? "ok" : "changed: `ouro mip install` mends it");
        }
    }
    if (packages->empty() && !invocation.json) std::puts("no package was installed by `ouro mip`");
    return std::find(whole->begin(), whole->end(), false) == whole->end() ? exit_ok : exit_failed;
}

} // namespace

void add_mip(CLI::App& app, Invocation& invocation) {
    auto* mip = app.add_subcommand("mip", "Install packages on a board");
    const auto words = std::make_shared<Words>();
    add_data_option(*mip, invocation);
    add_json_option(*mip, invocation);
    mip->add_option("-b,--board", words->board, "A port such as /dev/ttyUSB0, or a virtual board's uid, name or folder")
        ->envname("OURO_BOARD");
    mip->add_option("--target", words->target, "The folder on the board (default: lib)");
    mip->add_option("--lock", words->lock, "A lock file on this machine, beside the board's");
    mip->require_subcommand(1);
    auto* get = mip->add_subcommand("install", "Install packages, or what the lock file says");
    get->fallthrough();
    get->add_option("PACKAGE", words->packages,
                    "NAME, NAME@VERSION, github:ORG/REPO[/PATH][@REF], gitlab:…, an address");
    get->add_option("--index", words->index, "The index")->envname("OURO_MIP_INDEX")->capture_default_str();
    get->add_flag("--mpy,!--no-mpy", words->mpy, "Compiled, where the index has it (default), or as sources");
    get->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return install(invocation, *words); }; });
    auto* shown = mip->add_subcommand("list", "What was installed, and whether it is still there");
    shown->fallthrough();
    shown->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return list(invocation, *words); }; });
    mip->footer("Examples:\n  ouro mip install umqtt.simple -b /dev/ttyUSB0\n"
                "  ouro mip install github:org/repo@v1.2 --lock ouro-mip.lock\n"
                "Everything is fetched by this machine, checked, and then written.");
}

} // namespace cli
