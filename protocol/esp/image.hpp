// SPDX-License-Identifier: Apache-2.0
// The header of a program for an Espressif chip: reading it, and setting what it says about the flash.
#pragma once

#include "base/fixed_vector.hpp"
#include "base/result.hpp"
#include "protocol/esp/chips.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace protocol::esp {

inline constexpr std::uint8_t image_magic = 0xE9;
inline constexpr std::size_t image_segments_max = 16;
inline constexpr std::size_t image_hash_size = 32;
/// Of the header of all chips but ESP8266, whose own has 8.
inline constexpr std::size_t extended_header_size = 24;

enum class FlashMode : std::uint8_t { qio = 0, qout = 1, dio = 2, dout = 3 };

/// "qio"; nothing for a mode that does not exist.
std::optional<FlashMode> flash_mode_of(std::string_view word) noexcept;
const char* flash_mode_name(FlashMode mode) noexcept;

struct ImageSegment {
    std::uint32_t address = 0; ///< where it is loaded
    std::uint32_t offset = 0;  ///< of its bytes in the image
    std::uint32_t size = 0;
};

struct Image {
    std::uint8_t mode = 0;
    std::uint8_t size_and_clock = 0;
    std::uint32_t entry = 0;
    // Of all chips but ESP8266:
    std::uint16_t chip_id = 0;
    std::uint16_t revision_min = 0; ///< major * 100 + minor
    std::uint16_t revision_max = 0; ///< likewise; 0xFFFF and 0: no limit
    bool has_hash = false;

    base::FixedVector<ImageSegment, image_segments_max> segments{};
    std::uint32_t checksum_offset = 0;
    std::uint8_t checksum = 0;   ///< as the image says
    std::uint8_t computed = 0;   ///< as its bytes say
    std::uint32_t hash_size = 0; ///< how many bytes the SHA-256 after the checksum is of
    std::uint32_t size = 0;      ///< of the whole image, its hash included

    bool is_intact() const noexcept { return checksum == computed; }
};

/// Reads the image at the start of `bytes`, which may go on after it. Does not compare the checksum, nor the hash.
/// `extended`: of any chip but ESP8266. Errors: `malformed` for what is no image, `too_large` when it ends beyond
/// `bytes`: it was cut off.
base::Result<Image> parse_image(std::span<const std::uint8_t> bytes, bool extended) noexcept;

/// The half byte for a flash of `size` bytes; nothing when that chip knows no such size.
std::optional<std::uint8_t> flash_size_code(Chip chip, std::uint32_t size) noexcept;
/// In bytes; 0 for a code that is not known.
std::uint32_t flash_size_of_code(Chip chip, std::uint8_t code) noexcept;
/// "4MB", "512KB", also "4mb" and "4M"; nothing for others.
std::optional<std::uint32_t> flash_size_of(std::string_view word) noexcept;

/// The half byte for a clock of `mhz` MHz; nothing when that chip knows no such clock.
std::optional<std::uint8_t> flash_clock_code(Chip chip, unsigned mhz) noexcept;
/// In MHz; 0 for a code that is not known.
unsigned flash_clock_of_code(Chip chip, std::uint8_t code) noexcept;

/// What is to be changed in a header; what is absent stays.
struct FlashSettings {
    std::optional<FlashMode> mode{};
    std::optional<std::uint32_t> size{}; ///< bytes
    std::optional<unsigned> clock_mhz{};

    bool empty() const noexcept { return !mode && !size && !clock_mhz; }
};

/// Changes the header of an image that lies at the bootloader's offset. Its hash is then no longer right. Errors:
/// `malformed` when `bytes` is no image, `unsupported` for a size or clock that the chip does not know.
base::Result<> apply_settings(std::span<std::uint8_t> bytes, Chip chip, const FlashSettings& settings) noexcept;

/// Where MicroPython's and CircuitPython's images for ESP8266 have their MD5: of bytes 4 to `hash_offset`.
struct Esp8266Firmware {
    std::uint32_t hash_offset = 0;
    std::uint32_t size = 0; ///< the hash included
};

/// Nothing when `bytes`, a whole file, is no such image. `size` may be more than there is: then it was cut off.
std::optional<Esp8266Firmware> find_esp8266_firmware(std::span<const std::uint8_t> bytes) noexcept;

} // namespace protocol::esp
