// SPDX-License-Identifier: Apache-2.0
// The hub's picture of the world: boards, entities, and what changes about them.
#pragma once

#include "hub/core/times.hpp"
#include "protocol/link/kinds.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hub::core {

using Json = nlohmann::json;

/// Home Assistant's kinds, with `kind_name` and the like beside it.
using protocol::link::Kind;

/// An entity as its board declared it. `options` is an object of Home Assistant's option names (device_class,
/// unit_of_measurement, event_types, …), checked by `core/declaration`.
struct Entity {
    std::string id;
    Kind kind = Kind::sensor;
    std::string name;
    Json options = Json::object();
};

/// What Home Assistant would not take of an entity as its board declared it.
struct Remark {
    std::string entity;   ///< its id, as far as it has one
    std::string option;   ///< of the declaration, e.g. "device_class"; empty: the entity as a whole
    std::string problem;  ///< what follows the option's name in a sentence: `"hotness" is not a class of a sensor`
    std::string releases; ///< of Home Assistant, which object: "all", "2024.3", "2025.7 and later"
    bool rejected = true; ///< for it they would reject the whole entity; otherwise they only complain
    bool left_out = true; ///< the hub does not pass it on

    /// A line for a log.
    std::string text() const;
};

/// A value and when it was measured. `value` is a JSON scalar; null means unknown.
struct State {
    Json value;
    Time at;
};

/// A guarded output of the board itself.
struct Output {
    bool on = false;
    std::string cause;
    Time at;
};

/// Why the hub believes that a board is alive: what was last heard, when, by which path.
struct Evidence {
    std::string what; ///< "up", "state door", "console"
    std::string path; ///< "serial uart0 of virtual board", "MQTT"
    Time at;
};

struct Board {
    std::string uid;
    std::string name;
    std::string profile; ///< a name in firmware/boards, e.g. "intercom"; empty if unknown
    std::string app;
    std::string runtime;
    std::string version;
    std::int64_t boot = 0;
    std::string decl;            ///< the declaration's hash
    std::string product;         ///< of a battery sensor: what its MCU calls itself; empty if unknown
    std::string product_version; ///< of the MCU's firmware
    bool online = false;
    bool is_virtual = false;
    std::optional<Evidence> evidence;
    std::vector<Entity> entities;                        ///< in the order of declaration
    std::vector<Remark> remarks;                         ///< about the declaration; 64 at most
    std::vector<std::pair<std::string, State>> states;   ///< by entity id
    std::vector<std::pair<std::string, Output>> outputs; ///< by output name
    std::optional<std::int64_t> heap_free;               ///< bytes, from the last `up`
    Json counters = Json::object();                      ///< numbers by name, from the last `up`
};

// --- what changes -----------------------------------------------------------------------------------------------

struct BoardChanged {
    std::string uid;
}; ///< anything on its card: online, hello, evidence's path, declaration
struct EntitiesDeclared {
    std::string uid;
};
struct StateChanged {
    std::string uid;
    std::string id;
    State state;
    bool reported = false; ///< of a battery sensor's report: the broker hears of it in ReportTaken
};
/// A value of before the one that is known: for the timeline alone.
struct PastValue {
    std::string uid;
    std::string id;
    State state;
};
struct EventFired {
    std::string uid;
    std::string id;
    std::string type;
    Json data;
    Time at;
    bool late = false;     ///< too old to be told to Home Assistant
    bool reported = false; ///< as in StateChanged
};
/// What the broker has to confirm of a battery sensor's report, `Hub::reported`; comes behind its StateChanged and
/// EventFired, and again when the board repeats what was not confirmed.
struct ReportTaken {
    std::string uid;
    std::int64_t boot = 0;
    std::uint16_t serial = 0;                         ///< of this boot
    std::vector<std::pair<std::string, Json>> values; ///< by entity id
    std::vector<EventFired> events;                   ///< none is late
};
struct OutputChanged {
    std::string uid;
    std::string name;
    Output output;
};
struct LogLine {
    std::string uid;
    std::string level;
    std::string text;
    Time at;
};
struct Crashed {
    std::string uid;
    Json crash;
    Time at;
};
/// `source`: "web", "cli", "mqtt", "api". `outcome`: "sent", "done", "failed", "refused", "timeout".
struct CommandChanged {
    std::string uid;
    std::string id;
    std::string cmd_id;
    Json value;
    std::string source;
    std::string outcome;
    std::string text;
    Time at;
};
struct ConsoleText {
    std::string uid;
    std::string bytes;
    Time at;
};
struct Heartbeat {
    std::string uid;
    std::int64_t uptime_ms = 0;
    Json figures;
    Time at;
};

/// A board watches these of Home Assistant's entities, and no others.
struct HomeWatched {
    std::string uid;
    std::vector<std::string> entities;
};
/// A board asks Home Assistant for an action, and may. `target` is empty or one entity.
struct HomeCall {
    std::string uid;
    std::int64_t number = 0; ///< for the answer
    std::string action;      ///< "light.toggle"
    std::string target;
    Json data;
    Time at;
    bool asks = false; ///< for what the action answers, and not for its effect
};

using Change =
    std::variant<BoardChanged, EntitiesDeclared, StateChanged, PastValue, EventFired, ReportTaken, OutputChanged,
                 LogLine, Crashed, CommandChanged, ConsoleText, Heartbeat, HomeWatched, HomeCall>;

/// Hears of every change, in order, on the core's thread. Must not block and must not call back into the core.
class Observer {
public:
    virtual void on_change(const Change& change) = 0;

protected:
    ~Observer() = default;
};

} // namespace hub::core
