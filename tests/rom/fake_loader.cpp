// SPDX-License-Identifier: Apache-2.0
#include "tests/rom/fake_loader.hpp"

#include "protocol/esp/bytes.hpp"
#include "protocol/esp/response.hpp"
#include "protocol/esp/slip.hpp"
#include "tests/rom/fake_chip.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace tests::rom {

using protocol::esp::Op;
using protocol::esp::put_u32;
using protocol::esp::u16_at;
using protocol::esp::u32_at;
using Chip = protocol::esp::Chip;

namespace {

constexpr std::uint32_t rom_block_max = 0x400;
constexpr std::uint32_t stub_block_max = 0x4000;
constexpr std::uint32_t rom_assumes = 2U << 20U;
constexpr std::size_t data_header_size = 16;

std::array<std::uint8_t, 16> md5_of(std::span<const std::uint8_t> bytes) {
    std::array<std::uint8_t, 16> digest{};
    ::EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, ::EVP_md5(), nullptr);
    return digest;
}

std::vector<std::uint8_t> hex_of(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::vector<std::uint8_t> hex;
    for (const std::uint8_t byte : bytes) {
        hex.push_back(static_cast<std::uint8_t>(digits[byte >> 4U]));
        hex.push_back(static_cast<std::uint8_t>(digits[byte & 15U]));
    }
    return hex;
}

bool is_data(Op op) { return op == Op::flash_data || op == Op::deflate_data || op == Op::mem_data; }

} // namespace

FakeLoader::FakeLoader(const FakeChipOptions& options, NorFlash& flash)
    : options_(options),
      facts_(protocol::esp::facts_of(options.chip)),
      flash_(flash) {}

FakeLoader::~FakeLoader() {
    if (inflating_) ::inflateEnd(&inflater_);
}

void FakeLoader::restart() {
    stub_ = synced_ = attached_ = greet_ = left_ = watchdog_ = false;
    told_size_ = 0;
    mode_ = Mode::none;
    deferred_reason_.reset();
    read_.reset();
    memory_.clear();
    registers_.clear();
    new_baud_.reset();
    busy_until_ = queued_until_ = 0;
}

FakeLoader::Answer FakeLoader::refuse(std::uint8_t in_rom, std::uint8_t in_stub) {
    Answer answer;
    answer.ok = false;
    answer.reason = stub_ ? in_stub : in_rom;
    return answer;
}

Reply FakeLoader::frame_of(Op op, const Answer& answer, base::Micros at) const {
    const std::size_t status_size = stub_ ? 2 : facts_.rom_status_size;
    std::vector<std::uint8_t> frame(8, 0);
    frame[0] = 1;
    frame[1] = static_cast<std::uint8_t>(op);
    put_u32(frame, 4, answer.value);
    if (answer.ok) frame.insert(frame.end(), answer.payload.begin(), answer.payload.end());
    frame.push_back(answer.ok ? 0 : 1);
    frame.push_back(answer.reason);
    frame.resize(frame.size() + status_size - 2, 0);
    frame[2] = static_cast<std::uint8_t>(frame.size() - 8);
    return {std::move(frame), at};
}

std::vector<Reply> FakeLoader::on_frame(std::span<const std::uint8_t> frame, base::Micros now) {
    std::vector<Reply> replies;
    // The ROM does one thing at a time; the stub takes one more frame meanwhile, and loses what comes beyond that.
    if (stub_ ? now < queued_until_ : now < busy_until_) return replies;
    const base::Micros begin = std::max(now, busy_until_);
    queued_until_ = begin;
    if (read_) {
        on_read_ack(frame, begin, replies);
        return replies;
    }
    if (frame.size() < 8 || frame[0] != 0) return replies;
    Asked asked{static_cast<Op>(frame[1]), {}, frame.subspan(8), frame[4]};
    if (u16_at(frame, 2) != asked.payload.size()) {
        replies.push_back(frame_of(asked.op, refuse(0x05, 0xC0), begin + 100));
        return replies;
    }
    const std::size_t words =
        is_data(asked.op) ? std::min(asked.payload.size(), data_header_size) : asked.payload.size();
    for (std::size_t i = 0; i + 4 <= words; i += 4) asked.words.push_back(u32_at(asked.payload, i));
    const bool was_stub = stub_;
    Answer told = answer(asked, begin);
    if (!was_stub && stub_) {
        // Its answer is the ROM's still.
        stub_ = false;
        replies.push_back(frame_of(asked.op, told, begin + told.took));
        stub_ = true;
        replies.push_back({{'O', 'H', 'A', 'I'}, begin + base::from_ms(20)});
        return replies;
    }
    if (std::exchange(lose_answer_, lose_answer_ && !is_data(asked.op)) && is_data(asked.op)) return replies;
    replies.push_back(frame_of(asked.op, told, begin + told.took));
    // The stub answers as often as the ROM: esptool waits for all eight.
    if (asked.op == Op::sync) replies.insert(replies.end(), 7, replies.front());
    busy_until_ = begin + told.took + told.after;
    if (read_ && told.ok) read_flash_next(busy_until_, replies);
    return replies;
}

