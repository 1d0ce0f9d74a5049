// SPDX-License-Identifier: Apache-2.0
#include "hub/home/health_book.hpp"

#include "hub/core/json_parts.hpp"
#include "hub/core/safe_json.hpp"

namespace hub::home {
namespace {

using core::Json;

constexpr std::size_t state_size_max = 255; // Home Assistant's

/// A number among the figures, else what was known before.
void take(Json& known, const Json& figures, const char* key) {
    if (const auto found = figures.find(key); found != figures.end() && found->is_number()) known[key] = *found;
}

} // namespace

std::optional<std::string> HealthBook::note(const core::Heartbeat& beat, Micros now) {
    Health& health = boards_[beat.uid];
    health.figures["uptime"] = beat.uptime_ms / 1000;
    take(health.figures, beat.figures, "heap");
    take(health.figures, beat.figures, "rssi");
    if (health.said && now - *health.said < period) return std::nullopt;
    health.said = now;
    return health.figures.dump();
}

std::string HealthBook::note(const core::Crashed& crashed) {
    Json& figures = boards_[crashed.uid].figures;
    std::string text = core::text_at(crashed.crash, "message");
    const std::string file = core::text_at(crashed.crash, "file");
    const auto line = crashed.crash.find("line");
    if (!file.empty()) {
        text += " (" + file;
        if (line != crashed.crash.end() && line->is_number_integer()) text += ":" + line->dump();
        text += ")";
    }
    figures["crash"] = core::printable(text.empty() ? "an exception" : text, state_size_max);
    return figures.dump();
}

std::optional<std::string> HealthBook::find(const std::string& uid) const {
    const auto found = boards_.find(uid);
    if (found == boards_.end()) return std::nullopt;
    return found->second.figures.dump();
}

} // namespace hub::home
