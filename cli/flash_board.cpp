// SPDX-License-Identifier: Apache-2.0
#include "cli/flash_board.hpp"

#include "hub/workbench/net/port_address.hpp"
#include "hub/workbench/usb_ports.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>

namespace cli {

namespace esp = protocol::esp;
namespace workbench = hub::workbench;

namespace {

std::string with_dashes(std::string word) {
    std::replace(word.begin(), word.end(), '_', '-');
    return word;
}

/// Which lines reset the board: those of its own USB mean something else than a bridge's.
flash::ResetWiring wiring_of(const std::string& port) {
    if (port.starts_with("rfc2217://")) return flash::ResetWiring::remote;
    const auto ports = workbench::list_usb_ports();
    const auto found = std::find_if(ports.begin(), ports.end(), [&port](const workbench::UsbPort& usb) {
        std::error_code ignored;
        return usb.path == port || std::filesystem::equivalent(usb.path, port, ignored);
    });
    constexpr std::uint16_t espressif = 0x303A;
    const bool native = found != ports.end() && found->vendor == espressif;
    return native ? flash::ResetWiring::native_usb : flash::ResetWiring::bridge;
}

/// What the words mean; the wiring is known once the port is.
Outcome<flash::SessionOptions> session_options(const FlashWords& words) {
    flash::SessionOptions options;
    if (words.chip != "auto") {
        const esp::ChipFacts* const chip = esp::chip_by_word(words.chip);
        if (const char* const later = esp::later_chip_by_word(words.chip)) {
            return fail(exit_refused, std::string(later) + " can't be flashed from here yet",
                        "Flash it with Espressif's esptool.");
        }
        if (chip == nullptr) {
            std::string known;
            for (const esp::ChipFacts& facts : esp::chips()) known += std::string(" ") + facts.word;
            return fail(exit_usage, "There is no chip \"" + printable(words.chip) + "\"",
                        "Known are: auto" + known + ".");
        }
        options.connect.chip = chip->chip;
    }
    const std::string before = with_dashes(words.before);
    if (before != "default-reset" && before != "no-reset" && before != "usb-reset") {
        return fail(exit_usage, "--before can't be \"" + printable(words.before) + "\"",
                    "It is default-reset, usb-reset or no-reset.");
    }
    options.connect.reset = before != "no-reset";
    if (before == "usb-reset") options.connect.wiring = flash::ResetWiring::native_usb;
    options.connect.attempts = words.attempts;
    options.connect.baud = std::min(words.baud, flash::first_baud);
    options.baud = words.baud;
    options.use_stub = !words.no_stub;
    if (words.flash_size != "keep" && words.flash_size != "detect") {
        options.flash_size = esp::flash_size_of(words.flash_size).value_or(0);
    }
    return options;
}

/// A bootloader is spoken with byte by byte: what carries a running Python's prompt alone is of no use.
Outcome<> check_carries_bytes(const std::string& port) {
    const auto address = workbench::parse_port_address(port);
    if (!workbench::is_port_address(port) || !address) return {};
    using Kind = workbench::PortAddress::Kind;
    if (address->kind == Kind::rfc2217 || address->kind == Kind::tcp) return {};
    return fail(exit_refused,
                printable(address->text()) + " reaches the Python on a board, and its bootloader only a serial port",
                "Plug the board in, or reach it by rfc2217://host:port.");
}

std::string rate_text(double bytes_per_s) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f kB/s", bytes_per_s / 1000);
    return text.data();
}

} // namespace

