// SPDX-License-Identifier: Apache-2.0
// What the host asks of a bootloader in ROM, or of the stub that it was given instead: one frame a request.
#pragma once

#include "base/fixed_vector.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace protocol::esp {

enum class Op : std::uint8_t {
    flash_begin = 0x02,
    flash_data = 0x03,
    flash_end = 0x04,
    mem_begin = 0x05,
    mem_end = 0x06,
    mem_data = 0x07,
    sync = 0x08,
    write_register = 0x09,
    read_register = 0x0A,
    spi_set_params = 0x0B,
    spi_attach = 0x0D,
    read_flash_slow = 0x0E,
    change_baud = 0x0F,
    deflate_begin = 0x10,
    deflate_data = 0x11,
    deflate_end = 0x12,
    flash_md5 = 0x13,
    security_info = 0x14,
    erase_flash = 0xD0,
    erase_region = 0xD1,
    read_flash = 0xD2,
};

/// What SYNC is answered with by a bootloader in ROM; a stub answers 0.
inline constexpr std::uint32_t sync_value_of_rom = 0x20120707;
/// What a stub says, as a frame of its own, once it runs.
inline constexpr std::uint8_t stub_greeting[] = {'O', 'H', 'A', 'I'};

/// A request without its data. All multi-byte numbers are little-endian words.
struct Request {
    Op op = Op::sync;
    base::FixedVector<std::uint32_t, 9> words;
};

/// The start of FLASH, MEM and DEFLATE transfers.
struct Transfer {
    std::uint32_t size = 0;   ///< what BEGIN calls erase size, total size or uncompressed size
    std::uint32_t blocks = 0; ///< how many data requests follow
    std::uint32_t block_size = 0;
    std::uint32_t address = 0;
};

Request sync_request() noexcept;
Request read_register_request(std::uint32_t address) noexcept;
/// Writes the bits of `mask`, then waits `delay_us`.
Request write_register_request(std::uint32_t address, std::uint32_t value, std::uint32_t mask = 0xFFFFFFFF,
                               std::uint32_t delay_us = 0) noexcept;
Request security_info_request() noexcept;
/// `pins`: HD<<24|CS<<18|D<<12|Q<<6|CLK, 0 for the default. A ROM wants a second word, a stub refuses it.
Request spi_attach_request(std::uint32_t pins, bool to_stub) noexcept;
Request spi_set_params_request(std::uint32_t flash_size) noexcept;
/// `current` is 0 to a ROM.
Request change_baud_request(std::uint32_t baud, std::uint32_t current) noexcept;
Request mem_begin_request(const Transfer& transfer) noexcept;
Request mem_end_request(std::uint32_t entry) noexcept;
/// With `encrypt_word` a fifth word, 0, that all but the ROMs of ESP8266 and ESP32 want.
Request flash_begin_request(const Transfer& transfer, bool encrypt_word) noexcept;
Request deflate_begin_request(const Transfer& transfer, bool encrypt_word) noexcept;
/// `op` is flash_end or deflate_end.
Request end_request(Op op, bool stay) noexcept;
/// `op` is flash_data, mem_data or deflate_data; `size` is that of the data.
Request data_request(Op op, std::uint32_t size, std::uint32_t sequence) noexcept;
Request flash_md5_request(std::uint32_t address, std::uint32_t size) noexcept;
/// `size` up to 64; the answer always has 64 bytes.
Request read_flash_slow_request(std::uint32_t address, std::uint32_t size) noexcept;
Request erase_flash_request() noexcept;
Request erase_region_request(std::uint32_t address, std::uint32_t size) noexcept;
Request read_flash_request(std::uint32_t address, std::uint32_t size, std::uint32_t packet_size,
                           std::uint32_t in_flight_max) noexcept;

/// EF xor every byte: the check of data requests, and of images.
std::uint8_t checksum(std::span<const std::uint8_t> data, std::uint8_t start = 0xEF) noexcept;

/// Writes the frame, escaped, and returns its size; 0 when `out` is too small (`wire_size_max` always suffices for data
/// of up to 0x4000 bytes). Only data requests have data.
std::size_t encode(const Request& request, std::span<const std::uint8_t> data, std::span<std::uint8_t> out) noexcept;

} // namespace protocol::esp
