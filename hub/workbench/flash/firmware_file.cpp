// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/firmware_file.hpp"

#include "hub/workbench/flash/firmware_check.hpp"
#include "protocol/esp/image.hpp"
#include "protocol/uf2/uf2.hpp"

namespace hub::workbench::flash {

base::Result<FirmwareFile> examine_firmware(std::span<const std::uint8_t> file) {
    FirmwareFile found{describe_firmware(file), nullptr};
    if (protocol::uf2::parse_file(file)) return found;
    if (file.empty() || file.front() != protocol::esp::image_magic) {
        return base::fail(
            base::ErrorCode::malformed, "is no firmware but " + found.what,
            "`ouro firmware list` shows firmware that fits; `ouro write-flash` writes anything anywhere.");
    }
    if (const char* const later = later_chip_of_firmware(file)) {
        return base::fail(base::ErrorCode::unsupported,
                          std::string("is for ") + later + ", which can't be flashed from here yet",
                          "Flash it with Espressif's esptool; with MicroPython on it, all other commands work.");
    }
    found.chip = chip_of_firmware(file);
    if (found.chip == nullptr) return found;
    for (const Complaint& complaint :
         check_firmware({{found.chip->bootloader_offset, {file.begin(), file.end()}}}, {found.chip, 0, {}})) {
        if (!complaint.can_insist) return base::fail(base::ErrorCode::refused, complaint.message, complaint.hint);
    }
    return found;
}

} // namespace hub::workbench::flash
