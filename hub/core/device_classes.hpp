// SPDX-License-Identifier: Apache-2.0
// What Home Assistant 2024.3 to 2026.8 accepts as device_class, unit and state_class. A wrong one makes it reject the
// whole entity (from 2025.7 on also for the unit), so the hub finds out first.
#pragma once

#include "hub/core/model.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hub::core {

/// The two ends of what is supported.
enum class Release : std::uint8_t { v2024_3, v2026_8 };

/// Whether that release knows this class for this kind; none that 2024.3 knows has gone since. An older one than the
/// class rejects the entity for it.
bool is_device_class(Kind kind, std::string_view device_class, Release release = Release::v2024_3) noexcept;

/// Whether a sensor or number of this class may have this unit (in the spelling of `canonical_unit`). An empty unit
/// means none is declared. 2024.3 only warns of one that came later.
bool unit_fits(std::string_view device_class, std::string_view unit, Release release = Release::v2026_8) noexcept;

/// Whether a sensor of this class may have this state_class. An empty class allows every known state_class.
bool state_class_fits(std::string_view device_class, std::string_view state_class) noexcept;

/// Whether a sensor of this class has words or times for a value instead of numbers.
bool is_textual_class(std::string_view device_class) noexcept;

/// The micro sign as Home Assistant wrote it first (U+00B5); newer ones convert it, older ones know no other.
std::string canonical_unit(std::string_view unit);

} // namespace hub::core
