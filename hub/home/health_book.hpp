// SPDX-License-Identifier: Apache-2.0
// What the hub tells Home Assistant of each board's health: memory, uptime, signal, the last crash.
#pragma once

#include "hub/core/model.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace hub::home {

/// One small JSON object a board, `{"heap":…,"uptime":…,"rssi":…,"crash":…}`, null for what is unknown. Pure logic.
class HealthBook {
public:
    using Micros = std::chrono::microseconds;

    /// Boards say these figures every 10 s; nobody's history needs them as often.
    static constexpr Micros period = std::chrono::seconds(60);

    /// The object, if it is time to publish it. `now` is steady.
    std::optional<std::string> note(const core::Heartbeat& beat, Micros now);
    /// The object, which is to be published at once.
    std::string note(const core::Crashed& crashed);

    /// The newest object of a board, if there is one.
    std::optional<std::string> find(const std::string& uid) const;

private:
    struct Health {
        core::Json figures = {{"heap", nullptr}, {"uptime", nullptr}, {"rssi", nullptr}, {"crash", nullptr}};
        std::optional<Micros> said;
    };

    std::map<std::string, Health> boards_; ///< by uid; the core knows 64 at most
};

} // namespace hub::home