bool FakeLoader::knows(Op op) const {
    switch (op) {
    case Op::sync:
    case Op::flash_begin:
    case Op::flash_data:
    case Op::flash_end: return true;
    case Op::spi_attach:
    case Op::spi_set_params:
    case Op::change_baud: return stub_ || facts_.chip != Chip::esp8266;
    case Op::security_info: return !options_.other_magic && facts_.chip != Chip::esp8266 && facts_.chip != Chip::esp32;
    case Op::mem_begin:
    case Op::mem_end:
    case Op::mem_data:
    case Op::read_register:
    case Op::write_register: return !options_.secure_download;
    case Op::deflate_begin:
    case Op::deflate_data:
    case Op::deflate_end:
    case Op::flash_md5: return !options_.secure_download && (stub_ || facts_.chip != Chip::esp8266);
    case Op::read_flash_slow: return !options_.secure_download && !stub_ && facts_.chip != Chip::esp8266;
    case Op::erase_flash:
    case Op::erase_region:
    case Op::read_flash: return stub_;
    }
    return false;
}

FakeLoader::Answer FakeLoader::answer(const Asked& asked, base::Micros) {
    if (!knows(asked.op)) return refuse(protocol::esp::reason_unsupported, protocol::esp::reason_stub_unknown);
    // The stub had said yes before it wrote, and says only now that it could not.
    if (deferred_reason_) return refuse(0, *std::exchange(deferred_reason_, std::nullopt));
    const auto word_count = asked.words.size();
    Answer answer;
    switch (asked.op) {
    case Op::sync:
        if (asked.payload.size() != 36) return refuse(0x05, 0xC0);
        synced_ = true;
        answer.value = stub_ ? 0 : protocol::esp::sync_value_of_rom;
        return answer;
    case Op::read_register:
        if (word_count != 1) return refuse(0x05, 0xC0);
        answer.value = read_register(asked.words[0]);
        return answer;
    case Op::write_register:
        if (word_count != 4) return refuse(0x05, 0xC0);
        write_register(asked);
        return answer;
    case Op::security_info: return security_info();
    case Op::spi_attach:
        if (word_count != (stub_ ? 1U : 2U)) return refuse(0x05, 0xC0);
        attached_ = true;
        return answer;
    case Op::spi_set_params:
        if (word_count != 6) return refuse(0x05, 0xC0);
        told_size_ = asked.words[1];
        return answer;
    case Op::change_baud:
        if (word_count != 2) return refuse(0x05, 0xC0);
        if (stub_ ? asked.words[1] != baud_ : asked.words[1] != 0) violate("CHANGE_BAUD names the wrong present rate");
        new_baud_ = asked.words[0];
        if (!stub_ && facts_.chip == Chip::esp32c2) new_baud_ = asked.words[0] * options_.crystal_mhz / 40;
        return answer;
    case Op::mem_begin:
    case Op::mem_data: return mem(asked);
    case Op::mem_end: return mem_end(asked);
    case Op::flash_begin: return flash_begin(asked, false);
    case Op::deflate_begin: return flash_begin(asked, true);
    case Op::flash_data: return flash_data(asked, false);
    case Op::deflate_data: return flash_data(asked, true);
    case Op::flash_end:
    case Op::deflate_end: return flash_end(asked);
    case Op::flash_md5: return md5(asked);
    case Op::read_flash_slow: return read_slow(asked);
    case Op::erase_flash: answer.took = flash_.erase(0, flash_.size()); return answer;
    case Op::erase_region: return erase_region(asked);
    case Op::read_flash:
        if (word_count != 4 || asked.words[2] == 0 || asked.words[2] > nor_sector) return refuse(0x05, 0xC0);
        read_ = Read{asked.words[0], asked.words[1], 0, asked.words[2]};
        return answer;
    }
    return answer;
}

FakeLoader::Answer FakeLoader::security_info() const {
    Answer answer;
    answer.payload.resize(facts_.chip == Chip::esp32s2 ? 12 : 20, 0);
    answer.payload[0] =
        static_cast<std::uint8_t>((options_.secure_boot ? 1U : 0U) | (options_.secure_download ? 4U : 0U));
    answer.payload[4] = options_.flash_encryption ? 1 : 0;
    if (answer.payload.size() == 20) put_u32(answer.payload, 12, options_.other_id.value_or(facts_.id.value_or(0)));
    return answer;
}

