// SPDX-License-Identifier: Apache-2.0
// What all commands that speak with a bootloader share: esptool's options, the way to the board, and progress.
#pragma once

#include "cli/reach.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/flash/flash_session.hpp"
#include "hub/workbench/flash/port_line.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace cli {

namespace flash = hub::workbench::flash;

/// The largest file that is taken as firmware.
inline constexpr std::size_t firmware_size_max = std::size_t{64} * 1024 * 1024;

/// As typed.
struct FlashWords {
    std::string port;
    std::string chip = "auto";
    std::string before = "default-reset";
    std::string after = "hard-reset";
    unsigned baud = 460800;
    unsigned attempts = 7;
    bool no_stub = false;
    std::string flash_mode = "keep";
    std::string flash_size = "keep";
    std::string flash_clock = "keep";
};

/// --port --baud --chip --before --after --no-stub --connect-attempts and --json, in both spellings.
void add_flash_options(CLI::App& command, Invocation& invocation, FlashWords& words);
/// --flash-mode --flash-size --flash-freq.
void add_header_options(CLI::App& command, FlashWords& words);

/// A board whose bootloader is to be spoken with.
struct FlashBoard {
    std::string name;
    std::unique_ptr<flash::PortLine> line;
    std::unique_ptr<flash::FlashSession> session;
};

/// Says what goes on: to stderr for people, to stdout as JSON.
class FlashReporter {
public:
    explicit FlashReporter(bool json);
    void step(const std::string& text);
    /// What begins now, in a word, for whoever reads the JSON; progress says its own.
    void phase(std::string_view word);
    void progress(const flash::Progress& progress);
    /// Ends a line of progress.
    void end_line();

    /// What to tell of this error.
    Failure failure(const base::Error& error);
    /// One of them ends all that was to be done with the board: it is gone, or somebody stopped us.
    bool is_over() const { return is_over_; }

private:
    bool is_over_ = false;
    bool json_;
    bool on_terminal_;
    bool line_open_ = false;
    double begun_ms_ = 0;
    double told_ms_ = 0;
    std::string phase_;
};

/// Opens the port and finds the board. Failures: `exit_usage` for words that mean nothing, and those of the way there.
Outcome<FlashBoard> open_flash_board(const Invocation& invocation, const FlashWords& words, FlashReporter& reporter);

/// `--flash-mode` and its like. `detect` for the size is not in it: `wants_detected_size` says so.
Outcome<protocol::esp::FlashSettings> settings_of(const FlashWords& words);
bool wants_detected_size(const FlashWords& words);

/// Leaves the board as --after says.
Outcome<> leave_board(FlashBoard& board, const FlashWords& words, FlashReporter& reporter);

/// A whole file. Failures: `exit_not_found`, `exit_failed` for one that is too large.
Outcome<std::vector<std::uint8_t>> read_firmware(const std::string& path);

/// "5c:cf:7f:12:34:ab".
std::string mac_text(const protocol::esp::Mac& mac);

/// "0x1000" or "4096"; nothing for anything else.
std::optional<std::uint32_t> number_of(const std::string& text);

} // namespace cli
