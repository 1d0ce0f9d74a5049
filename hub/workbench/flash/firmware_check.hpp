// SPDX-License-Identifier: Apache-2.0
// What speaks against writing a file to a chip, found before anything is erased.
#pragma once

#include "hub/workbench/flash/flash_writer.hpp"
#include "protocol/esp/image.hpp"

#include <string>
#include <vector>

namespace hub::workbench::flash {

struct Complaint {
    std::string message;     ///< what was found, and what was expected
    std::string hint;        ///< what to do
    bool can_insist = false; ///< --force may go on: at worst the chip does not start
};

/// What is known of the chip that would be written to.
struct Target {
    const protocol::esp::ChipFacts* chip = nullptr;
    std::uint32_t flash_size = 0; ///< 0: not known
    std::optional<protocol::esp::SecurityInfo> security{};
    std::optional<std::uint16_t> revision{}; ///< major * 100 + minor; absent: not known
};

/// All that is wrong with writing these parts, the worst first. No part: nothing is wrong.
std::vector<Complaint> check_firmware(const std::vector<FlashPart>& parts, const Target& target);

/// What a file is, in one line: "MicroPython or CircuitPython for ESP8266, 614400 bytes, MD5 is right".
std::string describe_firmware(std::span<const std::uint8_t> file);

/// Which chip an image says it is for, by its layout; null when it does not say.
const protocol::esp::ChipFacts* chip_of_firmware(std::span<const std::uint8_t> file);

/// The name of the chip that it is for when that is one which can't be flashed yet; null otherwise.
const char* later_chip_of_firmware(std::span<const std::uint8_t> file);

/// "v3.1".
std::string revision_text(std::uint16_t revision);

/// Changes the header of the part that lies at the chip's bootloader offset, and its hash, if it is an image. Errors:
/// those of `apply_settings`.
base::Result<> patch_header(FlashPart& part, const protocol::esp::ChipFacts& chip,
                            const protocol::esp::FlashSettings& settings);

} // namespace hub::workbench::flash
