// SPDX-License-Identifier: Apache-2.0
// What the tests of a badge in virtual time are made of: stand-ins for Python, and what a person would see.
#pragma once

#include "boards/badge.hpp"
#include "firmware/ports/sim/sim_board.hpp"
#include "firmware/ports/sim/stand_in.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace firmware::ports::sim {

using base::from_ms;
using bridge::DisplayCommand;
using contract::Rgb;
using contract::VmState;

namespace button = contract::button;

/// A badge whose VM core is `body`; without one it is at the prompt and sleeps.
inline Options badge(std::function<void(StandInCore&)> body) {
    Options options;
    options.profile = &boards::badge;
    options.program = stand_in([body = std::move(body)](StandInCore& core) {
        core.state = VmState::repl;
        body(core);
        core.sleep(base::never);
    });
    return options;
}

inline void at_prompt(StandInCore&) {}

inline bridge::HomeMessage message(bridge::HomeMessage::Op op, std::string_view text = {}) {
    bridge::HomeMessage result;
    result.op = op;
    result.text = text;
    return result;
}

inline DisplayCommand stroke(DisplayCommand::Op op, contract::Color color = 0) {
    DisplayCommand command;
    command.op = op;
    command.color = color;
    return command;
}

/// Fills the screen with one colour and shows it.
inline bool paint(StandInCore& core, contract::Color color) {
    return core.draw(stroke(DisplayCommand::Op::clear, color)) && core.draw(stroke(DisplayCommand::Op::show));
}

/// What the VM core does for an app, around `app`.
inline void run_app(StandInCore& core, std::string_view name, const std::function<void(StandInCore&)>& app) {
    core.wanted.clear();
    core.state = VmState::app;
    core.tell(message(bridge::HomeMessage::Op::app_started, name));
    app(core);
    core.tell(message(bridge::HomeMessage::Op::app_stopped));
    core.state = VmState::repl;
}

/// Lists two apps when asked, and runs `app` when one is started.
inline std::function<void(StandInCore&)> with_apps(std::function<void(StandInCore&)> app) {
    return [app = std::move(app)](StandInCore& core) {
        bridge::Bridge& bridge = core.inputs.bridge();
        while (!core.stop) {
            if (bridge.apps_wanted.exchange(false)) {
                bridge::AppEntry entry;
                entry.op = bridge::AppEntry::Op::begin;
                EXPECT_TRUE(bridge.app_entries.push(entry));
                for (const char* name : {"first", "second"}) {
                    entry.op = bridge::AppEntry::Op::entry;
                    entry.name = name;
                    entry.title = std::string_view(name) == "first" ? "The first" : "The second";
                    EXPECT_TRUE(bridge.app_entries.push(entry));
                }
                entry.op = bridge::AppEntry::Op::end;
                EXPECT_TRUE(bridge.app_entries.push(entry));
                bridge.wake_hardware->notify();
            }
            if (!core.wanted.empty()) run_app(core, std::string(core.wanted.view()), app);
            core.inputs.wait_until(base::never);
        }
    };
}

inline void sleep_until_stopped(StandInCore& core) {
    while (core.aborts == 0 && core.sleep(from_ms(10))) {
    }
    core.aborts = 0;
}

inline testing::AssertionResult all_are(std::span<const contract::Color> pixels, contract::Color color) {
    const auto other = std::find_if(pixels.begin(), pixels.end(), [&](auto each) { return each != color; });
    if (other == pixels.end()) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "pixel " << other - pixels.begin() << " is " << *other;
}

inline void hold_stop_keys(SimBoard& board) {
    board.hold("b");
    board.hold("start");
    board.run_for(from_ms(1100));
    board.release("b");
    board.release("start");
    board.run_for(from_ms(100));
}

/// The longest pause between two pictures from `since` on.
inline std::int64_t longest_pause(const SimBoard& board, std::int64_t since) {
    std::int64_t longest = 0;
    std::int64_t last = since;
    for (const std::int64_t at : board.drawn()) {
        if (at < since) continue;
        longest = std::max(longest, at - last);
        last = at;
    }
    return std::max(longest, board.now_ms() - last);
}

} // namespace firmware::ports::sim
