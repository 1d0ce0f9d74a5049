// SPDX-License-Identifier: Apache-2.0
// The face of a board without hardware: simulated parts, and the menu or a test's stand-in on top of them.
#pragma once

#include "firmware/ports/shared/simulated_face.hpp"
#include "firmware/runtime/badge_face.hpp"
#include "firmware/runtime/face.hpp"
#include "firmware/runtime/screen.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace firmware::ports {

/// Makes what runs on the parts; they outlive it.
using FaceFactory = std::function<std::shared_ptr<runtime::Face>(const runtime::Face::Parts& parts)>;

/// The badge's own: menu, settings, and what Python draws.
inline std::shared_ptr<runtime::Face> make_badge_face(const runtime::Face::Parts& parts) {
    return std::make_shared<runtime::BadgeFace>(parts);
}

/// What a board with a screen needs from outside.
struct FaceSetup {
    std::span<std::uint8_t> settings;   ///< `SimulatedSmallFlash::medium_bytes` of them
    std::function<bool()> sync;         ///< as of StrictFlash
    FaceFactory make = make_badge_face; ///< or a test's stand-in
};

class VirtualFace {
public:
    /// All but `setup` itself outlive this.
    VirtualFace(const boards::Profile& profile, contract::Gpio& gpio, bridge::Bridge& bridge,
                contract::Interpreter& interpreter, std::string_view uid, std::uint32_t seed, const FaceSetup& setup)
        : display(profile.screen),
          leds(profile.led_count),
          settings_(setup.settings, setup.sync),
          frame_(runtime::Screen::memory_pixels(profile.screen.width, profile.screen.height)),
          face_(setup.make({profile, gpio, display, leds, settings_, gauges, bridge, interpreter, frame_, seed, uid})) {
    }
    VirtualFace(const VirtualFace&) = delete;
    VirtualFace& operator=(const VirtualFace&) = delete;

    runtime::Face& face() noexcept { return *face_; }

    SimulatedDisplay display;
    SimulatedLeds leds;
    SimulatedGauges gauges;

private:
    SimulatedSmallFlash settings_;
    std::vector<contract::Color> frame_;
    std::shared_ptr<runtime::Face> face_;
};

} // namespace firmware::ports