void add_flash_options(CLI::App& command, Invocation& invocation, FlashWords& words) {
    command.add_option("-p,--port", words.port, "The board's port or address (ESPTOOL_PORT)")->envname("ESPTOOL_PORT");
    command.add_option("-b,--baud", words.baud, "The rate to go up to (ESPTOOL_BAUD)")
        ->envname("ESPTOOL_BAUD")
        ->check(CLI::Range(9600U, 4'000'000U))
        ->capture_default_str();
    command.add_option("-c,--chip", words.chip, "auto, esp8266, esp32, esp32s3, ... (ESPTOOL_CHIP)")
        ->envname("ESPTOOL_CHIP")
        ->capture_default_str();
    command
        .add_option("--before", words.before, "default-reset, usb-reset or no-reset: how it gets into its bootloader")
        ->capture_default_str();
    command.add_option("--after", words.after, "hard-reset or no-reset")->capture_default_str();
    command.add_flag("--no-stub,--no_stub", words.no_stub,
                     "By the chip's ROM alone: slower, and nothing is put in its RAM");
    command.add_option("--connect-attempts,--connect_attempts", words.attempts, "How often it is reset to be found")
        ->check(CLI::Range(1U, 100U))
        ->capture_default_str();
    add_data_option(command, invocation);
    add_json_option(command, invocation);
}

void add_header_options(CLI::App& command, FlashWords& words) {
    command.add_option("--flash-mode,--flash_mode", words.flash_mode, "keep, qio, qout, dio or dout (-fm)")
        ->capture_default_str();
    command.add_option("--flash-size,--flash_size", words.flash_size, "keep, detect, or e.g. 4MB (-fs)")
        ->capture_default_str();
    command.add_option("--flash-freq,--flash_freq", words.flash_clock, "keep, or e.g. 40m (-ff)")
        ->capture_default_str();
}

bool wants_detected_size(const FlashWords& words) { return words.flash_size == "detect"; }

Outcome<esp::FlashSettings> settings_of(const FlashWords& words) {
    esp::FlashSettings settings;
    if (words.flash_mode != "keep") {
        settings.mode = esp::flash_mode_of(words.flash_mode);
        if (!settings.mode) {
            return fail(exit_usage, "There is no flash mode \"" + printable(words.flash_mode) + "\"",
                        "It is keep, qio, qout, dio or dout.");
        }
    }
    if (words.flash_size != "keep" && words.flash_size != "detect") {
        settings.size = esp::flash_size_of(words.flash_size);
        if (!settings.size) {
            return fail(exit_usage, "There is no flash size \"" + printable(words.flash_size) + "\"",
                        "It is keep, detect, or a number such as 512KB or 4MB.");
        }
    }
    if (words.flash_clock != "keep") {
        const auto mhz = number_of(words.flash_clock.substr(0, words.flash_clock.find_first_of("mM")));
        if (!mhz) {
            return fail(exit_usage, "There is no flash clock \"" + printable(words.flash_clock) + "\"",
                        "It is keep, or MHz such as 40m.");
        }
        settings.clock_mhz = *mhz;
    }
    return settings;
}

FlashReporter::FlashReporter(bool json) : json_(json), on_terminal_(::isatty(STDERR_FILENO) != 0) {}

void FlashReporter::end_line() {
    if (std::exchange(line_open_, false)) std::fputs("\n", stderr);
}

void FlashReporter::step(const std::string& text) {
    end_line();
    if (json_) {
        std::puts(json_text({{"type", "step"}, {"text", text}}).c_str());
        std::fflush(stdout);
        return;
    }
    std::fprintf(stderr, "%s\n", printable(text).c_str());
}

Failure FlashReporter::failure(const base::Error& error) {
    is_over_ = is_over_ || flash::is_final(error);
    return failure_of(error);
}

void FlashReporter::phase(std::string_view word) {
    if (phase_ == word) return;
    phase_ = word;
    if (!json_) return;
    std::puts(json_text({{"type", "phase"}, {"phase", phase_}}).c_str());
    std::fflush(stdout);
}

