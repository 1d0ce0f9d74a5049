// SPDX-License-Identifier: Apache-2.0
// `ouro romfs`: the read-only file system in a board's ROM; the words are mpremote's.
#include "cli/board_python.hpp"
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/reach.hpp"
#include "cli/rom_write.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/deploy_rom.hpp"
#include "hub/workbench/rom_image.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

namespace fs = std::filesystem;
namespace workbench = hub::workbench;
using workbench::PortPython;
using workbench::RomFile;
using workbench::RomPartition;

namespace {

struct Words {
    std::string board;
    std::string path;
    std::string output;
    unsigned partition = 0;
    std::optional<bool> mpy;
    bool ha = false;
    bool list = false;
};

void say(const Invocation& invocation, const Json& facts, const std::string& text) {
    std::puts(invocation.json ? json_text(facts).c_str() : printable(text).c_str());
    std::fflush(stdout);
}

std::string name_of(const RomPartition& partition) { return "ROMFS" + std::to_string(partition.number); }
std::string weight(std::uint64_t bytes) { return std::to_string(bytes) + " B"; }

// --- Images

bool is_image_file(const fs::path& path) {
    std::error_code ignored;
    const std::string kind = path.extension().string();
    return fs::is_regular_file(path, ignored) && (kind == ".romfs" || kind == ".img");
}

/// OURO_MPY_CROSS, or an mpy-cross on the PATH; empty when there is none.
std::string find_compiler() {
    if (const char* named = std::getenv("OURO_MPY_CROSS"); named != nullptr && *named != '\0') return named;
    const char* path = std::getenv("PATH");
    std::string folders = path != nullptr ? path : "";
    for (std::size_t at = 0; at < folders.size();) {
        const auto end = std::min(folders.find(':', at), folders.size());
        std::string program = folders.substr(at, end - at) + "/mpy-cross";
        if (::access(program.c_str(), X_OK) == 0) return program;
        at = end + 1;
    }
    return "";
}

/// As it goes without a compiler, too: then the board compiles what it imports.
base::Result<> compile(const Invocation& invocation, const Words& words, std::vector<RomFile>& files) {
    const bool has_python =
        std::any_of(files.begin(), files.end(), [](const RomFile& file) { return file.path.ends_with(".py"); });
    if (!words.mpy.value_or(true) || !has_python) return {};
    const std::string compiler = find_compiler();
    if (!compiler.empty()) return workbench::compile_rom_files(compiler, files);
    if (words.mpy) {
        return base::fail(base::ErrorCode::not_found, "there is no mpy-cross on this machine's PATH",
                          "OURO_MPY_CROSS names one; --no-mpy takes the files as they are.");
    }
    say(invocation, {{"type", "note"}, {"text", "not compiled"}},
        "There is no mpy-cross on this machine's PATH: .py files stay as they are, and the board compiles them");
    return {};
}

base::Result<std::string> image_of_folder(const Invocation& invocation, const Words& words) {
    auto files = workbench::read_rom_folder(words.path);
    if (!files) return tl::unexpected(files.error());
    if (auto compiled = compile(invocation, words, *files); !compiled) return tl::unexpected(compiled.error());
    if (words.ha) {
        std::erase_if(*files, [](const RomFile& file) { return file.path.starts_with("lib/ha/"); });
        std::vector<RomFile> ours = workbench::ha_rom_files();
        std::move(ours.begin(), ours.end(), std::back_inserter(*files));
    }
    return workbench::make_rom_image(std::move(*files));
}

base::Result<std::string> image_of(const Invocation& invocation, const Words& words) {
    if (!is_image_file(words.path)) return image_of_folder(invocation, words);
    std::ifstream file(words.path, std::ios::binary);
    std::string image((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file) return base::fail(base::ErrorCode::io, "cannot read " + words.path);
    if (const auto listed = workbench::list_rom_image(image); !listed) return tl::unexpected(listed.error());
    return image;
}

int build(const Invocation& invocation, const Words& words) {
    const auto image = image_of_folder(invocation, words);
    if (!image) return report(failure_of(image.error()));
    const auto listed = workbench::list_rom_image(*image);
    if (!listed) return report(failure_of(listed.error()));
    fs::path folder = fs::path(words.path).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    const std::string target = words.output.empty() ? folder.string() + ".romfs" : words.output;
    std::ofstream out(target, std::ios::binary);
    if (!(out << *image) || !out.flush()) {
        return report({exit_failed, "cannot write " + target, "Is there room, and may you write there?"});
    }
    for (const auto& entry : *listed) {
        if (!invocation.json) std::printf("%8s  %s\n", weight(entry.size).c_str(), printable(entry.path).c_str());
    }
    say(invocation, {{"type", "built"}, {"path", target}, {"size", image->size()}, {"files", listed->size()}},
        target + ": " + std::to_string(listed->size()) + " files, " + weight(image->size()));
    return exit_ok;
}

// --- Boards

Failure no_partition() {
    return {exit_not_found, "The board has no ROM partition",
            "MicroPython has them since 1.25, in some of its firmware: on an ESP8266 in FLASH_2M_ROMFS."};
}

int show_content(const Invocation& invocation, workbench::RomFlash& rom, const RomPartition& partition) {
    const auto image = rom.read(partition, *partition.image_size(), rom_progress(invocation));
    if (!image) return report(failure_of(image.error()));
    const auto listed = workbench::list_rom_image(*image);
    if (!listed) return report(failure_of(listed.error()));
    for (const auto& entry : *listed) {
        say(invocation, {{"type", "file"}, {"path", entry.path}, {"size", entry.size}},
            "  " + weight(entry.size) + "  " + entry.path);
    }
    return exit_ok;
}

int query(const Invocation& invocation, const Words& words) {
    auto python = open_python(invocation, words.board);
    if (!python) return report(python.error());
    workbench::RomFlash rom(**python);
    const auto partitions = rom.partitions();
    if (!partitions) return report(failure_of(partitions.error()));
    if (partitions->empty()) return report(no_partition());
    for (const RomPartition& partition : *partitions) {
        const auto image = partition.image_size();
        const std::string blocks =
            partition.block_size > 0 ? " in blocks of " + weight(partition.block_size) : std::string();
        say(invocation,
            {{"type", "partition"},
             {"number", partition.number},
             {"size", partition.size},
             {"block_size", partition.block_size},
             {"image_size", image ? Json(*image) : Json()}},
            name_of(partition) + ": " + weight(partition.size) + blocks + ", " +
                (image ? "with an image of " + weight(*image) : "without an image"));
        if (!words.list || !image) continue;
        if (const int shown = show_content(invocation, rom, partition); shown != exit_ok) return shown;
    }
    return exit_ok;
}

Outcome<RomPartition> find_partition(PortPython& python, const Words& words) {
    workbench::RomFlash rom(python);
    const auto partitions = rom.partitions();
    if (!partitions) return tl::unexpected(failure_of(partitions.error()));
    const auto found = std::find_if(partitions->begin(), partitions->end(),
                                    [&](const RomPartition& partition) { return partition.number == words.partition; });
    if (found != partitions->end()) return *found;
    if (partitions->empty()) return tl::unexpected(no_partition());
    return fail(exit_not_found, "The board has no ROM partition " + std::to_string(words.partition),
                "`ouro romfs query` lists them.");
}

/// What is in it is lost already, or nothing was done yet.
Failure write_failure(const base::Error& error, const RomPartition& partition) {
    Failure failure = failure_of(error);
    failure.message = name_of(partition) + " is not written: " + failure.message;
    if (error.code != base::ErrorCode::too_large) failure.hint = "The same command again writes it anew.";
    return failure;
}

int deploy(const Invocation& invocation, const Words& words) {
    const auto image = image_of(invocation, words);
    if (!image) return report(failure_of(image.error()));
    auto python = open_python(invocation, words.board);
    if (!python) return report(python.error());
    const auto partition = find_partition(**python, words);
    if (!partition) return report(partition.error());
    const auto there = workbench::RomFlash(**python).holds(*partition, *image);
    if (!there) return report(failure_of(there.error()));
    if (!*there) {
        if (const auto written = write_rom(invocation, **python, *partition, *image); !written) {
            return report(write_failure(written.error(), *partition));
        }
    }
    say(invocation,
        {{"type", "deployed"}, {"number", partition->number}, {"size", image->size()}, {"written", !*there}},
        name_of(*partition) + (*there ? " has it already: " : ": written and read back, ") + weight(image->size()));
    // It is mounted when Python starts.
    const auto started = (*python)->soft_reset();
    return started ? int{exit_ok} : report(failure_of(started.error()));
}

// --- Words

/// mpremote takes them before its words as well as behind them.
void add_common_words(CLI::App& command, const std::shared_ptr<Words>& words) {
    command.add_flag_callback(
        "-m,--mpy", [words] { words->mpy = true; },
        "Compile .py files by mpy-cross (default where there is one; OURO_MPY_CROSS names it)");
    command.add_flag_callback(
        "--no-mpy", [words] { words->mpy = false; }, "Take them as they are");
    command.add_flag("--ha", words->ha, "Add `ha`, compiled, as lib/ha");
    command.add_option("-o,--output", words->output, "What `build` writes (default: the folder's name and .romfs)");
    command.add_option("-p,--partition", words->partition, "Which one `deploy` writes")->capture_default_str();
}

} // namespace

void add_romfs(CLI::App& app, Invocation& invocation) {
    auto* romfs = app.add_subcommand("romfs", "The read-only file system in a board's ROM, mounted as /rom");
    const auto words = std::make_shared<Words>();
    add_data_option(*romfs, invocation);
    add_json_option(*romfs, invocation);
    add_common_words(*romfs, words);
    romfs->require_subcommand(1);
    auto* asked = romfs->add_subcommand("query", "What ROM partitions the board has, and whether an image is in them");
    asked->fallthrough();
    add_board_argument(*asked, words->board);
    asked->add_flag("-l,--list", words->list, "Also what is in the images");
    asked->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return query(invocation, *words); }; });
    auto* built = romfs->add_subcommand("build", "Make an image of a folder");
    built->fallthrough();
    built->add_option("FOLDER", words->path, "The folder")->required();
    built->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return build(invocation, *words); }; });
    auto* put = romfs->add_subcommand("deploy", "Write a folder, or an image, to the board; what was there is lost");
    put->fallthrough();
    put->add_option("PATH", words->path, "The folder, or an image (.romfs, .img)")->required();
    add_board_argument(*put, words->board);
    put->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return deploy(invocation, *words); }; });
    romfs->footer("Examples:\n  ouro romfs query /dev/ttyUSB0\n  ouro romfs build --no-mpy assets\n"
                  "  ouro romfs deploy assets -b /dev/ttyUSB0\n"
                  "Bytecode in a ROM runs where it lies. `ouro deploy` puts `ha` there by itself if there is room.");
}

} // namespace cli
