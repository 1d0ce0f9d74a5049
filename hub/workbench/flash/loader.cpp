// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/loader.hpp"

#include "hub/workbench/flash/digests.hpp"
#include "protocol/esp/bytes.hpp"

#include <algorithm>
#include <cmath>

namespace hub::workbench::flash {

namespace esp = protocol::esp;
using esp::Chip;
using esp::Op;

namespace {

constexpr std::uint32_t mib = 1U << 20U;
constexpr base::Micros common_patience = base::from_ms(3000);

/// `per_mib` for each MiB, and never less than what any request may take.
base::Micros patience_for(std::uint64_t size, std::int64_t seconds_per_mib) {
    const auto scaled = static_cast<base::Micros>(size) * seconds_per_mib * 1'000'000 / mib;
    return std::clamp<base::Micros>(scaled, common_patience, base::from_ms(240'000));
}

base::Result<> only_status(const base::Result<Answer>& answer) {
    if (!answer) return tl::unexpected(answer.error());
    return {};
}

bool came_damaged(std::uint8_t reason) {
    constexpr std::uint8_t stub_length = 0xC0;
    return reason == esp::reason_checksum || reason == esp::reason_stub_checksum || reason == esp::reason_unsupported ||
           reason == stub_length;
}

} // namespace

unsigned lower_baud(unsigned baud) noexcept {
    for (const unsigned rate : {921600U, 460800U, 230400U}) {
        if (rate < baud) return rate;
    }
    return first_baud;
}

base::Result<std::uint32_t> Loader::read_register(std::uint32_t address) {
    const auto answer = link_.insist({esp::read_register_request(address), base::from_ms(1000)});
    if (!answer) return tl::unexpected(answer.error());
    return answer->value;
}

base::Result<> Loader::write_register(std::uint32_t address, std::uint32_t value) {
    return only_status(link_.insist({esp::write_register_request(address, value), base::from_ms(1000)}));
}

base::Result<esp::Mac> Loader::mac() {
    if (secure_download()) {
        return base::fail(base::ErrorCode::unsupported, "the chip hides its address in secure download mode");
    }
    if (facts_->chip != Chip::esp8266) {
        const auto low = read_register(facts_->mac_register);
        const auto high = low ? read_register(facts_->mac_register + 4) : low;
        if (!high) return tl::unexpected(high.error());
        return esp::mac_of(*low, *high);
    }
    constexpr std::uint32_t fuses_at = 0x3FF00050;
    std::array<std::uint32_t, 4> fuses{};
    for (std::uint32_t i = 0; i < fuses.size(); ++i) {
        const auto word = read_register(fuses_at + 4 * i);
        if (!word) return tl::unexpected(word.error());
        fuses[i] = *word;
    }
    return esp::esp8266_mac(fuses);
}

base::Result<std::uint32_t> Loader::chip_id() {
    if (facts_->id) return *facts_->id;
    const auto address = mac();
    if (!address) return tl::unexpected(address.error());
    return static_cast<std::uint32_t>((*address)[3] << 16U | (*address)[4] << 8U | (*address)[5]);
}

base::Result<std::optional<std::uint16_t>> Loader::revision() {
    const auto& addresses = facts_->revision.words;
    if (addresses[0] == 0 || secure_download()) return std::nullopt;
    std::array<std::uint32_t, 3> words{};
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (addresses[i] == 0) continue;
        const auto word = read_register(addresses[i]);
        if (!word) return tl::unexpected(word.error());
        words[i] = *word;
    }
    return esp::revision_of(*facts_, words);
}

base::Result<> Loader::upload(std::uint32_t address, std::span<const std::uint8_t> bytes) {
    constexpr std::uint32_t block_size = 0x1800;
    const auto size = static_cast<std::uint32_t>(bytes.size());
    const std::uint32_t blocks = (size + block_size - 1) / block_size;
    const esp::Transfer transfer{size, blocks, block_size, address};
    if (const auto begun = link_.insist({esp::mem_begin_request(transfer)}); !begun) return only_status(begun);
    for (std::uint32_t i = 0; i < blocks; ++i) {
        const auto piece = bytes.subspan(std::size_t{i} * block_size, std::min(block_size, size - i * block_size));
        const auto request = esp::data_request(Op::mem_data, static_cast<std::uint32_t>(piece.size()), i);
        if (const auto sent = link_.demand({request}, piece); !sent) return only_status(sent);
    }
    return {};
}

base::Result<> Loader::expect_greeting() {
    const base::Micros deadline = link_.line().now() + common_patience;
    for (;;) {
        const auto frame = link_.next_frame(deadline);
        if (!frame) {
            if (is_final(frame.error())) return tl::unexpected(frame.error());
            return base::fail(base::ErrorCode::timeout, "the stub was uploaded, but did not start",
                              "Try again; --no-stub does without it.");
        }
        if (std::equal(frame->begin(), frame->end(), std::begin(esp::stub_greeting), std::end(esp::stub_greeting))) {
            return {};
        }
    }
}

base::Result<> Loader::upload_stub(const Stub& stub) {
    constexpr int tries = 3;
    for (int attempt = 1;; ++attempt) {
        auto sent = upload(stub.text_address, stub.text);
        if (sent) sent = upload(stub.data_address, stub.data);
        if (sent) break;
        if (is_final(sent.error()) || attempt == tries) return sent;
        if (const auto synced = resync(); !synced) return synced;
    }
    // The stub takes over so fast that the ROM's answer may be lost: what counts is the greeting.
    if (const auto started = link_.tell(esp::mem_end_request(stub.entry)); !started) return started;
    if (const auto greeted = expect_greeting(); !greeted) return greeted;
    is_stub_ = true;
    link_.set_status_size(2);
    return {};
}

// A ROM counts with a clock that is not quite the one it thinks it has.
base::Result<std::uint32_t> Loader::rate_to_ask_for(unsigned baud) {
    if (!is_stub_ && facts_->chip == Chip::esp32) return rate_for_esp32(baud);
    if (!is_stub_ && facts_->chip == Chip::esp32c2) return rate_for_esp32c2(baud);
    return baud;
}

base::Result<std::uint32_t> Loader::rate_for_esp32(unsigned baud) {
    const auto clock = read_register(0x3FF5F06C);
    const auto fuse = clock ? read_register(0x3FF5A010) : clock;
    if (!fuse) return tl::unexpected(fuse.error());
    const double measured = static_cast<double>(*clock >> 7U & 0x1FFFFFFU) * 15625.0 * (*fuse & 0xFFU) / 40.0;
    if (measured < 1e6) return baud; // it was not measured
    const double crystal = measured > 33e6 ? 40e6 : 26e6;
    return static_cast<std::uint32_t>(std::lround(baud * measured / crystal));
}

// With its smaller crystal the ROM still divides 40 MHz. What it divides by now tells which one there is.
base::Result<std::uint32_t> Loader::rate_for_esp32c2(unsigned baud) {
    constexpr std::uint32_t divider_register = 0x60000014;
    const auto divider = read_register(divider_register);
    if (!divider) return divider;
    const double crystal = static_cast<double>(*divider & 0xFFFFFU) * baud_;
    return crystal > 33e6 ? baud : static_cast<std::uint32_t>(std::uint64_t{baud} * 40 / 26);
}

base::Result<> Loader::change_baud(unsigned baud) {
    if (baud == baud_) return {};
    if (is_esp8266_rom()) {
        return base::fail(base::ErrorCode::unsupported, "the ROM of an ESP8266 can't change its rate");
    }
    if (fixed_rate_) return base::fail(base::ErrorCode::unsupported, "this line has one rate");
    constexpr int tries = 4;
    constexpr base::Micros settles = base::from_ms(50);
    const auto asked = rate_to_ask_for(baud);
    if (!asked) return tl::unexpected(asked.error());
    const auto changed = link_.demand({esp::change_baud_request(*asked, is_stub_ ? baud_ : 0)});
    if (!changed) return only_status(changed);
    const auto rate = link_.line().set_baud(baud);
    if (!rate && rate.error().code != base::ErrorCode::unsupported) return rate;
    baud_ = baud;
    if (const auto waited = link_.pause(settles); !waited) return waited;
    return sync(tries);
}

base::Result<std::uint32_t> Loader::spi_pins() {
    if (facts_->chip != Chip::esp32 || secure_download()) return 0;
    const auto word5 = read_register(0x3FF5A014);
    const auto word3 = word5 ? read_register(0x3FF5A00C) : word5;
    if (!word3) return tl::unexpected(word3.error());
    const auto pin = [](std::uint32_t word, unsigned shift) { return word >> shift & 0x1FU; };
    const std::uint32_t clk = pin(*word5, 0), q = pin(*word5, 5), d = pin(*word5, 10), cs = pin(*word5, 15);
    const std::uint32_t hd = pin(*word3, 4);
    if ((clk | q | d | cs | hd) == 0) return 0;
    return hd << 24U | cs << 18U | d << 12U | q << 6U | clk;
}

base::Result<> Loader::attach_flash() {
    if (is_esp8266_rom()) {
        const esp::Transfer nothing{0, 0, block_size_max(), 0};
        return only_status(link_.insist({esp::flash_begin_request(nothing, false)}));
    }
    const auto pins = spi_pins();
    if (!pins) return tl::unexpected(pins.error());
    return only_status(link_.insist({esp::spi_attach_request(*pins, is_stub_)}));
}

base::Result<> Loader::set_flash_size(std::uint32_t size) {
    if (is_esp8266_rom()) return {};
    return only_status(link_.insist({esp::spi_set_params_request(size)}));
}

base::Result<std::uint32_t> Loader::spi_command(std::uint8_t command, unsigned read_bits) {
    const esp::SpiController& spi = facts_->spi;
    constexpr std::uint32_t use_command = 1U << 31U, use_input = 1U << 28U, go = 1U << 18U;
    const auto user = read_register(spi.base + spi.user);
    const auto user2 = user ? read_register(spi.base + spi.user2) : user;
    if (!user2) return tl::unexpected(user2.error());
    const std::uint32_t length = read_bits == 0 ? 0 : read_bits - 1;
    const std::uint32_t length_register = spi.miso_length == 0 ? spi.user1 : spi.miso_length;
    const std::uint32_t length_value = spi.miso_length == 0 ? length << 8U : length;
    const std::pair<std::uint32_t, std::uint32_t> writes[] = {
        {length_register, length_value},
        {spi.user, use_command | (read_bits > 0 ? use_input : 0)},
        {spi.user2, 0x70000000U | command},
        {spi.data, 0},
        {0, go},
    };
    for (const auto& [offset, value] : writes) {
        if (const auto written = write_register(spi.base + offset, value); !written) {
            return tl::unexpected(written.error());
        }
    }
    constexpr int polls = 10;
    for (int i = 0; i < polls; ++i) {
        const auto state = read_register(spi.base);
        if (!state) return state;
        if ((*state & go) != 0) continue;
        const auto data = read_register(spi.base + spi.data);
        if (!data) return data;
        (void)write_register(spi.base + spi.user, *user);
        (void)write_register(spi.base + spi.user2, *user2);
        return *data;
    }
    return base::fail(base::ErrorCode::io, "the chip's flash controller does not finish");
}

base::Result<esp::FlashId> Loader::flash_id() {
    constexpr std::uint8_t read_id = 0x9F;
    const auto word = spi_command(read_id, 24);
    if (!word) return tl::unexpected(word.error());
    const esp::FlashId id{*word & 0xFFFFFFU};
    if (!id.plausible()) {
        return base::fail(base::ErrorCode::io, "no flash answers the chip (its id reads " + hex_text(id.raw) + ")",
                          "Check the board's power and the flash's wiring; a module may need GPIO pins left free.");
    }
    return id;
}

bool Loader::can_hash() const { return !is_esp8266_rom() && !secure_download(); }

base::Result<std::array<std::uint8_t, 16>> Loader::flash_md5(std::uint32_t address, std::uint32_t size) {
    const std::size_t length = is_stub_ ? 16 : 32;
    const auto answer = link_.insist({esp::flash_md5_request(address, size), patience_for(size, 8), length});
    if (!answer) return tl::unexpected(answer.error());
    std::array<std::uint8_t, 16> digest{};
    if (is_stub_) {
        std::copy_n(answer->payload.begin(), digest.size(), digest.begin());
        return digest;
    }
    const auto digit = [](std::uint8_t c) {
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= '0' && c <= '9' ? c - '0' : -1;
    };
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const int high = digit(answer->payload[2 * i]), low = digit(answer->payload[2 * i + 1]);
        if (high < 0 || low < 0) return base::fail(base::ErrorCode::timeout, "the MD5 came damaged");
        digest[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return digest;
}

base::Result<> Loader::begin(bool deflated, std::uint32_t address, std::uint32_t size, std::uint32_t blocks,
                             std::uint32_t block_size) {
    std::uint32_t erase_size = size;
    if (is_esp8266_rom()) erase_size = esp::esp8266_erase_size(address, size);
    if (deflated && !is_stub_) erase_size = (size + block_size - 1) / block_size * block_size;
    const esp::Transfer transfer{erase_size, blocks, block_size, address};
    const auto request = deflated ? esp::deflate_begin_request(transfer, takes_encrypt_word())
                                  : esp::flash_begin_request(transfer, takes_encrypt_word());
    // A ROM erases all of it before it answers.
    return only_status(link_.insist({request, is_stub_ ? base::from_ms(10'000) : patience_for(size, 40)}));
}

base::Result<> Loader::block(bool deflated, std::span<const std::uint8_t> data, std::uint32_t sequence) {
    constexpr int tries = 4;
    constexpr base::Micros patience = base::from_ms(15'000);
    const Op op = deflated ? Op::deflate_data : Op::flash_data;
    const auto request = esp::data_request(op, static_cast<std::uint32_t>(data.size()), sequence);
    for (int attempt = 1;; ++attempt) {
        const auto answer = link_.ask({request, patience}, data);
        if (!answer || answer->ok) return only_status(answer);
        if (!came_damaged(answer->reason) || attempt == tries) {
            return base::fail(base::ErrorCode::io, std::string("the chip refused a block: ") +
                                                       esp::reason_text(answer->reason) + " (" +
                                                       hex_text(answer->reason) + ")");
        }
        ++resent_;
    }
}

base::Result<> Loader::end(bool deflated) {
    if (!is_stub_) return {};
    return only_status(
        link_.demand({esp::end_request(deflated ? Op::deflate_end : Op::flash_end, true), base::from_ms(30'000)}));
}

base::Result<> Loader::erase_by_registers() {
    constexpr std::uint8_t write_enable = 0x06, chip_erase = 0xC7, read_status = 0x05;
    const base::Micros deadline = link_.line().now() + base::from_ms(120'000);
    auto done = spi_command(write_enable, 0);
    if (done) done = spi_command(chip_erase, 0);
    if (!done) return tl::unexpected(done.error());
    while (link_.line().now() < deadline) {
        const auto status = spi_command(read_status, 8);
        if (!status) return tl::unexpected(status.error());
        if ((*status & 1U) == 0) return {};
        if (const auto waited = link_.pause(base::from_ms(100)); !waited) return waited;
    }
    return base::fail(base::ErrorCode::timeout, "the flash is still busy with erasing after two minutes");
}

base::Result<> Loader::erase(std::uint32_t address, std::uint32_t size, std::uint32_t flash_size) {
    const bool whole = size == 0;
    if (is_stub_) {
        const auto request = whole ? esp::erase_flash_request() : esp::erase_region_request(address, size);
        return only_status(link_.demand({request, base::from_ms(120'000)}));
    }
    if (whole && is_esp8266_rom()) return erase_by_registers();
    // A ROM erases what it is told will be written, and nothing need follow.
    return begin(false, whole ? 0 : address, whole ? flash_size : size, 0, block_size_max());
}

base::Result<std::vector<std::uint8_t>> Loader::read_slowly(std::uint32_t address, std::uint32_t size) {
    constexpr std::uint32_t piece = 64;
    if (is_esp8266_rom() || secure_download()) {
        return base::fail(base::ErrorCode::unsupported, "this chip's ROM can't read its flash", "Leave out --no-stub.");
    }
    std::vector<std::uint8_t> bytes;
    while (bytes.size() < size) {
        const std::uint32_t wanted = std::min(piece, size - static_cast<std::uint32_t>(bytes.size()));
        const auto at = address + static_cast<std::uint32_t>(bytes.size());
        const auto answer = link_.insist({esp::read_flash_slow_request(at, wanted), common_patience, piece});
        if (!answer) return tl::unexpected(answer.error());
        bytes.insert(bytes.end(), answer->payload.begin(), answer->payload.begin() + wanted);
    }
    return bytes;
}

base::Result<std::vector<std::uint8_t>> Loader::read(std::uint32_t address, std::uint32_t size) {
    if (!is_stub_) return read_slowly(address, size);
    constexpr std::uint32_t packet = 0x1000;
    constexpr std::uint32_t in_flight = 64;
    const auto begun = link_.demand({esp::read_flash_request(address, size, packet, in_flight)});
    if (!begun) return tl::unexpected(begun.error());
    std::vector<std::uint8_t> bytes;
    while (bytes.size() < size) {
        const auto frame = link_.next_frame(link_.line().now() + common_patience);
        if (!frame) return tl::unexpected(frame.error());
        const std::size_t expected = std::min<std::size_t>(packet, size - bytes.size());
        if (frame->size() != expected) {
            return base::fail(base::ErrorCode::timeout, "what was read came damaged");
        }
        bytes.insert(bytes.end(), frame->begin(), frame->end());
        std::array<std::uint8_t, 4> total{};
        esp::put_u32(total, 0, static_cast<std::uint32_t>(bytes.size()));
        if (const auto sent = link_.send_frame(total); !sent) return tl::unexpected(sent.error());
    }
    const auto said = link_.next_frame(link_.line().now() + common_patience);
    if (!said) return tl::unexpected(said.error());
    const auto digest = md5_of(bytes);
    if (!std::equal(said->begin(), said->end(), digest.begin(), digest.end())) {
        return base::fail(base::ErrorCode::timeout, "what was read came damaged");
    }
    return bytes;
}

base::Result<> Loader::run_program() {
    const auto reset = hard_reset(link_, wiring_);
    if (reset || is_final(reset.error()) || !facts_->watchdog_reset || secure_download()) return reset;
    const esp::Watchdogs& dog = facts_->watchdogs;
    constexpr std::uint32_t key = 0x50D83AA1;
    const std::pair<std::uint32_t, std::uint32_t> writes[] = {
        {dog.protect, key},
        {dog.config1, 2000},
        {dog.config0, 1U << 31U | 5U << 28U | 1U << 8U | 2U},
        {dog.protect, 0},
    };
    for (const auto& [address, value] : writes) {
        if (const auto written = write_register(address, value); !written) return written;
    }
    return link_.pause(base::from_ms(500));
}

} // namespace hub::workbench::flash
