// SPDX-License-Identifier: Apache-2.0
// Espressif's stub: a faster bootloader that is put into the chip's RAM. Made at build time from the npm package
// esptool-js (Apache-2.0; NOTICE names it); a build without it has none, and flashes by ROM alone.
#pragma once

#include "protocol/esp/chips.hpp"

#include <cstdint>
#include <span>

namespace hub::workbench::flash {

struct Stub {
    protocol::esp::Chip chip;
    std::uint32_t entry;
    std::uint32_t text_address;
    std::span<const std::uint8_t> text;
    std::uint32_t data_address;
    std::span<const std::uint8_t> data;
};

/// Null when this build has none for the chip.
const Stub* find_stub(protocol::esp::Chip chip) noexcept;

} // namespace hub::workbench::flash
