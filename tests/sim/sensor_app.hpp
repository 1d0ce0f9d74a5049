// SPDX-License-Identifier: Apache-2.0
// What the tests of a virtual sensor share: an app, and how a report begins.
#pragma once

#include "base/clock.hpp"
#include "firmware/bridge/messages.hpp"
#include "firmware/ports/sim/stand_in.hpp"

namespace firmware::ports::sim {

using base::from_ms;

inline constexpr const char* any_report = R"(["report",)";

/// An app that declares one entity.
inline void declare_motion(StandInCore& core) {
    using Op = bridge::HomeMessage::Op;
    bridge::HomeMessage message;
    message.op = Op::app_started;
    message.text = "pir";
    core.tell(message);
    message.op = Op::declare;
    message.kind = bridge::EntityKind::binary_sensor;
    message.id = "motion";
    message.name = "Motion";
    message.json = R"({"datapoint":{"id":101}})";
    core.tell(message);
    message.op = Op::declared;
    core.tell(message);
    while (core.sleep(from_ms(1000))) {
    }
}

} // namespace firmware::ports::sim
