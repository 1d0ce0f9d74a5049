// SPDX-License-Identifier: Apache-2.0
// The pictures of the menu.
#pragma once

#include "firmware/bridge/face_messages.hpp"

#include <array>
#include <cstdint>

namespace firmware::runtime::ui {

/// One bit a pixel, `bridge::icon_side` pixels square, as `Canvas::icon` takes it.
using Icon = std::array<std::uint8_t, bridge::icon_bytes>;

namespace icons {

extern const Icon apps;
extern const Icon leds;
extern const Icon settings;
extern const Icon diagnostics;
extern const Icon development;
extern const Icon about;
extern const Icon app; ///< of an app that has none
extern const Icon warning;

} // namespace icons

} // namespace firmware::runtime::ui
