// SPDX-License-Identifier: Apache-2.0
// The app that must run unmodified.
#pragma once

namespace firmware::vm::tests {

/// The document that this project comes from shows it; A ends it.
inline constexpr const char* first_app = R"(import badge

badge.display.clear(0x0000)  # Black
badge.display.text(10, 10, "Hello from Python!", 0xFFFF)  # White
badge.display.show()

badge.leds.set(0, 255, 0, 0)  # Red LED 0

while True:
    if badge.buttons.is_pressed(0x01):  # Button A
        badge.exit()
    badge.delay_ms(10)
)";

} // namespace firmware::vm::tests
