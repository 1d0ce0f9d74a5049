// SPDX-License-Identifier: Apache-2.0
#include "protocol/esp/image.hpp"

#include "protocol/esp/bytes.hpp"
#include "protocol/esp/request.hpp"

#include <algorithm>
#include <array>

namespace protocol::esp {
namespace {

constexpr std::size_t short_header_size = 8;
constexpr std::size_t segment_header_size = 8;
constexpr std::size_t checksum_group = 16;
constexpr std::uint32_t kib = 1024;

constexpr std::array<const char*, 4> mode_names{"qio", "qout", "dio", "dout"};

struct Clock {
    unsigned mhz;
    std::uint8_t code;
};
constexpr Clock clocks_common[] = {{40, 0x0}, {26, 0x1}, {20, 0x2}, {80, 0xF}};
constexpr Clock clocks_c2[] = {{30, 0x0}, {20, 0x1}, {15, 0x2}, {60, 0xF}};
constexpr Clock clocks_c6[] = {{40, 0x0}, {80, 0x0}, {20, 0x2}};
constexpr Clock clocks_h2[] = {{24, 0x0}, {16, 0x1}, {12, 0x2}, {48, 0xF}};

std::span<const Clock> clocks_of(Chip chip) noexcept {
    switch (facts_of(chip).clocks) {
    case ClockTable::common: return clocks_common;
    case ClockTable::c2: return clocks_c2;
    case ClockTable::c6: return clocks_c6;
    case ClockTable::h2: return clocks_h2;
    }
    return {};
}

/// By their codes. Two of ESP8266's differ from others of the same size in how programs share the flash: those have no
/// size of their own.
constexpr std::uint32_t sizes_8266[] = {512 * kib, 256 * kib, 1024 * kib, 2048 * kib, 4096 * kib,
                                        0,         0,         8192 * kib, 16384 * kib};
constexpr std::uint32_t sizes_32[] = {1024 * kib,  2048 * kib,  4096 * kib,  8192 * kib,
                                      16384 * kib, 32768 * kib, 65536 * kib, 131072 * kib};

std::span<const std::uint32_t> sizes_of(Chip chip) noexcept {
    if (chip == Chip::esp8266) return sizes_8266;
    return sizes_32;
}

void read_extension(Image& image, std::span<const std::uint8_t> bytes) noexcept {
    image.chip_id = u16_at(bytes, 12);
    image.revision_min = u16_at(bytes, 15);
    image.revision_max = u16_at(bytes, 17);
    // Older tools wrote the whole revision alone, in the byte before.
    if (image.revision_min == 0) image.revision_min = static_cast<std::uint16_t>(bytes[14] * 100);
    image.has_hash = bytes[23] == 1;
}

tl::unexpected<base::Error> cut_off() noexcept {
    return base::fail(base::ErrorCode::too_large, "the image is cut off before its end", "Fetch the file again.");
}

} // namespace

std::optional<FlashMode> flash_mode_of(std::string_view word) noexcept {
    const auto* const found = std::find(mode_names.begin(), mode_names.end(), word);
    if (found == mode_names.end()) return std::nullopt;
    return static_cast<FlashMode>(found - mode_names.begin());
}

const char* flash_mode_name(FlashMode mode) noexcept { return mode_names[static_cast<std::size_t>(mode)]; }

base::Result<Image> parse_image(std::span<const std::uint8_t> bytes, bool extended) noexcept {
    const std::size_t header_size = extended ? extended_header_size : short_header_size;
    if (bytes.empty() || bytes[0] != image_magic) {
        return base::fail(base::ErrorCode::malformed,
                          "this is no image for an Espressif chip: it does not begin with E9");
    }
    if (bytes.size() < header_size) return cut_off();
    if (bytes[1] == 0 || bytes[1] > image_segments_max) {
        return base::fail(base::ErrorCode::malformed, "the image has no segments, or more than 16");
    }
    Image image{.mode = bytes[2], .size_and_clock = bytes[3], .entry = u32_at(bytes, 4)};
    if (extended) read_extension(image, bytes);
    std::size_t at = header_size;
    std::uint8_t computed = checksum({});
    for (unsigned i = 0; i < bytes[1]; ++i) {
        if (bytes.size() - at < segment_header_size) return cut_off();
        const ImageSegment segment{u32_at(bytes, at), static_cast<std::uint32_t>(at + segment_header_size),
                                   u32_at(bytes, at + 4)};
        at += segment_header_size;
        if (bytes.size() - at < segment.size) return cut_off();
        computed = checksum(bytes.subspan(at, segment.size), computed);
        at += segment.size;
        expect(image.segments.push_back(segment));
    }
    const std::size_t end = (at / checksum_group + 1) * checksum_group;
    const std::size_t whole = end + (image.has_hash ? image_hash_size : 0);
    if (whole > bytes.size()) return cut_off();
    image.checksum_offset = static_cast<std::uint32_t>(end - 1);
    image.checksum = bytes[end - 1];
    image.computed = computed;
    image.hash_size = static_cast<std::uint32_t>(end);
    image.size = static_cast<std::uint32_t>(whole);
    return image;
}

std::optional<std::uint8_t> flash_size_code(Chip chip, std::uint32_t size) noexcept {
    const auto sizes = sizes_of(chip);
    const auto found = std::find(sizes.begin(), sizes.end(), size);
    if (size == 0 || found == sizes.end()) return std::nullopt;
    return static_cast<std::uint8_t>(found - sizes.begin());
}

std::uint32_t flash_size_of_code(Chip chip, std::uint8_t code) noexcept {
    const auto sizes = sizes_of(chip);
    return code < sizes.size() ? sizes[code] : 0;
}

std::optional<std::uint32_t> flash_size_of(std::string_view word) noexcept {
    std::uint32_t number = 0;
    std::size_t digits = 0;
    while (digits < word.size() && digits < 4 && word[digits] >= '0' && word[digits] <= '9') {
        number = number * 10 + static_cast<std::uint32_t>(word[digits++] - '0');
    }
    const auto is = [unit = word.substr(digits)](char letter) {
        const bool named = !unit.empty() && (unit[0] == letter || unit[0] == letter + ('a' - 'A'));
        return named && (unit.size() == 1 || (unit.size() == 2 && (unit[1] == 'B' || unit[1] == 'b')));
    };
    if (digits == 0 || number == 0) return std::nullopt;
    if (is('K')) return number * kib;
    if (is('M') && number <= 256) return number * kib * kib;
    return std::nullopt;
}

std::optional<std::uint8_t> flash_clock_code(Chip chip, unsigned mhz) noexcept {
    for (const Clock& clock : clocks_of(chip)) {
        if (clock.mhz == mhz) return clock.code;
    }
    return std::nullopt;
}

unsigned flash_clock_of_code(Chip chip, std::uint8_t code) noexcept {
    for (const Clock& clock : clocks_of(chip)) {
        if (clock.code == code) return clock.mhz;
    }
    return 0;
}

base::Result<> apply_settings(std::span<std::uint8_t> bytes, Chip chip, const FlashSettings& settings) noexcept {
    if (bytes.size() < short_header_size || bytes[0] != image_magic) {
        return base::fail(base::ErrorCode::malformed, "there is no image whose header could be changed");
    }
    std::uint8_t size_code = bytes[3] >> 4U;
    std::uint8_t clock_code = bytes[3] & 0x0FU;
    if (settings.size) {
        const auto code = flash_size_code(chip, *settings.size);
        if (!code) {
            return base::fail(base::ErrorCode::unsupported, "this chip's images know no flash of that size",
                              "Name one with --flash-size, e.g. 4MB.");
        }
        size_code = *code;
    }
    if (settings.clock_mhz) {
        const auto code = flash_clock_code(chip, *settings.clock_mhz);
        if (!code)
            return base::fail(base::ErrorCode::unsupported, "this chip's images know no flash clock of that rate");
        clock_code = *code;
    }
    if (settings.mode) bytes[2] = static_cast<std::uint8_t>(*settings.mode);
    bytes[3] = static_cast<std::uint8_t>(size_code << 4U | clock_code);
    return {};
}

std::optional<Esp8266Firmware> find_esp8266_firmware(std::span<const std::uint8_t> bytes) noexcept {
    constexpr std::size_t length_offset = 0x8FFC;
    constexpr std::uint32_t code_offset = 0x9000;
    constexpr std::uint32_t size_max = 0x400000;
    constexpr std::uint32_t hash_size = 16;
    if (bytes.size() <= code_offset || bytes[0] != image_magic) return std::nullopt;
    const std::uint32_t length = u32_at(bytes, length_offset);
    if (length <= code_offset || length > size_max) return std::nullopt;
    const Esp8266Firmware firmware{length, length + hash_size};
    if (firmware.size == bytes.size()) return firmware; // no chance hits upon its own length
    const auto first = parse_image(bytes.first(length_offset), false);
    if (!first) return std::nullopt;
    const auto padding = bytes.subspan(first->size, length_offset - first->size);
    const bool blank = std::all_of(padding.begin(), padding.end(), [](std::uint8_t byte) { return byte == 0xFF; });
    return blank ? std::optional(firmware) : std::nullopt;
}

} // namespace protocol::esp
