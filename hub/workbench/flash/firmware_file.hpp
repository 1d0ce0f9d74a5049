// SPDX-License-Identifier: Apache-2.0
// Whether a file is firmware at all: found before any board is touched, for a damaged file stays a damaged file.
#pragma once

#include "base/result.hpp"
#include "protocol/esp/chips.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace hub::workbench::flash {

struct FirmwareFile {
    std::string what;                               ///< as `describe_firmware` has it
    const protocol::esp::ChipFacts* chip = nullptr; ///< null: the file does not say, or is a UF2
};

/// Errors, to be read behind the file's name: `malformed` ("is no firmware but a web page"), `unsupported` ("is for
/// ESP32-P4, …"); `refused` for what is cut off or damaged, a sentence of its own.
base::Result<FirmwareFile> examine_firmware(std::span<const std::uint8_t> file);

} // namespace hub::workbench::flash
