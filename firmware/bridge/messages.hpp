// SPDX-License-Identifier: Apache-2.0
// What crosses between the cores: plain data, no pointers.
#pragma once

#include "base/clock.hpp"
#include "base/fixed_string.hpp"
#include "firmware/contract/gpio.hpp"
#include "protocol/link/kinds.hpp"

#include <cstdint>

namespace firmware::bridge {

inline constexpr std::size_t id_max = 32;          ///< an entity's id, bytes
inline constexpr std::size_t name_max = 64;        ///< an entity's or output's name, bytes
inline constexpr std::size_t value_text_max = 255; ///< Home Assistant's longest state
inline constexpr std::size_t json_max = 480;       ///< options of a declaration, data of an event
inline constexpr std::size_t cmd_id_max = 24;
inline constexpr std::size_t entities_max = 32;
inline constexpr std::size_t ha_name_max = 48;     ///< an entity or action of Home Assistant, bytes
inline constexpr std::size_t watched_max = 16;     ///< of Home Assistant's entities
inline constexpr std::size_t attributes_max = 240; ///< of one of them, as JSON
inline constexpr std::size_t response_max = 1000;  ///< what an action answers, as JSON: what a frame has room for

/// Home Assistant's kinds of entity.
using EntityKind = protocol::link::Kind;

/// A value as Python gives or takes it.
struct Value {
    enum class Type : std::uint8_t { none, boolean, integer, real, text };
    Type type = Type::none;
    bool boolean = false;
    std::int64_t integer = 0;
    double real = 0;
    base::FixedString<value_text_max> text;
};

// --- VM core to hardware core -----------------------------------------------------------------------------------

/// Pin traffic. Small, so that the queue may be deep.
struct PinCommand {
    enum class Op : std::uint8_t {
        configure, ///< mode, pull, level
        write,     ///< level
        watch,     ///< report edges of this pin: `rising`, `falling`
        guard,     ///< tighten an output: safe level `level`, max_on_ms, min_off_ms; 0 leaves a limit as it is
    };
    Op op = Op::write;
    contract::Pin pin = 0;
    contract::PinMode mode = contract::PinMode::input;
    contract::Pull pull = contract::Pull::none;
    bool level = false;
    bool rising = false;
    bool falling = false;
    std::uint32_t max_on_ms = 0;
    std::uint32_t min_off_ms = 0;
};

/// What an app tells the home.
struct HomeMessage {
    enum class Op : std::uint8_t {
        declare,     ///< id, kind, name, json = options
        declared,    ///< the declaration is complete: announce it
        state,       ///< id, value
        event,       ///< id, text = type, json = data
        done,        ///< cmd_id, ok, text = reason
        log,         ///< level, text
        crash,       ///< json = {"file","line","message"}, text = the end of the traceback
        app_started, ///< text = the app's name: forget the declaration before it
        app_stopped, ///< outputs go to their safe levels
        watch,       ///< name = an entity of Home Assistant whose state is of interest from now on
        call, ///< value.integer = number for the answer, text = action, name = entity or empty, json = data, ok = it is
              ///< asked for an answer
    };
    Op op = Op::log;
    EntityKind kind = EntityKind::sensor;
    std::uint8_t level = 0; ///< 0 debug, 1 info, 2 warning, 3 error
    bool ok = false;
    base::Micros at = 0; ///< when it happened, by the board's clock
    base::FixedString<id_max> id;
    base::FixedString<name_max> name;
    base::FixedString<cmd_id_max> cmd_id;
    Value value;
    base::FixedString<value_text_max> text;
    base::FixedString<json_max> json;
};

// --- hardware core to VM core -----------------------------------------------------------------------------------

/// An edge of a watched pin.
struct PinEdge {
    contract::Pin pin = 0;
    bool level = false;
    base::Micros at = 0;
};

/// A command from the home that passed every check of `docs/protocol.md`.
struct HomeCommand {
    base::FixedString<id_max> id;
    base::FixedString<cmd_id_max> cmd_id;
    Value value;
    base::Micros expires = base::never; ///< not to be started after this moment
};

/// What the home says of itself: a watched entity's state, or the answer to a call.
struct HomeNews {
    enum class Op : std::uint8_t {
        state,  ///< entity, ok = it is known, text = its state, attributes = a JSON object
        answer, ///< number, ok, text = the reason when it failed, has_response = there is one for it
    };
    Op op = Op::state;
    bool ok = false;
    bool has_response = false;
    std::int32_t number = 0;
    base::FixedString<ha_name_max> entity;
    base::FixedString<value_text_max> text;
    base::FixedString<attributes_max> attributes;
};

/// What an action answered: a JSON object. It is pushed before its news, which have the same number.
struct HomeResponse {
    std::int32_t number = 0;
    base::FixedString<response_max> json;
};

} // namespace firmware::bridge