void FlashReporter::progress(const flash::Progress& progress) {
    constexpr double often_ms = 200;
    const double now = now_ms();
    if (phase_ != progress.phase || progress.done == 0) begun_ms_ = now;
    // Told before it begins: whoever would stop us looks whether that does harm.
    phase(progress.phase);
    const bool done = progress.done == progress.total;
    if (!done && now - told_ms_ < often_ms) return;
    told_ms_ = now;
    const double elapsed_s = std::max(1.0, now - begun_ms_) / 1000;
    const double rate = static_cast<double>(progress.done) / elapsed_s;
    const double left_s = rate > 0 ? static_cast<double>(progress.total - progress.done) / rate : 0;
    if (json_) {
        std::puts(json_text({{"type", "progress"},
                             {"phase", progress.phase},
                             {"done", progress.done},
                             {"total", progress.total},
                             {"bytes_per_s", rate},
                             {"left_s", left_s},
                             {"baud", progress.baud}})
                      .c_str());
        std::fflush(stdout);
        return;
    }
    if (!on_terminal_) return;
    const auto percent = progress.total == 0 ? 100 : progress.done * 100 / progress.total;
    std::fprintf(stderr, "\r  %-8s %3u %%  %llu of %llu bytes  %s  %.0f s left \033[K", phase_.c_str(),
                 static_cast<unsigned>(percent), static_cast<unsigned long long>(progress.done),
                 static_cast<unsigned long long>(progress.total), rate_text(rate).c_str(), left_s);
    line_open_ = true;
    if (done) end_line();
}

Outcome<FlashBoard> open_flash_board(const Invocation& invocation, const FlashWords& words, FlashReporter& reporter) {
    auto options = session_options(words);
    if (!options) return tl::unexpected(options.error());
    if (const auto possible = check_carries_bytes(words.port); !possible) return tl::unexpected(possible.error());
    const auto reached = reach(invocation, words.port);
    if (!reached) return tl::unexpected(reached.error());
    if (options->connect.wiring != flash::ResetWiring::native_usb) options->connect.wiring = wiring_of(reached->name);
    auto line = flash::PortLine::open(reached->open);
    if (!line) return tl::unexpected(port_failure(*reached, line.error()));
    (*line)->stop_on_interrupt();
    reporter.phase("connect");
    FlashBoard board{reached->name, std::move(*line), nullptr};
    board.session = std::make_unique<flash::FlashSession>(
        *board.line, *options, [&reporter](const std::string& text) { reporter.step(text); });
    if (const auto opened = board.session->open(); !opened) {
        Failure failure = reporter.failure(opened.error());
        failure.message = board.name + ": " + failure.message;
        return tl::unexpected(failure);
    }
    return board;
}

Outcome<> leave_board(FlashBoard& board, const FlashWords& words, FlashReporter& reporter) {
    const std::string after = with_dashes(words.after);
    if (after == "no-reset" || after == "no-reset-stub") return {};
    const auto reset = board.session->loader().run_program();
    if (reset) return {};
    if (reset.error().code != base::ErrorCode::unsupported) return tl::unexpected(failure_of(reset.error()));
    reporter.step("This port can't reset the board: press RESET to start its program");
    return {};
}

Outcome<std::vector<std::uint8_t>> read_firmware(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(exit_not_found, "There is no file " + printable(path) + " that could be read");
    std::vector<std::uint8_t> bytes;
    for (std::istreambuf_iterator<char> at(file), end; at != end; ++at) {
        if (bytes.size() == firmware_size_max) return fail(exit_failed, printable(path) + " is larger than any flash");
        bytes.push_back(static_cast<std::uint8_t>(*at));
    }
    return bytes;
}

std::string mac_text(const esp::Mac& mac) {
    std::array<char, 18> text{};
    std::snprintf(text.data(), text.size(), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
                  mac[5]);
    return text.data();
}

std::optional<std::uint32_t> number_of(const std::string& text) {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    const char* const begin = text.data() + (hex ? 2 : 0);
    const char* const end = text.data() + text.size();
    std::uint32_t number = 0;
    const auto [at, error] = std::from_chars(begin, end, number, hex ? 16 : 10);
    if (error != std::errc{} || at != end || begin == end) return std::nullopt;
    return number;
}

} // namespace cli
