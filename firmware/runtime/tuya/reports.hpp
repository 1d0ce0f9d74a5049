// SPDX-License-Identifier: Apache-2.0
// The reports of one boot: which wait, which are on their way, which are delivered, and which of these the MCU still
// has to be told.
#pragma once

#include "base/clock.hpp"
#include "base/fixed_vector.hpp"
#include "firmware/runtime/tuya/parts.hpp"
#include "protocol/tuya/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace firmware::runtime::tuya {

struct Report {
    enum class State : std::uint8_t { waiting, on_its_way, delivered };

    std::uint16_t serial = 0;
    std::uint8_t command = 0; ///< of its frame, and of its acknowledgement
    bool late = false;        ///< from an earlier boot: nobody waits for its acknowledgement
    State state = State::waiting;
    bool owed = false; ///< an acknowledgement
    base::Micros sent_at = 0;
    base::FixedVector<std::uint8_t, protocol::tuya::mcu_data_max> data;

    bool is_record() const noexcept;
    /// Behind the time, for a record.
    std::span<const std::uint8_t> datapoints() const noexcept;
    std::optional<protocol::tuya::LocalTime> time() const noexcept;
};

/// In the order of arrival. One acknowledgement is owed for each, and one more for a repetition that comes after it: a
/// surplus one would be taken for that of the next report. Acknowledged ones stay as long as there is room, so that a
/// repetition is recognised.
class Reports {
public:
    static constexpr std::size_t depth = 8;

    enum class Taken : std::uint8_t {
        fresh,
        repeated, ///< the same as the newest one about any of its datapoints: an acknowledgement is owed, again
        refused,  ///< no room
    };
    Taken take(std::uint8_t command, std::span<const std::uint8_t> data) noexcept;
    /// One that an earlier boot could not deliver. In order, before any other; at most `Kept::reports_max`.
    void take_late(const KeptReport& report) noexcept;

    /// The first one that waits; null when there is none.
    Report* waiting() noexcept;
    /// No longer on their way if they left before `sent_before`: it and all behind it wait again, so that the home
    /// hears them in order, the newest last.
    void send_again(base::Micros sent_before) noexcept;
    /// When the oldest that is on its way left; nothing when none is.
    std::optional<base::Micros> oldest_on_its_way() const noexcept;
    /// False for a serial that none has.
    bool delivered(std::uint16_t serial) noexcept;

    bool all_delivered() const noexcept;
    /// The first one for which an acknowledgement is owed; null when there is none.
    Report* owed() noexcept;

    bool empty() const noexcept { return list_.empty(); }
    std::size_t size() const noexcept { return list_.size(); }
    const Report& operator[](std::size_t index) const noexcept { return list_[index]; }

private:
    bool make_room() noexcept;
    bool add(Report& report) noexcept;
    /// Of this boot; null when none has any of its datapoints.
    Report* newest_about(const Report& report) noexcept;

    base::FixedVector<Report, depth> list_;
    std::uint16_t next_serial_ = 1;
};

} // namespace firmware::runtime::tuya
