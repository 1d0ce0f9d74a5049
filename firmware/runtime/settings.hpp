// SPDX-License-Identifier: Apache-2.0
// Settings: a few typed values with names that survive power loss at any moment.
#pragma once

#include "base/clock.hpp"
#include "base/fixed_vector.hpp"
#include "base/result.hpp"
#include "firmware/bridge/face_messages.hpp"
#include "firmware/contract/small_flash.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace firmware::runtime {

/// A log of records in one of two blocks; the other takes over when it is full. A record counts when its CRC-32 is
/// right, so a cut at any write leaves the value before or the one after. All values are also in memory: reading never
/// waits. On the hardware core; writing is spread over steps.
class Settings {
public:
    static constexpr std::size_t entries_max = 32;

    struct Entry {
        base::FixedString<bridge::setting_key_max> key;
        bridge::Value value; ///< boolean, integer (32 bits, signed) or text up to setting_text_max bytes
    };

    explicit Settings(contract::SmallFlash& flash) noexcept;

    /// Reads what was kept. Blocks that hold something else are taken as empty; `damaged` then says so. May read both
    /// blocks, and writes nothing.
    void boot() noexcept;
    bool damaged() const noexcept { return damaged_; }

    /// Null when there is no such setting. The pointer is good until the next `set` or `remove`.
    const bridge::Value* get(std::string_view key) const noexcept;
    std::size_t size() const noexcept { return entries_.size(); }
    const Entry& operator[](std::size_t index) const noexcept { return entries_[index]; }

    /// Takes effect in memory at once; `saved` tells when it is safe. Errors: `invalid_argument` for a key other than
    /// 1 to 24 of `a-z 0-9 _ .`, for a type or size that is none of the above, and for a value that a setting of the
    /// board itself does not take (`check_known`); `full` beyond `entries_max`; `io` when the flash has failed.
    base::Result<> set(std::string_view key, const bridge::Value& value) noexcept;
    /// Errors: `not_found`, `io`.
    base::Result<> remove(std::string_view key) noexcept;

    /// Everything that was set is on the flash.
    bool saved() const noexcept;
    /// The last attempt to write failed; the values in memory are right.
    bool failed() const noexcept { return failed_; }

    void step(base::Micros now) noexcept;
    base::Micros deadline() const noexcept;

    // The settings that the board itself knows, with their defaults when absent.
    std::string_view text_or(std::string_view key, std::string_view otherwise) const noexcept;
    std::int32_t integer_or(std::string_view key, std::int32_t otherwise) const noexcept;

private:
    contract::SmallFlash& flash_;
    base::FixedVector<Entry, entries_max> entries_;
    bool damaged_ = false;
    bool failed_ = false;
};

/// The board's own settings: `nickname` (text, 1 to 31 bytes of printable ASCII), `accent` and `text_color` (RGB565, 0
/// to 65535), `led_mode` (a name of `LedMode`), `utc_offset_min` (-720 to 840). Other keys are the apps'. Errors:
/// `invalid_argument`.
base::Result<> check_known(std::string_view key, const bridge::Value& value) noexcept;

} // namespace firmware::runtime