FakeLoader::Answer FakeLoader::md5(const Asked& asked) {
    if (asked.words.size() != 4) return refuse(0x05, 0xC0);
    if (!attached_) violate("MD5 of a flash that is not attached");
    const auto digest = md5_of(flash_.read(asked.words[0] % flash_limit(), asked.words[1]));
    Answer answer;
    answer.payload = stub_ ? std::vector<std::uint8_t>(digest.begin(), digest.end()) : hex_of(digest);
    answer.took = flash_.times().hash_kib * asked.words[1] / 1024 + 200;
    return answer;
}

FakeLoader::Answer FakeLoader::erase_region(const Asked& asked) {
    if (asked.words.size() != 2 || asked.words[0] % nor_sector != 0 || asked.words[1] % nor_sector != 0) {
        return refuse(0x01, 0xC4);
    }
    Answer answer;
    answer.took = flash_.erase(asked.words[0], asked.words[1]);
    return answer;
}

FakeLoader::Answer FakeLoader::read_slow(const Asked& asked) {
    if (asked.words.size() != 2 || asked.words[1] > 64) return refuse(0x0A, 0);
    if (!attached_) violate("reading of a flash that is not attached");
    Answer answer;
    answer.payload = flash_.read(asked.words[0] % flash_limit(), 64);
    return answer;
}

void FakeLoader::read_flash_next(base::Micros now, std::vector<Reply>& replies) {
    const std::uint32_t size = std::min(read_->packet, read_->size - read_->sent);
    if (size == 0) {
        const auto digest = md5_of(flash_.read(read_->address, read_->size));
        replies.push_back({{digest.begin(), digest.end()}, now + 200});
        read_.reset();
        return;
    }
    replies.push_back({flash_.read(read_->address + read_->sent, size), now + 200});
    read_->sent += size;
}

void FakeLoader::on_read_ack(std::span<const std::uint8_t> frame, base::Micros now, std::vector<Reply>& replies) {
    if (frame.size() != 4 || u32_at(frame, 0) != read_->sent) {
        read_.reset(); // whatever this was, the host is elsewhere
        return;
    }
    read_flash_next(now, replies);
}

FakeLoader::Answer FakeLoader::mem(const Asked& asked) {
    if (asked.op == Op::mem_begin) {
        if (asked.words.size() != 4) return refuse(0x05, 0xC0);
        mode_ = Mode::memory;
        memory_left_ = asked.words[0];
        block_count_ = asked.words[1];
        block_size_ = asked.words[2];
        memory_at_ = asked.words[3];
        memory_[memory_at_].clear();
        next_block_ = 0;
        return {};
    }
    if (mode_ != Mode::memory) return refuse(0x06, 0xC6);
    if (const auto wrong = check_block(asked)) return *wrong;
    const auto data = asked.payload.subspan(data_header_size);
    if (data.size() > memory_left_) return refuse(0x0E, 0xC9);
    auto& part = memory_[memory_at_];
    part.insert(part.end(), data.begin(), data.end());
    memory_left_ -= static_cast<std::uint32_t>(data.size());
    ++next_block_;
    return {};
}

FakeLoader::Answer FakeLoader::mem_end(const Asked& asked) {
    if (asked.words.size() != 2) return refuse(0x05, 0xC0);
    const std::uint32_t entry = asked.words[1];
    mode_ = Mode::none;
    if (entry == 0) return {};
    for (const auto& [address, bytes] : memory_) {
        if (entry < address || entry >= address + bytes.size()) continue;
        stub_ = memory_left_ == 0;
        // It drives the flash by itself.
        attached_ = true;
        if (memory_left_ != 0) violate("MEM_END before all was sent");
        return {};
    }
    violate("MEM_END starts what was never uploaded");
    return {};
}

std::optional<FakeLoader::Answer> FakeLoader::check_block(const Asked& asked) {
    if (asked.words.size() != 4) return refuse(0x05, 0xC0);
    const auto data = asked.payload.subspan(data_header_size);
    if (asked.words[0] != data.size() || data.size() > block_size_) return refuse(0x01, 0xC0);
    if (std::exchange(refuse_block_, false) || protocol::esp::checksum(data) != asked.check) {
        return refuse(protocol::esp::reason_checksum, protocol::esp::reason_stub_checksum);
    }
    if (asked.words[1] != next_block_ || next_block_ >= block_count_) return refuse(0x06, 0xC9);
    return std::nullopt;
}

