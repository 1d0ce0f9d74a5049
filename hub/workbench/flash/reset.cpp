// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/reset.hpp"

#include <initializer_list>

namespace hub::workbench::flash {
namespace {

struct Step {
    ControlLines lines;
    base::Micros then_wait = 0;
};

constexpr base::Micros hold = base::from_ms(100);
constexpr base::Micros boot_short = base::from_ms(50);
constexpr base::Micros boot_long = base::from_ms(550); ///< for a large capacitor, or none

base::Result<> play(LoaderLink& link, std::initializer_list<Step> steps) {
    for (const Step& step : steps) {
        if (const auto set = link.line().set_lines(step.lines); !set) return set;
        if (step.then_wait == 0) continue;
        if (const auto waited = link.pause(step.then_wait); !waited) return waited;
    }
    return {};
}

constexpr ControlLines none{false, false};
constexpr ControlLines both{true, true};
constexpr ControlLines reset{false, true};
constexpr ControlLines boot{true, false};

} // namespace

base::Result<> reset_into_loader(LoaderLink& link, ResetWiring wiring, unsigned attempt) {
    const base::Micros wait = attempt % 2 == 0 ? boot_short : boot_long;
    if (wiring == ResetWiring::native_usb) {
        return play(link, {{none, hold}, {boot, hold}, {both}, {reset, hold}, {none}});
    }
    // The first two attempts touch both lines at once before, which some drivers need to set them at all.
    const bool tight = wiring == ResetWiring::bridge && attempt % 4 < 2;
    if (tight) return play(link, {{none}, {both}, {reset, hold}, {boot, wait}, {none}});
    return play(link, {{reset, hold}, {boot, wait}, {none}});
}

base::Result<> hard_reset(LoaderLink& link, ResetWiring wiring) {
    constexpr base::Micros usb_settles = base::from_ms(200);
    const base::Micros wait = wiring == ResetWiring::native_usb ? usb_settles : hold;
    return play(link, {{none}, {reset, wait}, {none}});
}

} // namespace hub::workbench::flash
