// SPDX-License-Identifier: Apache-2.0
#include "protocol/esp/request.hpp"

#include "base/expect.hpp"
#include "protocol/esp/bytes.hpp"
#include "protocol/esp/slip.hpp"

#include <array>
#include <initializer_list>

namespace protocol::esp {
namespace {

constexpr std::size_t header_size = 8;

Request make(Op op, std::initializer_list<std::uint32_t> words) noexcept {
    Request request;
    request.op = op;
    for (const std::uint32_t word : words) expect(request.words.push_back(word));
    return request;
}

Request begin(Op op, const Transfer& transfer) noexcept {
    return make(op, {transfer.size, transfer.blocks, transfer.block_size, transfer.address});
}

Request with_encrypt_word(Request request, bool wanted) noexcept {
    if (wanted) expect(request.words.push_back(0));
    return request;
}

bool has_data(Op op) noexcept { return op == Op::flash_data || op == Op::mem_data || op == Op::deflate_data; }

} // namespace

Request sync_request() noexcept {
    // 07 07 12 20, then 32 bytes by whose edges a ROM measures the rate.
    Request request = make(Op::sync, {sync_value_of_rom});
    for (int i = 0; i < 8; ++i) expect(request.words.push_back(0x55555555));
    return request;
}

Request read_register_request(std::uint32_t address) noexcept { return make(Op::read_register, {address}); }

Request write_register_request(std::uint32_t address, std::uint32_t value, std::uint32_t mask,
                               std::uint32_t delay_us) noexcept {
    return make(Op::write_register, {address, value, mask, delay_us});
}

Request security_info_request() noexcept { return make(Op::security_info, {}); }

Request spi_attach_request(std::uint32_t pins, bool to_stub) noexcept {
    return to_stub ? make(Op::spi_attach, {pins}) : make(Op::spi_attach, {pins, 0});
}

Request spi_set_params_request(std::uint32_t flash_size) noexcept {
    return make(Op::spi_set_params, {0, flash_size, 0x10000, 0x1000, 0x100, 0xFFFF});
}

Request change_baud_request(std::uint32_t baud, std::uint32_t current) noexcept {
    return make(Op::change_baud, {baud, current});
}

Request mem_begin_request(const Transfer& transfer) noexcept { return begin(Op::mem_begin, transfer); }

Request mem_end_request(std::uint32_t entry) noexcept { return make(Op::mem_end, {entry == 0 ? 1U : 0U, entry}); }

Request flash_begin_request(const Transfer& transfer, bool encrypt_word) noexcept {
    return with_encrypt_word(begin(Op::flash_begin, transfer), encrypt_word);
}

Request deflate_begin_request(const Transfer& transfer, bool encrypt_word) noexcept {
    return with_encrypt_word(begin(Op::deflate_begin, transfer), encrypt_word);
}

Request end_request(Op op, bool stay) noexcept { return make(op, {stay ? 1U : 0U}); }

Request data_request(Op op, std::uint32_t size, std::uint32_t sequence) noexcept {
    return make(op, {size, sequence, 0, 0});
}

Request flash_md5_request(std::uint32_t address, std::uint32_t size) noexcept {
    return make(Op::flash_md5, {address, size, 0, 0});
}

Request read_flash_slow_request(std::uint32_t address, std::uint32_t size) noexcept {
    return make(Op::read_flash_slow, {address, size});
}

Request erase_flash_request() noexcept { return make(Op::erase_flash, {}); }

Request erase_region_request(std::uint32_t address, std::uint32_t size) noexcept {
    return make(Op::erase_region, {address, size});
}

Request read_flash_request(std::uint32_t address, std::uint32_t size, std::uint32_t packet_size,
                           std::uint32_t in_flight_max) noexcept {
    return make(Op::read_flash, {address, size, packet_size, in_flight_max});
}

std::uint8_t checksum(std::span<const std::uint8_t> data, std::uint8_t start) noexcept {
    for (const std::uint8_t byte : data) start = static_cast<std::uint8_t>(start ^ byte);
    return start;
}

std::size_t encode(const Request& request, std::span<const std::uint8_t> data, std::span<std::uint8_t> out) noexcept {
    expect(data.empty() || has_data(request.op));
    std::array<std::uint8_t, header_size + 4 * decltype(request.words)::capacity()> head{};
    std::size_t size = header_size;
    for (const std::uint32_t word : request.words) {
        put_u32(head, size, word);
        size += 4;
    }
    const std::size_t length = size - header_size + data.size();
    head[1] = static_cast<std::uint8_t>(request.op);
    head[2] = static_cast<std::uint8_t>(length);
    head[3] = static_cast<std::uint8_t>(length >> 8U);
    if (has_data(request.op)) head[4] = checksum(data);
    SlipWriter writer(out);
    writer.append(std::span(head).first(size));
    writer.append(data);
    return writer.finish();
}

} // namespace protocol::esp
