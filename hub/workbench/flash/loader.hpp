// SPDX-License-Identifier: Apache-2.0
// One chip in its bootloader: found, named, and asked for what a flashing is made of.
#pragma once

#include "hub/workbench/flash/reset.hpp"
#include "hub/workbench/flash/stub.hpp"

#include <functional>
#include <optional>
#include <string>

namespace hub::workbench::flash {

inline constexpr std::uint32_t sector_size = 0x1000;
/// The rate that every chip is found at.
inline constexpr unsigned first_baud = 115200;

/// The next of the rates that every port knows below `baud`; `first_baud` at the lowest.
unsigned lower_baud(unsigned baud) noexcept;

struct ConnectOptions {
    std::optional<protocol::esp::Chip> chip{}; ///< must be this one
    ResetWiring wiring = ResetWiring::bridge;
    bool reset = true;     ///< false: it is in its bootloader already
    unsigned attempts = 7; ///< of resetting it
    unsigned baud = first_baud;
    std::function<void(const std::string&)> say{}; ///< hears what a person at the board is to do
};

/// Every call waits. After an error that is not final (see `is_final`) `resync` finds the bootloader again.
class Loader {
public:
    /// `line` outlives this.
    explicit Loader(Line& line) : link_(line) {}

    /// Resets the chip into its bootloader and finds out which it is. Errors: `timeout` with what was heard instead,
    /// `unsupported` for a chip that is not known, `refused` when it is another than asked for.
    base::Result<> connect(const ConnectOptions& options);

    const protocol::esp::ChipFacts& chip() const { return *facts_; }
    bool is_stub() const { return is_stub_; }
    /// Absent on the first chips, which have none.
    const std::optional<protocol::esp::SecurityInfo>& security() const { return security_; }
    bool secure_download() const { return security_ && security_->secure_download(); }
    unsigned baud() const { return baud_; }
    /// The line has one rate, and nobody can change it.
    bool has_fixed_rate() const { return fixed_rate_; }
    LoaderLink& link() { return link_; }

    base::Result<std::uint32_t> read_register(std::uint32_t address);
    base::Result<> write_register(std::uint32_t address, std::uint32_t value);
    /// Error: `unsupported` in secure download mode.
    base::Result<protocol::esp::Mac> mac();
    /// The number that ESP8266's SDK prints; of later chips the id in their images.
    base::Result<std::uint32_t> chip_id();
    /// Major * 100 + minor; nothing for a chip that does not say, or hides it.
    base::Result<std::optional<std::uint16_t>> revision();

    /// Starts the stub. Errors: `io`, `timeout`.
    base::Result<> upload_stub(const Stub& stub);
    /// Both ends change; `timeout` when nothing is understood at the new rate, and the loader is then lost until the
    /// next `connect`. `unsupported`: ESP8266's ROM, which can be connected to at other rates instead.
    base::Result<> change_baud(unsigned baud);
    /// Finds the bootloader's attention again after noise.
    base::Result<> resync();

    /// Once, before anything with the flash.
    base::Result<> attach_flash();
    /// Says how large it is, which a ROM does not find out by itself.
    base::Result<> set_flash_size(std::uint32_t size);
    /// Error: `io` when no flash answers.
    base::Result<protocol::esp::FlashId> flash_id();

    /// Whether `flash_md5` works: on all but ESP8266's ROM, and not in secure download mode.
    bool can_hash() const;
    bool can_deflate() const { return can_hash(); }
    base::Result<std::array<std::uint8_t, 16>> flash_md5(std::uint32_t address, std::uint32_t size);

    /// Whole sectors, or with a size of 0 all of the flash of `flash_size` bytes.
    base::Result<> erase(std::uint32_t address, std::uint32_t size, std::uint32_t flash_size);

    /// The largest block of `deflate_data` and `flash_data`.
    std::uint32_t block_size_max() const { return is_stub_ ? 0x4000 : 0x400; }
    /// BEGIN of data that comes in blocks. `size`: before compression.
    base::Result<> begin(bool deflated, std::uint32_t address, std::uint32_t size, std::uint32_t blocks,
                         std::uint32_t block_size);
    /// One block; resent while the chip says that it came damaged. `timeout`: nobody knows whether it was taken.
    base::Result<> block(bool deflated, std::span<const std::uint8_t> data, std::uint32_t sequence);
    /// The stub says by its answer that all that came before is in the flash; a ROM is not asked.
    base::Result<> end(bool deflated);
    /// Blocks that were sent again, so far.
    std::uint32_t resent() const { return resent_; }

    /// Up to 64 KiB at once; slow from a ROM. Errors: `unsupported` from ESP8266's ROM, `timeout` also when the stub's
    /// MD5 says that it came damaged.
    base::Result<std::vector<std::uint8_t>> read(std::uint32_t address, std::uint32_t size);

    /// Lets the program run, by the lines or, where these lead back into the bootloader, by the chip's watchdog.
    base::Result<> run_program();

private:
    base::Result<> sync(int tries);
    base::Result<> find_attention(const ConnectOptions& options);
    base::Result<> wait_for_hands(const ConnectOptions& options);
    base::Error nobody_there(const ConnectOptions& options);
    std::string listen_for_boot_mode(const ConnectOptions& options);
    base::Result<> detect();
    base::Result<> calm_watchdogs();
    base::Result<> upload(std::uint32_t address, std::span<const std::uint8_t> bytes);
    base::Result<> expect_greeting();
    base::Result<std::uint32_t> rate_to_ask_for(unsigned baud);
    base::Result<std::uint32_t> rate_for_esp32(unsigned baud);
    base::Result<std::uint32_t> rate_for_esp32c2(unsigned baud);
    base::Result<std::uint32_t> spi_pins();
    base::Result<std::uint32_t> spi_command(std::uint8_t command, unsigned read_bits);
    base::Result<> erase_by_registers();
    base::Result<std::vector<std::uint8_t>> read_slowly(std::uint32_t address, std::uint32_t size);
    bool takes_encrypt_word() const { return is_stub_ || facts_->rom_encrypt_word; }
    bool is_esp8266_rom() const { return !is_stub_ && facts_->chip == protocol::esp::Chip::esp8266; }

    LoaderLink link_;
    const protocol::esp::ChipFacts* facts_ = nullptr;
    std::optional<protocol::esp::SecurityInfo> security_;
    ResetWiring wiring_ = ResetWiring::bridge;
    bool is_stub_ = false;
    bool fixed_rate_ = false;
    unsigned baud_ = first_baud;
    std::uint32_t resent_ = 0;
};

} // namespace hub::workbench::flash
