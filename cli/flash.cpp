// SPDX-License-Identifier: Apache-2.0
// `ouro flash`: from a bare chip to a prompt.
#include "cli/firmware_store.hpp"
#include "cli/flash_board.hpp"
#include "cli/flash_commands.hpp"
#include "cli/flash_uf2.hpp"
#include "hub/workbench/flash/firmware_file.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace cli {

namespace esp = protocol::esp;
using Json = nlohmann::json;

namespace {

struct FlashCommand : FlashWords {
    std::string board;
    std::string firmware;
    std::string drive;
    bool raw = false;
    bool erase_all = false;
    bool force = false;
};

/// How one try is made.
struct Profile {
    const char* name;
    unsigned baud;
    std::optional<esp::FlashMode> mode;
};

struct Ending {
    flash::Banner banner;
    flash::WriteReport report;
    const esp::ChipFacts* chip = nullptr;
    std::string board;
};

constexpr base::Micros banner_patience = base::from_ms(8000);
constexpr unsigned other_baud = 460800;

Outcome<Ending> try_profile(const Invocation& invocation, const FlashCommand& words, const Profile& profile,
                            const std::vector<std::uint8_t>& file, FlashReporter& reporter) {
    FlashWords typed = words;
    typed.baud = profile.baud;
    auto settings = settings_of(words);
    if (!settings) return tl::unexpected(settings.error());
    if (profile.mode) settings->mode = profile.mode;
    flash::FlashPart part{0, file};
    if (!profile.mode) flash::begin_packing(part);
    auto board = open_flash_board(invocation, typed, reporter);
    if (!board) return tl::unexpected(board.error());
    const esp::ChipFacts& chip = *board->session->found().chip;
    part.address = chip.bootloader_offset;
    flash::FlashOptions options{.settings = *settings,
                                .size_from_flash = wants_detected_size(words),
                                .erase_all = words.erase_all,
                                .insist = words.force};
    options.write.on_progress = [&reporter](const flash::Progress& progress) { reporter.progress(progress); };
    const auto reports = board->session->flash({part}, options);
    if (!reports) return tl::unexpected(reporter.failure(reports.error()));
    reporter.phase("start");
    reporter.step("Start it");
    const auto banner = board->session->run_program(banner_patience);
    if (!banner) return tl::unexpected(reporter.failure(banner.error()));
    return Ending{*banner, reports->front(), &chip, board->name};
}

int say_end(const Invocation& invocation, const Ending& ending, const Profile& profile) {
    const bool runs = !ending.banner.line.empty();
    if (invocation.json) {
        std::puts(json_text({{"type", "result"},
                             {"port", ending.board},
                             {"chip", ending.chip->name},
                             {"profile", profile.name},
                             {"written", ending.report.written},
                             {"unchanged", ending.report.unchanged},
                             {"verified", ending.report.proof != flash::Proof::none},
                             {"runs", runs ? Json(ending.banner.name) : Json()},
                             {"version", runs ? Json(ending.banner.version) : Json()},
                             {"banner", ending.banner.line}})
                      .c_str());
    } else if (runs) {
        std::printf("%s %s runs on %s (%s profile): %s\n", ending.banner.name.c_str(),
                    printable(ending.banner.version).c_str(), printable(ending.board).c_str(), profile.name,
                    printable(ending.banner.line).c_str());
    }
    if (runs) return exit_ok;
    const std::string heard =
        ending.banner.heard.empty() ? "says nothing" : "says \"" + ending.banner.heard.substr(0, 200) + "\"";
    return report(
        {exit_failed, "The firmware is in the flash, but the board " + heard,
         "Is it the firmware for this board? A raw module may need --raw; a board without reset lines, its button."});
}

/// Found before the board is touched: a damaged file stays a damaged file.
Outcome<> check_file(const std::string& path, const std::vector<std::uint8_t>& file) {
    const auto firmware = flash::examine_firmware(file);
    if (firmware) return {};
    Failure failure = failure_of(firmware.error());
    failure.exit = exit_refused;
    const char* const between = firmware.error().code == base::ErrorCode::refused ? ": " : " ";
    failure.message = printable(path) + between + failure.message;
    return tl::unexpected(failure);
}

int run_flash(const Invocation& invocation, FlashCommand& words) {
    if (words.port.empty()) words.port = words.board;
    FlashReporter reporter(invocation.json);
    const auto path = firmware_file(words.firmware, reporter);
    if (!path) return report(path.error());
    const auto file = read_firmware(*path);
    if (!file) return report(file.error());
    if (is_uf2(*file)) return flash_uf2(invocation, {words.port, words.drive, words.force}, *file, reporter);
    if (const auto good = check_file(*path, *file); !good) return report(good.error());
    const Profile usual{"usual", words.baud, std::nullopt};
    const Profile raw{"raw-module", words.baud == other_baud ? flash::first_baud : other_baud, esp::FlashMode::dio};
    const Profile raw_first{"raw-module", words.baud, esp::FlashMode::dio};
    const Profile& first = words.raw ? raw_first : usual;
    auto ended = try_profile(invocation, words, first, *file, reporter);
    reporter.end_line();
    const bool runs = ended && !ended->banner.line.empty();
    const bool may_be_raw = ended ? ended->chip->chip == esp::Chip::esp8266 : ended.error().exit == exit_failed;
    if (runs || words.raw || words.flash_mode != "keep" || !may_be_raw || reporter.is_over()) {
        return ended ? say_end(invocation, *ended, first) : report(ended.error());
    }
    // A raw module has only two of the flash's four data lines, and no capacitor that steadies its reset.
    reporter.step("It does not start; try again as a raw module: dio, " + std::to_string(raw.baud) + " baud");
    const auto second = try_profile(invocation, words, raw, *file, reporter);
    reporter.end_line();
    if (second) return say_end(invocation, *second, raw);
    Failure failure = second.error();
    failure.message = "Neither the usual profile nor that of a raw module worked. " + failure.message;
    return report(failure);
}

} // namespace

void add_flash(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("flash", "Put firmware on a board, prove it, and see it start");
    const auto words = std::make_shared<FlashCommand>();
    words->flash_size = "detect";
    command->add_option("BOARD", words->board,
                        "Its port or address, or its boot drive; without one, the only board there is");
    command
        ->add_option("-f,--firmware", words->firmware,
                     "A file, or a name such as esp32@1.25.0 (see `ouro firmware list`)")
        ->required();
    command->add_option("--drive", words->drive, "Of a UF2: the folder where the board's boot drive is, or will be");
    command->add_flag("--raw", words->raw, "An ESP8266 module without a board: flash mode dio");
    command->add_flag("-e,--erase-all,--erase_all", words->erase_all,
                      "Erase all of the flash first, with every file on it");
    command->add_flag("--force", words->force, "Write also what the chip may not start");
    add_flash_options(*command, invocation, *words);
    add_header_options(*command, *words);
    command->footer(
        "An unchanged image costs a second: only what differs is written.\ndocs/flashing.md has the boards, and "
        "what their messages mean.");
    command->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return run_flash(invocation, *words); }; });
}

} // namespace cli