FakeLoader::Answer FakeLoader::flash_begin(const Asked& asked, bool compressed) {
    const bool five = asked.words.size() == 5;
    const bool right_size =
        stub_ ? asked.words.size() == 4 || five : five == facts_.rom_encrypt_word && asked.words.size() >= 4;
    if (!right_size || asked.words.size() * 4 != asked.payload.size()) return refuse(0x05, 0xC0);
    const std::uint32_t size = asked.words[0];
    const std::uint32_t block_max = stub_ ? stub_block_max : rom_block_max;
    if (asked.words[2] > block_max || asked.words[2] == 0) return refuse(0x01, 0xC2);
    if (facts_.chip != Chip::esp8266 && !attached_) violate("FLASH_BEGIN before SPI_ATTACH");
    attached_ = true;
    mode_ = compressed ? Mode::compressed : Mode::plain;
    next_block_ = 0;
    block_count_ = asked.words[1];
    block_size_ = asked.words[2];
    write_at_ = asked.words[3] % flash_limit();
    left_to_write_ = stub_ ? size : block_count_ * block_size_;
    if (compressed) {
        if (std::exchange(inflating_, true)) ::inflateEnd(&inflater_);
        inflater_ = {};
        ::inflateInit(&inflater_);
        left_to_write_ = size;
    }
    Answer answer;
    if (stub_) {
        erased_until_ = write_at_;
        return answer;
    }
    if (write_at_ % nor_sector != 0) violate("FLASH_BEGIN in the middle of a sector");
    std::uint32_t sectors = (size + nor_sector - 1) / nor_sector;
    if (facts_.chip == Chip::esp8266) {
        const std::uint32_t head = 16 - write_at_ / nor_sector % 16;
        sectors += std::min(sectors, head); // its bug
    }
    answer.took = flash_.erase(write_at_, sectors * nor_sector) + 200;
    return answer;
}

bool FakeLoader::inflate_block(std::span<const std::uint8_t> data, std::vector<std::uint8_t>& out) {
    std::array<std::uint8_t, 32768> piece{};
    inflater_.next_in = const_cast<std::uint8_t*>(data.data());
    inflater_.avail_in = static_cast<unsigned>(data.size());
    int result = Z_OK;
    do {
        inflater_.next_out = piece.data();
        inflater_.avail_out = piece.size();
        result = ::inflate(&inflater_, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return false;
        out.insert(out.end(), piece.data(), piece.data() + (piece.size() - inflater_.avail_out));
    } while (result == Z_OK && (inflater_.avail_in > 0 || inflater_.avail_out == 0));
    return true;
}

base::Micros FakeLoader::store(std::span<const std::uint8_t> data, bool& ok) {
    base::Micros took = 0;
    const std::uint32_t end = write_at_ + static_cast<std::uint32_t>(data.size());
    while (stub_ && erased_until_ < end) {
        const std::uint32_t from = erased_until_ / nor_sector * nor_sector;
        const bool block = from % erase_block_size == 0 && write_at_ + left_to_write_ >= from + erase_block_size;
        const std::uint32_t step = block ? erase_block_size : nor_sector;
        if (!flash_.is_blank(from, step)) took += flash_.erase(from, step);
        erased_until_ = from + step;
    }
    took += flash_.program(write_at_, data);
    ok = flash_.reads(write_at_, data);
    write_at_ = end;
    left_to_write_ -= static_cast<std::uint32_t>(std::min<std::size_t>(left_to_write_, data.size()));
    return took;
}

FakeLoader::Answer FakeLoader::flash_data(const Asked& asked, bool compressed) {
    if (mode_ != (compressed ? Mode::compressed : Mode::plain)) return refuse(0x06, 0xC6);
    if (const auto wrong = check_block(asked)) return *wrong;
    const auto data = asked.payload.subspan(data_header_size);
    if (!stub_ && !compressed && data.size() != block_size_) return refuse(0x01, 0);
    ++next_block_;
    ++blocks_taken_;
    std::vector<std::uint8_t> plain(data.begin(), data.end());
    std::uint8_t reason = 0;
    if (compressed) {
        plain.clear();
        if (!inflate_block(data, plain)) reason = stub_ ? 0xC7 : 0x0B;
    }
    if (plain.size() > left_to_write_) reason = stub_ ? 0xC9 : 0x0D;
    Answer answer;
    base::Micros took = 0;
    if (reason == 0) {
        bool ok = true;
        took = store(plain, ok);
        if (!ok) reason = stub_ ? 0xC4 : 0x08;
    }
    if (stub_) {
        if (reason != 0) deferred_reason_ = reason;
        answer.after = took;
        return answer;
    }
    answer.took += took;
    answer.ok = reason == 0;
    answer.reason = reason;
    return answer;
}

FakeLoader::Answer FakeLoader::flash_end(const Asked& asked) {
    if (asked.words.size() != 1) return refuse(0x05, 0xC0);
    if (!stub_) {
        left_ = true;
        return {};
    }
    if (std::exchange(mode_, Mode::none) != Mode::none && left_to_write_ > 0) return refuse(0, 0xC8);
    return {};
}

std::uint32_t FakeLoader::flash_limit() const {
    if (stub_ || facts_.chip == Chip::esp8266) return flash_.size();
    return told_size_ == 0 ? rom_assumes : told_size_;
}

} // namespace tests::rom
