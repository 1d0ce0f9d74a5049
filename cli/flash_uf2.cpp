// SPDX-License-Identifier: Apache-2.0
#include "cli/flash_uf2.hpp"

#include "hub/workbench/flash/boot_drive.hpp"
#include "hub/workbench/port_python.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>

namespace cli {

namespace {

using flash::BootDrive;

Outcome<BootDrive> the_only_drive() {
    const auto drives = flash::find_boot_drives();
    if (drives.size() == 1) return drives.front();
    if (drives.empty()) {
        return fail(exit_not_found, "There is no boot drive",
                    "Hold BOOTSEL while you plug the board in, and let the system mount it; or name the board's port.");
    }
    std::string folders;
    for (const BootDrive& drive : drives) folders += " " + printable(drive.folder.string());
    return fail(exit_usage, "There are several boot drives:" + folders, "Name the one that is meant.");
}

/// Asks a board that runs Python for its boot drive, and waits for it.
Outcome<BootDrive> drive_of_port(const Invocation& invocation, const std::string& port, FlashReporter& reporter) {
    const auto reached = reach(invocation, port);
    if (!reached) return tl::unexpected(reached.error());
    reporter.step("Ask the board for its boot drive");
    auto python = hub::workbench::PortPython::open(reached->open);
    if (!python) return tl::unexpected(port_failure(*reached, python.error()));
    (*python)->limit_silence(base::from_ms(3000));
    // It goes before it can answer: that nothing comes any more is what is wanted.
    (void)(*python)->run("import machine\nmachine.bootloader()\n", [](std::string_view) {});
    python->reset();
    constexpr int tries = 75;
    for (int i = 0; i < tries; ++i) {
        if (auto drive = the_only_drive()) return drive;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    return fail(exit_failed, "The board's boot drive did not appear within 15 s",
                "Does the system mount drives? Or hold BOOTSEL while you plug the board in.");
}

} // namespace

bool is_uf2(const std::vector<std::uint8_t>& file) {
    constexpr std::string_view mark = "UF2\n";
    return file.size() >= mark.size() && std::equal(mark.begin(), mark.end(), file.begin());
}

int flash_uf2(const Invocation& invocation, const std::string& board, const std::vector<std::uint8_t>& file,
              bool insist, FlashReporter& reporter) {
    std::error_code ignored;
    auto drive = board.empty() ? the_only_drive() : Outcome<BootDrive>(BootDrive{});
    if (!board.empty() && std::filesystem::is_directory(board, ignored)) {
        const auto named = flash::read_boot_drive(board);
        if (!named) return report(failure_of(named.error()));
        drive = *named;
    } else if (!board.empty()) {
        drive = drive_of_port(invocation, board, reporter);
    }
    if (!drive) return report(drive.error());
    reporter.step("Copy to " + drive->folder.string() + " (" + drive->model + ")");
    if (const auto written = flash::write_boot_drive(*drive, file, insist); !written) {
        return report(failure_of(written.error()));
    }
    if (invocation.json) {
        std::puts(
            json_text({{"type", "result"}, {"drive", drive->folder.string()}, {"board", drive->board_id}}).c_str());
    } else {
        std::printf("%s has its firmware, and restarts\n", printable(drive->board_id).c_str());
    }
    return exit_ok;
}

} // namespace cli
