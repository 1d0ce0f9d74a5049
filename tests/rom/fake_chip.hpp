// SPDX-License-Identifier: Apache-2.0
// A strict stand-in for a chip with a serial bootloader: lines, boot log, ROM and stub, down to their bugs.
#pragma once

#include "base/clock.hpp"
#include "hub/workbench/port.hpp"
#include "protocol/esp/chips.hpp"
#include "protocol/esp/slip.hpp"
#include "tests/rom/fake_loader.hpp"
#include "tests/rom/nor_flash.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace tests::rom {

struct FakeChipOptions {
    protocol::esp::Chip chip = protocol::esp::Chip::esp8266;
    std::uint32_t flash_size = 4U << 20U;
    unsigned revision = 0;                      ///< major * 100 + minor
    unsigned crystal_mhz = 40;                  ///< of ESP32-C2, whose ROM believes in 40 always
    std::optional<std::uint32_t> other_id{};    ///< it says that it is a chip which nobody here knows
    std::optional<std::uint32_t> other_magic{}; ///< likewise, by its ROM's word alone
    std::uint32_t flash_vendor = 0x40EF;        ///< the two lower bytes of the answer to 9F
    FlashTimes times;
    bool secure_boot = false;
    bool secure_download = false;
    bool flash_encryption = false;
    bool dio_only = false;                      ///< two of the flash's lines are not soldered: a raw module
    std::optional<unsigned> stuck_boot_mode{};  ///< ESP8266's straps say this, whatever the lines do
    bool download_at_start = false;             ///< as if BOOT were held when it was plugged in
    bool lines_connected = true;                ///< to reset and boot pins
    unsigned baud_max = 3'000'000;              ///< above this, nothing arrives as it was sent
    base::Micros reset_rise = base::from_ms(2); ///< a capacitor at the reset pin
    /// What its program prints; empty when something else plays it.
    std::string banner = "MicroPython v1.25.0 on 2025-04-15; Fake module with a fake chip\r\n>>> ";
};

/// Time is the caller's: every call says when it happens, and never goes back.
class FakeChip {
public:
    explicit FakeChip(const FakeChipOptions& options);
    FakeChip(const FakeChip&) = delete;
    FakeChip& operator=(const FakeChip&) = delete;

    enum class State : std::uint8_t { reset, rom, stub, program, complaining };

    /// Bytes whose last one has arrived `now`, sent at `baud`.
    void receive(std::span<const std::uint8_t> bytes, unsigned baud, base::Micros now);
    void set_lines(hub::workbench::ControlLines lines, base::Micros now);
    /// Power comes back.
    void power_on(base::Micros now);
    /// Its program has reset it.
    void restart(base::Micros now);
    /// Boots when a reset has ended.
    void advance(base::Micros now);

    /// When the next piece of output has wholly arrived at a host; `never` when there is none.
    base::Micros output_due() const;
    /// When all that it has said so far will have arrived.
    base::Micros sent_until() const { return sent_until_; }
    /// When the chip itself does something; `never` when it waits.
    base::Micros own_due() const { return boot_at_; }
    /// What has arrived until `now` at a host that listens at `baud`; at another rate than the chip's it is noise.
    std::vector<std::uint8_t> take_output(unsigned baud, base::Micros now);
    /// What the program was sent, for whoever plays it.
    std::vector<std::uint8_t> take_program_input();
    /// The program prints.
    void print(std::string_view text, base::Micros now);

    State state() const { return state_; }
    NorFlash& flash() { return flash_; }
    const FakeChipOptions& options() const { return options_; }
    const std::vector<std::string>& violations() const { return loader_.violations(); }
    FakeLoader& loader() { return loader_; }
    unsigned resets() const { return resets_; }

private:
    struct Output {
        std::vector<std::uint8_t> bytes;
        base::Micros due;
        unsigned baud;
    };

    void boot(bool download, base::Micros now);
    void send(std::vector<std::uint8_t> bytes, base::Micros ready, unsigned baud);
    void on_frame(std::span<const std::uint8_t> frame, unsigned baud, base::Micros now);
    bool rates_match(unsigned host, unsigned chip) const;
    bool image_is_valid() const;

    FakeChipOptions options_;
    NorFlash flash_;
    FakeLoader loader_;
    protocol::esp::SlipReader reader_;
    State state_ = State::reset;
    hub::workbench::ControlLines lines_;
    base::Micros boot_at_ = base::never;
    base::Micros sent_until_ = 0;
    std::deque<Output> outputs_;
    std::vector<std::uint8_t> program_input_;
    unsigned baud_ = 115200;
    bool synced_ = false;
    unsigned resets_ = 0;
};

} // namespace tests::rom
