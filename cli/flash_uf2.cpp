// SPDX-License-Identifier: Apache-2.0
#include "cli/flash_uf2.hpp"

#include "cli/bootloader_way.hpp"
#include "hub/workbench/flash/boot_drive.hpp"
#include "hub/workbench/pico_reset.hpp"
#include "hub/workbench/port_python.hpp"
#include "hub/workbench/port_rule.hpp"
#include "protocol/uf2/uf2.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>

namespace cli {

namespace workbench = hub::workbench;

namespace {

using Json = nlohmann::json;
using flash::BootDrive;
using workbench::PortPython;

constexpr auto look_interval = std::chrono::milliseconds(200);
constexpr int looks_max = 75; // 15 s

template <typename Look>
auto look_for(const Look& look) {
    for (int i = 1;; ++i) {
        auto found = look();
        if (found || i == looks_max) return found;
        std::this_thread::sleep_for(look_interval);
    }
}

Outcome<BootDrive> drive_at(const std::string& folder) {
    const auto drive = flash::read_boot_drive(folder);
    if (!drive) return tl::unexpected(failure_of(drive.error()));
    return *drive;
}

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

/// False where no Python answers, or knows no way.
bool ask_python(const Reached& board) {
    const auto python = PortPython::open(board.open);
    if (!python) return false;
    (*python)->limit_silence(base::from_ms(3000));
    std::string said;
    const auto asked = (*python)->run(find_bootloader("UF2"), [&said](std::string_view bytes) { said += bytes; });
    if (!asked || !asked->empty() || said.find("none") != std::string::npos) return false;
    return (*python)->launch(std::string(leave_in_a_moment)).has_value();
}

/// The sign that boards of the Pico SDK, of CircuitPython and of Arduino wait for: a port opened at 1200 baud and left.
void touch(const Reached& board) {
    const auto line = flash::PortLine::open(board.open);
    if (!line) return;
    constexpr unsigned touch_baud = 1200;
    (void)(*line)->set_baud(touch_baud);
    (void)(*line)->set_lines({false, false});
}

/// Firmware of the Pico SDK is asked on USB. False where there is none, or it can't be asked.
bool ask_on_usb(const Reached& board, FlashReporter& reporter) {
    for (const workbench::UsbPort& port : workbench::list_usb_ports()) {
        if (!workbench::means(board.name, port)) continue;
        const auto reset = workbench::find_pico_reset(port);
        if (!reset) return false;
        const auto asked = workbench::reset_to_boot_drive(*reset);
        if (asked) return true;
        reporter.step("It has a reset interface, but " + std::string(asked.error().message.view()) + ". " +
                      std::string(asked.error().hint.view()));
        return false;
    }
    return false;
}

/// Asks a board for its boot drive, and waits for it.
Outcome<BootDrive> drive_of_port(const Reached& board, const std::string& folder, FlashReporter& reporter) {
    // Opened once by itself, so that a port which somebody else has is not taken for one without Python.
    if (const auto line = flash::PortLine::open(board.open); !line) {
        return tl::unexpected(port_failure(board, line.error()));
    }
    reporter.phase("connect");
    reporter.step("Ask the board for its boot drive");
    if (!ask_on_usb(board, reporter) && !ask_python(board)) {
        reporter.step("No Python there knows the way; try the touch at 1200 baud");
        touch(board);
    }
    auto drive = look_for([&folder] { return folder.empty() ? the_only_drive() : drive_at(folder); });
    if (drive || drive.error().exit == exit_usage) return drive;
    return fail(exit_failed, "The board's boot drive did not appear within 15 s",
                "Does the system mount drives (--drive says where)? Or hold BOOTSEL while you plug the board in.");
}

std::vector<std::string> usb_paths() {
    std::vector<std::string> paths;
    for (const workbench::UsbPort& port : workbench::list_usb_ports()) paths.push_back(port.path.string());
    return paths;
}

/// The one port that was not there before; empty when none comes, or several do.
std::string port_that_came(const std::vector<std::string>& before) {
    const auto found = look_for([&before]() -> std::optional<std::string> {
        auto now = usb_paths();
        std::erase_if(now, [&](const std::string& path) {
            return std::find(before.begin(), before.end(), path) != before.end();
        });
        return now.size() == 1 ? std::optional(now.front()) : std::nullopt;
    });
    return found.value_or("");
}

/// Waits until the board's port is there again, and listens to what it says.
flash::Banner banner_of(const Invocation& invocation, const std::string& port) {
    constexpr base::Micros patience = base::from_ms(6000);
    auto line = look_for([&]() -> std::optional<std::unique_ptr<flash::PortLine>> {
        const auto reached = reach(invocation, port);
        if (!reached) return std::nullopt;
        auto opened = flash::PortLine::open(reached->open);
        return opened ? std::optional(std::move(*opened)) : std::nullopt;
    });
    if (!line) return {};
    flash::LoaderLink link(**line);
    return flash::wait_for_banner(link, patience).value_or(flash::Banner{});
}

int say_end(const Invocation& invocation, const BootDrive& drive, const std::string& port,
            const flash::Banner& banner) {
    const bool runs = !banner.line.empty();
    if (invocation.json) {
        std::puts(json_text({{"type", "result"},
                             {"drive", drive.folder.string()},
                             {"board", drive.board_id},
                             {"port", port.empty() ? Json() : Json(port)},
                             {"runs", runs ? Json(banner.name) : Json()},
                             {"version", runs ? Json(banner.version) : Json()},
                             {"banner", banner.line}})
                      .c_str());
    } else if (runs) {
        std::printf("%s %s runs on %s: %s\n", banner.name.c_str(), printable(banner.version).c_str(),
                    printable(port).c_str(), printable(banner.line).c_str());
    } else {
        std::printf("%s has its firmware, and restarts%s\n", printable(drive.board_id).c_str(),
                    port.empty() ? "" : "; its port says nothing yet");
    }
    return exit_ok;
}

} // namespace

bool is_uf2(const std::vector<std::uint8_t>& file) {
    constexpr std::string_view mark = "UF2\n";
    return file.size() >= mark.size() && std::equal(mark.begin(), mark.end(), file.begin());
}

int flash_uf2(const Invocation& invocation, const Uf2Wish& wish, const std::vector<std::uint8_t>& file,
              FlashReporter& reporter) {
    // A damaged file leaves the board as it is.
    if (const auto whole = protocol::uf2::parse_file(file); !whole) return report(failure_of(whole.error()));
    std::error_code ignored;
    const bool names_drive = std::filesystem::is_directory(wish.board, ignored) &&
                             !std::filesystem::exists(wish.board + "/board.json", ignored);
    std::string port = names_drive ? "" : wish.board;
    Outcome<BootDrive> drive = fail(exit_not_found, "");
    if (!port.empty()) {
        const auto reached = reach(invocation, port);
        if (!reached) return report(reached.error());
        drive = drive_of_port(*reached, wish.drive, reporter);
    } else {
        const std::string& folder = names_drive ? wish.board : wish.drive;
        drive = folder.empty() ? the_only_drive() : drive_at(folder);
    }
    if (!drive) return report(drive.error());
    const auto before = usb_paths();
    reporter.phase("write");
    reporter.step("Copy to " + drive->folder.string() + " (" + drive->model + ")");
    if (const auto written = flash::write_boot_drive(*drive, file, wish.insist); !written) {
        return report(failure_of(written.error()));
    }
    const bool restarts = !flash::read_boot_drive(drive->folder).has_value();
    reporter.phase("start");
    reporter.step("Wait for the board");
    if (port.empty() && restarts) port = port_that_came(before);
    return say_end(invocation, *drive, port, port.empty() ? flash::Banner{} : banner_of(invocation, port));
}

} // namespace cli
