// SPDX-License-Identifier: Apache-2.0
#include "tests/rom/fake_chip.hpp"

#include "protocol/esp/bytes.hpp"
#include "protocol/esp/image.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace tests::rom {

using Chip = protocol::esp::Chip;

namespace {

constexpr unsigned esp8266_log_baud = 74880;
constexpr unsigned log_baud = 115200;

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

constexpr unsigned esp8266_download_mode = 1, esp8266_run_mode = 3;

std::string boot_log(Chip chip, bool download, unsigned esp8266_mode) {
    switch (chip) {
    case Chip::esp8266:
        return "\r\n ets Jan  8 2013,rst cause:2, boot mode:(" + std::to_string(esp8266_mode) + ",6)\r\n\r\n";
    case Chip::esp32:
        return download ? "ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x3 "
                          "(DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\nwaiting for download\r\n"
                        : "ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n";
    default:
        return download
                   ? "ESP-ROM:fake\r\nrst:0x1 (POWERON),boot:0x4 (DOWNLOAD(USB/UART0/1))\r\nwaiting for download\r\n"
                   : "ESP-ROM:fake\r\nrst:0x1 (POWERON),boot:0xc (SPI_FAST_FLASH_BOOT)\r\n";
    }
}

} // namespace

FakeChip::FakeChip(const FakeChipOptions& options)
    : options_(options),
      flash_(options.flash_size, options.times),
      loader_(options_, flash_) {
    boot(options_.download_at_start, 0);
}

void FakeChip::power_on(base::Micros now) {
    outputs_.clear();
    boot(options_.download_at_start, now);
}

void FakeChip::restart(base::Micros now) {
    constexpr base::Micros takes = base::from_ms(300);
    state_ = State::reset;
    boot_at_ = now + takes;
}

void FakeChip::send(std::vector<std::uint8_t> bytes, base::Micros ready, unsigned baud) {
    constexpr base::Micros bits = 10;
    sent_until_ = std::max(sent_until_, ready) + static_cast<base::Micros>(bytes.size()) * bits * 1'000'000 / baud;
    outputs_.push_back({std::move(bytes), sent_until_, baud});
}

bool FakeChip::image_is_valid() const {
    const auto& facts = protocol::esp::facts_of(options_.chip);
    const bool extended = options_.chip != Chip::esp8266;
    const auto bytes = std::span(flash_.bytes()).subspan(facts.bootloader_offset);
    const auto image = protocol::esp::parse_image(bytes, extended);
    if (!image || !image->is_intact()) return false;
    if (extended && image->chip_id != facts.id) return false;
    const bool two_lines = image->mode == static_cast<std::uint8_t>(protocol::esp::FlashMode::dio) ||
                           image->mode == static_cast<std::uint8_t>(protocol::esp::FlashMode::dout);
    return !options_.dio_only || two_lines;
}

void FakeChip::boot(bool download, base::Micros now) {
    ++resets_;
    boot_at_ = base::never;
    reader_.reset();
    loader_.restart();
    synced_ = false;
    baud_ = log_baud;
    sent_until_ = now;
    const unsigned straps = options_.stuck_boot_mode.value_or(download ? esp8266_download_mode : esp8266_run_mode);
    send(bytes_of(boot_log(options_.chip, download, straps)), now,
         options_.chip == Chip::esp8266 ? esp8266_log_baud : log_baud);
    if (straps != esp8266_download_mode && straps != esp8266_run_mode) {
        state_ = State::complaining; // it waits for an SD card
        return;
    }
    if (download) {
        state_ = State::rom;
        return;
    }
    if (image_is_valid()) {
        state_ = State::program;
        if (!options_.banner.empty()) print(options_.banner, now + base::from_ms(300));
        return;
    }
    state_ = State::complaining;
    const bool old = options_.chip == Chip::esp8266;
    send(bytes_of(old ? "ets_main.c 181 \r\n" : "invalid header: 0xffffffff\r\ninvalid header: 0xffffffff\r\n"),
         now + 1000, old ? esp8266_log_baud : log_baud);
}

