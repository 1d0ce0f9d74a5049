// SPDX-License-Identifier: Apache-2.0
// CPU 0 from the end of startup on: what the chip was given, then the board.
#include "base/expect.hpp"
#include "boards/badge.hpp"
#include "firmware/ports/mps2_an521/board.hpp"
#include "firmware/ports/mps2_an521/cpu.hpp"
#include "firmware/ports/mps2_an521/flash.hpp"
#include "firmware/ports/mps2_an521/runtime_support.hpp"
#include "firmware/ports/mps2_an521/startup.hpp"

#include <array>
#include <charconv>

namespace firmware::ports::mps2_an521 {
namespace {

constexpr const boards::Profile& profile = boards::badge;

[[gnu::section(".psram")]] std::array<std::uint8_t, profile.flash_bytes> flash_medium;
std::array<std::uint8_t, SimulatedSmallFlash::medium_bytes> settings_medium;
std::array<contract::Color, runtime::Screen::memory_pixels(profile.screen.width, profile.screen.height)> frames;
[[gnu::section(
    ".psram")]] std::array<contract::Color, Board::panel_lines * profile.screen.width * profile.screen.height>
    panel_frames;
Board* board = nullptr; // for the interrupts, which get no argument

std::uint64_t seed() noexcept {
    // Chance for Python's `random`; the chip has no source of its own.
    HostFile chance;
    std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
    if (chance.open("/dev/urandom", false)) chance.read(0, bytes);
    std::uint64_t seed = 0;
    for (const std::uint8_t byte : bytes) seed = seed << 8U | byte;
    return seed;
}

Birthmark read_birthmark(std::span<char> memory) noexcept {
    const std::string_view line = command_line(memory);
    Birthmark mark;
    const std::string_view uid = setting(line, "uid");
    const std::string_view boot = setting(line, "boot");
    mark.identity.uid = uid.empty() ? "an521" : uid;
    mark.identity.name = profile.title;
    mark.identity.board = profile.name;
    mark.identity.version = OURO_VERSION;
    std::from_chars(boot.data(), boot.data() + boot.size(), mark.identity.boot);
    mark.app = setting(line, "app");
    mark.seed = seed();
    return mark;
}

} // namespace

void run_hardware_cpu() noexcept {
    base::set_expect_handler(last_words);
    static Clock clock;
    clock.start();
    static std::array<char, 256> line;
    static const Birthmark mark = read_birthmark(line);
    static HostFile flash_file;
    load_medium(flash_file, "flash.img", flash_medium);
    static FileFlash flash(
        flash_file, flash_medium,
        {profile.flash_block_bytes, profile.flash_bytes / profile.flash_block_bytes, profile.flash_program_bytes});
    static HostFile settings_file;
    load_medium(settings_file, "settings.img", settings_medium);
    static SimulatedSmallFlash settings(
        settings_medium, [] { return !settings_file.is_open() || settings_file.write(0, settings_medium); });
    static Board the_board(profile, clock, {flash, settings, frames, panel_frames}, mark);
    board = &the_board;
    the_board.run();
}

void hardware_doorbell() { answer_doorbell(Cpu::hardware); }
void uart_interrupt() { board->port_interrupt(active_exception() - exceptions - interrupt::uarts); }

} // namespace firmware::ports::mps2_an521
