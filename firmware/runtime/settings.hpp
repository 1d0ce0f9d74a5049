// SPDX-License-Identifier: Apache-2.0
// Settings: a few typed values with names that survive power loss at any moment.
#pragma once

#include "base/clock.hpp"
#include "base/fixed_vector.hpp"
#include "base/result.hpp"
#include "firmware/bridge/face_messages.hpp"
#include "firmware/contract/small_flash.hpp"
#include "firmware/runtime/settings_record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace firmware::runtime {

/// A log of records (`SettingRecord`) in one of two blocks. When it is full, the other block is erased and gets a list
/// of all settings; with the mark behind that list it takes over, and the full one is erased only when its turn comes
/// again. So a cut at any write leaves each setting as it was before or as it is after. All values are also in memory:
/// reading never waits. On the hardware core; never waits, allocates, or starts more than one operation in a step.
class Settings {
public:
    static constexpr std::size_t entries_max = 32;
    /// So that an app that never stops setting can't wear out the flash: so many erases at once, then one in so long.
    /// Two blocks of 100,000 erases then last 277 days of it. What waits takes effect in memory, and writes once.
    static constexpr unsigned erases_at_once = 16;
    static constexpr base::Micros erase_interval = base::from_ms(120'000);
    /// After a failure, doubled each time up to the second.
    static constexpr base::Micros retry_first = base::from_ms(1000);
    static constexpr base::Micros retry_last = base::from_ms(64'000);
    static constexpr base::Micros busy_poll = base::from_ms(1);

    struct Entry {
        base::FixedString<bridge::setting_key_max> key;
        bridge::Value value; ///< boolean, integer (32 bits, signed) or text up to setting_text_max bytes
    };

    explicit Settings(contract::SmallFlash& flash) noexcept : flash_(flash) {}

    /// Reads what was kept. Blocks that hold something else are taken as empty; `damaged` then says so. May read both
    /// blocks, and writes nothing. If the flash can't be read there are no settings and `failed` says so, until a later
    /// step can.
    void boot() noexcept;
    /// Something that had been written could not be read: what is there is older, or missing. A write that a power cut
    /// broke off is no damage.
    bool damaged() const noexcept { return damaged_; }

    /// Null when there is no such setting. The pointer is good until the next `set` or `remove`.
    const bridge::Value* get(std::string_view key) const noexcept;
    std::size_t size() const noexcept { return entries_.size(); }
    const Entry& operator[](std::size_t index) const noexcept { return entries_[index]; }

    /// Takes effect in memory at once; `saved` tells when it is safe. Errors, which change nothing: `invalid_argument`
    /// for a key other than 1 to 24 of `a-z 0-9 _ .`, for a type or size that is none of the above, and for a value
    /// that a setting of the board itself does not take (`check_known`); `full` beyond `entries_max`; `io` while the
    /// flash has `failed`.
    base::Result<> set(std::string_view key, const bridge::Value& value) noexcept;
    /// Errors, which change nothing: `not_found`, `io`.
    base::Result<> remove(std::string_view key) noexcept;

    /// Everything that was set is on the flash.
    bool saved() const noexcept;
    /// The last attempt to write or read failed; the next one comes by itself.
    bool failed() const noexcept { return failed_; }

    void step(base::Micros now) noexcept;
    base::Micros deadline() const noexcept { return deadline_; }

    // The settings that the board itself knows, with their defaults when absent.
    std::string_view text_or(std::string_view key, std::string_view otherwise) const noexcept;
    std::int32_t integer_or(std::string_view key, std::int32_t otherwise) const noexcept;

private:
    static constexpr std::size_t block_units = contract::SmallFlash::block_bytes / SettingRecord::unit;

    enum class Operation : std::uint8_t { none, erase, record, seal };

    /// What a walk over a block finds.
    struct Survey {
        bool readable = true;
        bool complete = false;               ///< it has once taken over
        bool damaged = false;                ///< more is unreadable than a power cut explains
        bool list_damaged = false;           ///< some of that lies in its list
        std::uint32_t newest = 0;            ///< sequence of its last record
        std::size_t free_unit = block_units; ///< from here on it is erased; its end when the log can't go on
    };

    // Reading.
    Survey walk(unsigned block, bool take) noexcept;
    std::optional<ReadRecord> read_record(unsigned block, std::size_t at, Survey& survey) noexcept;
    bool is_erased(unsigned block, std::size_t at, std::size_t units, Survey& survey) noexcept;
    void take_record(const ReadRecord& record) noexcept;
    Entry* find(std::string_view key) noexcept;

    // Writing.
    void changed(std::string_view key) noexcept;
    void start(base::Micros now) noexcept;
    void start_change(base::Micros now) noexcept;
    void start_list(base::Micros now) noexcept;
    void start_record(SettingRecord::Kind kind, std::string_view key, const bridge::Value* value,
                      base::Micros now) noexcept;
    void started(Operation operation, const base::Result<>& result, base::Micros now) noexcept;
    void finish(base::Micros now) noexcept;
    bool is_done() noexcept;
    void fail(base::Micros now) noexcept;
    void put_off(base::Micros now) noexcept;

    contract::SmallFlash& flash_;
    base::FixedVector<Entry, entries_max> entries_;
    base::FixedVector<base::FixedString<bridge::setting_key_max>, entries_max> pending_; ///< changed, oldest first
    bool damaged_ = false;
    bool failed_ = false;
    bool unread_ = false; ///< the flash could not be read at boot

    std::optional<unsigned> active_; ///< the block that counts
    unsigned target_ = 0;            ///< the block that is written
    std::size_t free_unit_ = block_units;
    std::uint32_t sequence_ = 0; ///< of the last record that was written
    bool renew_ = false;         ///< the log can't go on as it is: next is a list in the other block
    bool listing_ = false;       ///< the list is being written
    std::size_t listed_ = 0;     ///< so many entries are in it

    Operation operation_ = Operation::none; ///< what the flash was told last
    RecordBytes written_;
    base::Micros deadline_ = base::never;
    base::Micros retry_at_ = 0;
    base::Micros retry_delay_ = retry_first;
    base::Micros erases_until_ = 0; ///< when all erases so far are paid for, at one in `erase_interval`
};

/// The board's own settings: `nickname` (text, 1 to 31 bytes of printable ASCII), `accent` and `text_color` (RGB565, 0
/// to 65535), `led_mode` (a name of `LedMode`), `utc_offset_min` (-720 to 840). Other keys are the apps'. Errors:
/// `invalid_argument`.
base::Result<> check_known(std::string_view key, const bridge::Value& value) noexcept;

/// All that `Settings::set` asks of key and value. Errors: `invalid_argument`.
base::Result<> check_setting(std::string_view key, const bridge::Value& value) noexcept;

} // namespace firmware::runtime
