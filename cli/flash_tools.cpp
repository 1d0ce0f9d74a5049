// SPDX-License-Identifier: Apache-2.0
// The commands that bear esptool's names: write-flash, read-flash, erase-flash, flash-id, chip-id, read-mac,
// image-info.
#include "cli/flash_board.hpp"
#include "cli/flash_commands.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>

namespace cli {

namespace esp = protocol::esp;
using Json = nlohmann::json;

namespace {

struct ToolWords : FlashWords {
    std::vector<std::string> arguments;
    bool erase_all = false;
    bool all_sectors = false;
    bool no_compress = false;
    bool compress = true; ///< esptool's word for what is so by itself
    bool force = false;
    bool yes = false;
};

using Tool = std::function<int(const Invocation&, ToolWords&)>;

const char* proof_text(flash::Proof proof) {
    switch (proof) {
    case flash::Proof::none: return "nothing proves it: this chip shows none of its flash";
    case flash::Proof::by_blocks: return "each block was read back by the chip";
    case flash::Proof::by_md5: return "the chip's MD5 of it is right";
    }
    return "";
}

/// Opens the board, does it, and leaves the board.
int with_board(const Invocation& invocation, const ToolWords& words,
               const std::function<Outcome<>(FlashBoard&, FlashReporter&)>& work) {
    FlashReporter reporter(invocation.json);
    auto board = open_flash_board(invocation, words, reporter);
    if (!board) return report(board.error());
    const auto done = work(*board, reporter);
    reporter.end_line();
    if (!done) return report(done.error());
    const auto left = leave_board(*board, words, reporter);
    return left ? int{exit_ok} : report(left.error());
}

Outcome<std::vector<flash::FlashPart>> parts_of(const ToolWords& words) {
    if (words.arguments.empty() || words.arguments.size() % 2 != 0) {
        return fail(exit_usage, "write-flash wants pairs of an address and a file",
                    "E.g. ouro write-flash 0x1000 esp32.bin");
    }
    std::vector<flash::FlashPart> parts;
    for (std::size_t i = 0; i < words.arguments.size(); i += 2) {
        const auto address = number_of(words.arguments[i]);
        if (!address) return fail(exit_usage, printable(words.arguments[i]) + " is no address", "E.g. 0x1000.");
        auto bytes = read_firmware(words.arguments[i + 1]);
        if (!bytes) return tl::unexpected(bytes.error());
        parts.push_back({*address, std::move(*bytes)});
        if (!words.no_compress) flash::begin_packing(parts.back());
    }
    return parts;
}

int write_flash(const Invocation& invocation, ToolWords& words) {
    const auto parts = parts_of(words);
    if (!parts) return report(parts.error());
    const auto settings = settings_of(words);
    if (!settings) return report(settings.error());
    return with_board(invocation, words, [&](FlashBoard& board, FlashReporter& reporter) -> Outcome<> {
        flash::FlashOptions options{.settings = *settings,
                                    .size_from_flash = wants_detected_size(words),
                                    .erase_all = words.erase_all,
                                    .insist = words.force};
        options.write.compress = !words.no_compress;
        options.write.only_changed = !words.all_sectors;
        options.write.on_progress = [&reporter](const flash::Progress& progress) { reporter.progress(progress); };
        const auto reports = board.session->flash(*parts, options);
        if (!reports) return tl::unexpected(failure_of(reports.error()));
        reporter.end_line();
        for (std::size_t i = 0; i < reports->size(); ++i) {
            const flash::WriteReport& one = (*reports)[i];
            tell(invocation.json,
                 {{"type", "written"},
                  {"address", (*parts)[i].address},
                  {"written", one.written},
                  {"unchanged", one.unchanged},
                  {"sent", one.sent},
                  {"resent", one.resent},
                  {"restarts", one.restarts},
                  {"baud", one.baud},
                  {"verified", one.proof != flash::Proof::none}},
                 "Wrote " + std::to_string(one.written) + " bytes at " + flash::hex_text((*parts)[i].address) + ", " +
                     std::to_string(one.unchanged) + " were there already; " + proof_text(one.proof));
        }
        return {};
    });
}

Outcome<> confirm(const ToolWords& words, const std::string& question) {
    if (words.yes) return {};
    if (::isatty(STDIN_FILENO) == 0) {
        return fail(exit_refused, question + " Nobody is there to answer.", "--yes says that you mean it.");
    }
    std::fprintf(stderr, "%s [y/N] ", question.c_str());
    std::string answer;
    std::getline(std::cin, answer);
    if (answer == "y" || answer == "Y" || answer == "yes") return {};
    return fail(exit_refused, "Nothing was erased");
}

int erase_flash(const Invocation& invocation, ToolWords& words) {
    if (const auto meant = confirm(words, "Erase all of the board's flash, with every file on it?"); !meant) {
        return report(meant.error());
    }
    return with_board(invocation, words, [&](FlashBoard& board, FlashReporter& reporter) -> Outcome<> {
        reporter.phase("erase");
        reporter.step("Erase all of the flash, which may take half a minute");
        if (const auto erased = board.session->erase(0, 0); !erased) return tl::unexpected(failure_of(erased.error()));
        tell(invocation.json, {{"type", "erased"}, {"size", board.session->found().flash_size}}, "The flash is empty");
        return {};
    });
}

/// ADDRESS and SIZE of read-flash and erase-region; "all" is what is left.
Outcome<std::pair<std::uint32_t, std::uint32_t>> range_of(const ToolWords& words, std::uint32_t flash_size) {
    const auto address = number_of(words.arguments[0]);
    if (!address) return fail(exit_usage, printable(words.arguments[0]) + " is no address", "E.g. 0x1000.");
    const bool all = words.arguments[1] == "all" && *address < flash_size;
    const auto size = all ? std::optional(flash_size - *address) : number_of(words.arguments[1]);
    if (!size || *size == 0)
        return fail(exit_usage, printable(words.arguments[1]) + " is no size", "E.g. 0x1000, or all.");
    return std::pair{*address, *size};
}

int erase_region(const Invocation& invocation, ToolWords& words) {
    return with_board(invocation, words, [&](FlashBoard& board, FlashReporter&) -> Outcome<> {
        const auto range = range_of(words, board.session->found().flash_size);
        if (!range) return tl::unexpected(range.error());
        const auto erased = board.session->erase(range->first, range->second);
        if (!erased) return tl::unexpected(failure_of(erased.error()));
        tell(invocation.json, {{"type", "erased"}, {"address", range->first}, {"size", range->second}},
             "Erased " + std::to_string(range->second) + " bytes at " + flash::hex_text(range->first));
        return {};
    });
}

int read_flash(const Invocation& invocation, ToolWords& words) {
    return with_board(invocation, words, [&](FlashBoard& board, FlashReporter& reporter) -> Outcome<> {
        const auto range = range_of(words, board.session->found().flash_size);
        if (!range) return tl::unexpected(range.error());
        const auto bytes = board.session->read(range->first, range->second,
                                               [&](const flash::Progress& progress) { reporter.progress(progress); });
        if (!bytes) return tl::unexpected(failure_of(bytes.error()));
        reporter.end_line();
        std::ofstream file(words.arguments[2], std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes->data()), static_cast<std::streamsize>(bytes->size()));
        file.flush();
        if (!file)
            return fail(exit_failed, "Could not write " + printable(words.arguments[2]), "Is there room for it?");
        tell(invocation.json, {{"type", "read"}, {"address", range->first}, {"size", bytes->size()}},
             "Read " + std::to_string(bytes->size()) + " bytes into " + words.arguments[2]);
        return {};
    });
}

/// All that is known of a board; each command's text is a part of it.
int identify(const Invocation& invocation, const ToolWords& words,
             const std::function<std::string(const flash::Found&, std::uint32_t chip_id)>& text) {
    return with_board(invocation, words, [&](FlashBoard& board, FlashReporter&) -> Outcome<> {
        const flash::Found& found = board.session->found();
        const std::uint32_t id = board.session->loader().chip_id().value_or(0);
        Json json{{"type", "board"},
                  {"port", board.name},
                  {"chip", found.chip->name},
                  {"chip_id", id},
                  {"stub", found.stub},
                  {"flash_size", found.flash_size},
                  {"flash_id", found.flash_id.raw}};
        if (found.mac) json["mac"] = mac_text(*found.mac);
        if (found.revision) json["revision"] = flash::revision_text(*found.revision);
        tell(invocation.json, json, text(found, id));
        return {};
    });
}

int flash_id(const Invocation& invocation, ToolWords& words) {
    return identify(invocation, words, [](const flash::Found& found, std::uint32_t) {
        return "Manufacturer: " + flash::hex_text(found.flash_id.vendor()).substr(2) +
               ", device: " + flash::hex_text(found.flash_id.device()).substr(2) + ", " +
               std::to_string(found.flash_size >> 20U) + "MB";
    });
}

int chip_id(const Invocation& invocation, ToolWords& words) {
    return identify(invocation, words, [](const flash::Found& found, std::uint32_t id) {
        return std::string("Chip is ") + found.chip->name + ", id " + flash::hex_text(id);
    });
}

int read_mac(const Invocation& invocation, ToolWords& words) {
    return identify(invocation, words, [](const flash::Found& found, std::uint32_t) {
        return "MAC: " + (found.mac ? mac_text(*found.mac) : std::string("hidden in secure download mode"));
    });
}

int image_info(const Invocation& invocation, ToolWords& words) {
    const auto bytes = read_firmware(words.arguments[0]);
    if (!bytes) return report(bytes.error());
    const esp::ChipFacts* chip = words.chip == "auto" ? flash::chip_of_firmware(*bytes) : esp::chip_by_word(words.chip);
    if (chip == nullptr) {
        return report({exit_failed, printable(words.arguments[0]) + " is " + flash::describe_firmware(*bytes),
                       "--chip names the chip if you know it."});
    }
    const auto complaints = flash::check_firmware({{chip->bootloader_offset, *bytes}}, {chip, 0, {}});
    const auto image = esp::parse_image(*bytes, chip->chip != esp::Chip::esp8266);
    Json json{{"type", "image"}, {"chip", chip->name}, {"size", bytes->size()}, {"intact", complaints.empty()}};
    if (image) {
        json["segments"] = image->segments.size();
        json["entry"] = image->entry;
        json["flash_mode"] = image->mode;
        json["flash_size"] = esp::flash_size_of_code(chip->chip, image->size_and_clock >> 4U);
        json["flash_mhz"] = esp::flash_clock_of_code(chip->chip, image->size_and_clock & 0x0FU);
    }
    if (!complaints.empty()) json["problem"] = complaints.front().message;
    tell(invocation.json, json, flash::describe_firmware(*bytes));
    return complaints.empty() ? exit_ok : exit_failed;
}

struct ToolCommand {
    const char* name;
    const char* other_name; ///< with underscores
    const char* help;
    std::size_t arguments; ///< how many; 0: none
    const char* words;     ///< what they are; empty: there are none
    const char* example;   ///< empty: the command's name says all
    Tool run;
};

void add(CLI::App& app, Invocation& invocation, const ToolCommand& tool) {
    auto* command = app.add_subcommand(tool.name, tool.help);
    command->alias(tool.other_name);
    const auto words = std::make_shared<ToolWords>();
    add_flash_options(*command, invocation, *words);
    const bool writes = std::string_view(tool.name) == "write-flash";
    if (tool.arguments > 0 || writes) {
        auto* const arguments = command->add_option("arguments", words->arguments, tool.words)->required();
        if (!writes) arguments->expected(static_cast<int>(tool.arguments));
    }
    if (writes) {
        add_header_options(*command, *words);
        command->add_flag("-e,--erase-all,--erase_all", words->erase_all, "Erase all of the flash first");
        command->add_flag("--no-skip", words->all_sectors, "Write also what is there already");
        command->add_flag("-u,--no-compress,--no_compress", words->no_compress, "Send it as it is");
        command->add_flag("-z,--compress", words->compress, "As it is anyway");
        command->add_flag("--force", words->force, "Write also what the chip may not start");
    }
    if (*tool.example != '\0') command->footer(std::string("Example:\n  ouro ") + tool.example);
    if (std::string_view(tool.name) == "erase-flash") command->add_flag("-y,--yes", words->yes, "Don't ask");
    command->callback([&invocation, words, run = tool.run] {
        invocation.run = [&invocation, words, run] { return run(invocation, *words); };
    });
}

} // namespace