void FakeChip::print(std::string_view text, base::Micros now) { send(bytes_of(text), now, log_baud); }

void FakeChip::advance(base::Micros now) {
    if (boot_at_ > now) return;
    // By now the line has risen, and the boot pin is looked at.
    boot(lines_.dtr && !lines_.rts, boot_at_);
}

void FakeChip::set_lines(hub::workbench::ControlLines lines, base::Micros now) {
    advance(now);
    if (!options_.lines_connected) return;
    const bool was_reset = lines_.rts && !lines_.dtr;
    const bool is_reset = lines.rts && !lines.dtr;
    lines_ = lines;
    if (is_reset) {
        state_ = State::reset;
        boot_at_ = base::never;
        outputs_.clear();
    } else if (was_reset) {
        boot_at_ = now + options_.reset_rise;
    }
}

bool FakeChip::rates_match(unsigned host, unsigned chip) const {
    return host <= options_.baud_max && host * 100 <= chip * 103 && chip * 100 <= host * 103;
}

void FakeChip::receive(std::span<const std::uint8_t> bytes, unsigned baud, base::Micros now) {
    advance(now);
    switch (state_) {
    case State::reset:
    case State::complaining: return;
    case State::program:
        if (rates_match(baud, log_baud)) program_input_.insert(program_input_.end(), bytes.begin(), bytes.end());
        return;
    case State::rom:
    case State::stub: break;
    }
    // Until its first SYNC the ROM measures the host's rate.
    if (synced_ ? !rates_match(baud, baud_) : baud > options_.baud_max) return;
    for (const std::uint8_t byte : bytes) {
        if (const auto frame = reader_.feed(byte)) on_frame(*frame, baud, now);
        if (state_ != State::rom && state_ != State::stub) return;
    }
}

void FakeChip::on_frame(std::span<const std::uint8_t> frame, unsigned baud, base::Micros now) {
    if (!synced_) {
        baud_ = baud;
        loader_.set_baud(baud);
    }
    auto replies = loader_.on_frame(frame, now);
    if (!loader_.synced()) {
        if (!synced_) return; // it can't know the rate yet
    }
    synced_ = true;
    if (loader_.is_stub()) state_ = State::stub;
    base::Micros last = now;
    for (Reply& reply : replies) {
        std::vector<std::uint8_t> wire(2 * reply.frame.size() + 2);
        protocol::esp::SlipWriter writer(wire);
        writer.append(reply.frame);
        wire.resize(writer.finish());
        send(std::move(wire), reply.ready, baud_);
        last = reply.ready;
    }
    if (const auto rate = loader_.take_new_baud()) {
        baud_ = *rate;
        loader_.set_baud(*rate);
    }
    if (loader_.take_left()) boot(false, last + base::from_ms(10));
    if (loader_.take_watchdog()) boot_at_ = last + base::from_ms(60);
}

base::Micros FakeChip::output_due() const { return outputs_.empty() ? base::never : outputs_.front().due; }

std::vector<std::uint8_t> FakeChip::take_output(unsigned baud, base::Micros now) {
    advance(now);
    std::vector<std::uint8_t> taken;
    while (!outputs_.empty() && outputs_.front().due <= now) {
        Output piece = std::move(outputs_.front());
        outputs_.pop_front();
        if (!rates_match(baud, piece.baud)) {
            for (std::uint8_t& byte : piece.bytes) byte = static_cast<std::uint8_t>(byte << 1U | 0x80U);
        }
        taken.insert(taken.end(), piece.bytes.begin(), piece.bytes.end());
    }
    return taken;
}

std::vector<std::uint8_t> FakeChip::take_program_input() { return std::exchange(program_input_, {}); }

} // namespace tests::rom