void spell_out_flash_words(std::vector<std::string>& words) {
    constexpr std::pair<const char*, const char*> spellings[] = {
        {"-fm", "--flash-mode"}, {"-fs", "--flash-size"}, {"-ff", "--flash-freq"}};
    const bool flashes =
        !words.empty() && (words[0] == "flash" || words[0] == "write-flash" || words[0] == "write_flash");
    for (std::string& word : words) {
        if (!flashes) return;
        for (const auto& [letters, name] : spellings) {
            if (word == letters) word = name;
        }
    }
}

void add_flash_tools(CLI::App& app, Invocation& invocation) {
    const ToolCommand tools[] = {
        {"write-flash", "write_flash", "Write files to a board's flash: ADDRESS FILE [ADDRESS FILE ...]", 0,
         "ADDRESS FILE [ADDRESS FILE ...]", "write-flash -p /dev/ttyUSB0 0x1000 firmware.bin", write_flash},
        {"read-flash", "read_flash", "Read a board's flash: ADDRESS SIZE|all FILE", 3, "ADDRESS SIZE|all FILE",
         "read-flash -p /dev/ttyUSB0 0 all backup.bin", read_flash},
        {"erase-flash", "erase_flash", "Erase all of a board's flash", 0, "", "erase-flash -p /dev/ttyUSB0",
         erase_flash},
        {"erase-region", "erase_region", "Erase sectors: ADDRESS SIZE|all", 2, "ADDRESS SIZE|all",
         "erase-region -p /dev/ttyUSB0 0x9000 0x6000", erase_region},
        {"flash-id", "flash_id", "What flash a board has", 0, "", "", flash_id},
        {"chip-id", "chip_id", "What chip a board has", 0, "", "", chip_id},
        {"read-mac", "read_mac", "A board's address", 0, "", "", read_mac},
        {"image-info", "image_info", "What a firmware FILE is, and whether it is intact", 1, "FILE",
         "image-info firmware.bin", image_info},
    };
    for (const ToolCommand& tool : tools) add(app, invocation, tool);
}

} // namespace cli
