// SPDX-License-Identifier: Apache-2.0
// The bodies of `_ha`: each is one message of the bridge.

#include "firmware/vm/core.hpp"
#include "firmware/vm/mp/micropython.hpp"
#include "protocol/link/kinds.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <array>
#include <string_view>

extern "C" {
#include "firmware/vm/modules/machine_tables.h"
}

namespace firmware::vm {
namespace {

using bridge::HomeMessage;
using bridge::Value;

std::string_view text_of(mp_obj_t text) {
    std::size_t size = 0;
    const char* bytes = mp_obj_str_get_data(text, &size);
    return {bytes, size};
}

/// Text that must fit whole; raises ValueError.
std::string_view text_within(mp_obj_t text_in, std::size_t size_max, const char* what) {
    const std::string_view text = text_of(text_in);
    if (text.size() > size_max) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s takes %d bytes, and %d fit"), what,
                          static_cast<int>(text.size()), static_cast<int>(size_max));
    }
    return text;
}

std::string_view id_of(mp_obj_t id_in) {
    const std::string_view id = text_of(id_in);
    if (!protocol::link::is_entity_id(id)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("'%s' is no entity id: 1 to 32 of a-z, 0-9, _"),
                          mp_obj_str_get_str(id_in));
    }
    return id;
}

Value value_of(mp_obj_t object) {
    Value value;
    if (object == mp_const_none) return value;
    if (mp_obj_is_bool(object)) {
        value.type = Value::Type::boolean;
        value.boolean = object == mp_const_true;
    } else if (mp_obj_is_int(object)) {
        value.type = Value::Type::integer;
        value.integer = mp_obj_get_int(object);
    } else if (mp_obj_is_float(object)) {
        value.type = Value::Type::real;
        value.real = mp_obj_get_float(object);
        // Not a number is no value: unknown.
        if (!std::isfinite(value.real)) value.type = Value::Type::none;
    } else if (mp_obj_is_str(object)) {
        value.type = Value::Type::text;
        value.text = text_within(object, bridge::value_text_max, "a value");
    } else {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("a value is a bool, number, str or None, not %s"),
                          mp_obj_get_type_str(object));
    }
    return value;
}

mp_obj_t object_of(const Value& value) {
    switch (value.type) {
    case Value::Type::none: return mp_const_none;
    case Value::Type::boolean: return mp_obj_new_bool(value.boolean);
    case Value::Type::integer: return mp_obj_new_int_from_ll(value.integer);
    case Value::Type::real: return mp_obj_new_float(static_cast<mp_float_t>(value.real));
    case Value::Type::text: return mp_obj_new_str(value.text.c_str(), value.text.size());
    }
    return mp_const_none;
}

void send_or_raise(const HomeMessage& message) {
    if (!core().send(message)) mp_raise_OSError(MP_ETIMEDOUT);
}

std::uint32_t limit_of(mp_obj_t milliseconds_in) {
    const mp_int_t milliseconds = mp_obj_get_int(milliseconds_in);
    if (milliseconds < 0 || milliseconds > INT32_MAX)
        mp_raise_ValueError(MP_ERROR_TEXT("a limit is 0 or more milliseconds"));
    return static_cast<std::uint32_t>(milliseconds);
}

std::uint8_t level_of(mp_obj_t level_in) {
    constexpr std::array<std::string_view, 4> names = {"debug", "info", "warning", "error"};
    const auto* found = std::find(names.begin(), names.end(), text_of(level_in));
    if (found == names.end()) mp_raise_ValueError(MP_ERROR_TEXT("a level is debug, info, warning or error"));
    return static_cast<std::uint8_t>(found - names.begin());
}

void answer_expired(const bridge::HomeCommand& command) {
    HomeMessage done = core().message(HomeMessage::Op::done);
    done.id = command.id;
    done.cmd_id = command.cmd_id;
    done.text = "expired";
    core().send(done);
}

/// What came for that call. Others were for a life that has ended before it took them.
mp_obj_t response_of(std::int32_t number) {
    static bridge::HomeResponse response; // too large for this stack
    while (core().inputs.bridge().home_responses.pop(response)) {
        if (response.number == number) return mp_obj_new_str(response.json.c_str(), response.json.size());
    }
    return mp_const_none;
}

} // namespace
} // namespace firmware::vm

extern "C" {

using namespace firmware::vm;

/// guard(pin, safe, max_on_ms, min_off_ms)
mp_obj_t ouro_ha_guard(std::size_t, const mp_obj_t* args) {
    firmware::bridge::PinCommand command;
    command.op = firmware::bridge::PinCommand::Op::guard;
    command.pin = ouro_pin_number(args[0]);
    command.level = mp_obj_is_true(args[1]);
    command.max_on_ms = limit_of(args[2]);
    command.min_off_ms = limit_of(args[3]);
    if (!core().send(command)) mp_raise_OSError(MP_ETIMEDOUT);
    return mp_const_none;
}

/// declare(id, kind, name, options_json)
mp_obj_t ouro_ha_declare(std::size_t, const mp_obj_t* args) {
    HomeMessage message = core().message(HomeMessage::Op::declare);
    message.id = id_of(args[0]);
    const auto kind = protocol::link::kind_from(text_of(args[1]));
    if (!kind) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("there is no kind '%s' of entity"),
                          mp_obj_str_get_str(args[1]));
    }
    message.kind = *kind;
    message.name = text_within(args[2], firmware::bridge::name_max, "the name of an entity");
    message.json = text_within(args[3], firmware::bridge::json_max, "the options of an entity, as JSON,");
    send_or_raise(message);
    return mp_const_none;
}

mp_obj_t ouro_ha_declared() {
    send_or_raise(core().message(HomeMessage::Op::declared));
    return mp_const_none;
}

/// state(id, value)
mp_obj_t ouro_ha_state(mp_obj_t id, mp_obj_t value) {
    HomeMessage message = core().message(HomeMessage::Op::state);
    message.id = id_of(id);
    message.value = value_of(value);
    send_or_raise(message);
    return mp_const_none;
}

/// event(id, type, data_json)
mp_obj_t ouro_ha_event(mp_obj_t id, mp_obj_t type, mp_obj_t data_json) {
    HomeMessage message = core().message(HomeMessage::Op::event);
    message.id = id_of(id);
    message.text = text_within(type, firmware::bridge::name_max, "the type of an event");
    message.json = text_within(data_json, firmware::bridge::json_max, "the data of an event, as JSON,");
    send_or_raise(message);
    return mp_const_none;
}

/// done(cmd_id, ok, text); a long text is cut
mp_obj_t ouro_ha_done(mp_obj_t cmd_id, mp_obj_t ok, mp_obj_t text) {
    HomeMessage message = core().message(HomeMessage::Op::done);
    message.cmd_id = text_within(cmd_id, firmware::bridge::cmd_id_max, "the id of a command");
    message.ok = mp_obj_is_true(ok);
    message.text = text_of(text);
    send_or_raise(message);
    return mp_const_none;
}

/// log(level, text); a long text is cut. Never waits and never raises for want of room: what does not fit is dropped.
mp_obj_t ouro_ha_log(mp_obj_t level, mp_obj_t text) {
    core().log(level_of(level), text_of(text));
    return mp_const_none;
}

/// poll() -> (id, cmd_id, value) or None. A command whose time is over is answered here and not returned.
mp_obj_t ouro_ha_poll() {
    firmware::bridge::HomeCommand command;
    while (core().inputs.bridge().home_commands.pop(command)) {
        if (core().inputs.now() >= command.expires) {
            answer_expired(command);
            continue;
        }
        const mp_obj_t items[] = {
            mp_obj_new_str(command.id.c_str(), command.id.size()),
            mp_obj_new_str(command.cmd_id.c_str(), command.cmd_id.size()),
            object_of(command.value),
        };
        return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
    }
    core().stirred = false;
    return mp_const_none;
}

/// watch(entity): news() tells its state from now on
mp_obj_t ouro_ha_watch(mp_obj_t entity) {
    HomeMessage message = core().message(HomeMessage::Op::watch);
    message.name = text_within(entity, firmware::bridge::ha_name_max, "an entity of Home Assistant");
    send_or_raise(message);
    return mp_const_none;
}

/// call(number, action, target or "", data_json, asks=False): news() tells its answer
mp_obj_t ouro_ha_call(std::size_t count, const mp_obj_t* args) {
    constexpr std::size_t asks = 4;
    HomeMessage message = core().message(HomeMessage::Op::call);
    message.value = value_of(args[0]);
    message.text = text_within(args[1], firmware::bridge::ha_name_max, "an action of Home Assistant");
    message.name = text_within(args[2], firmware::bridge::ha_name_max, "an entity of Home Assistant");
    message.json = text_within(args[3], firmware::bridge::json_max, "the data of a call, as JSON,");
    message.ok = count > asks && mp_obj_is_true(args[asks]);
    send_or_raise(message);
    return mp_const_none;
}

/// news() -> (entity, state or None, attributes_json), (number, ok, reason, response_json or None), or None
mp_obj_t ouro_ha_news() {
    auto& queue = core().inputs.bridge().home_news;
    firmware::bridge::HomeNews news;
    const bool was_full = queue.size() == queue.capacity();
    if (!queue.pop(news)) return mp_const_none;
    if (was_full) core().wake_hardware(); // it may hold back more
    const auto text = [](std::string_view part) { return mp_obj_new_str(part.data(), part.size()); };
    if (news.op == firmware::bridge::HomeNews::Op::answer) {
        const mp_obj_t items[] = {mp_obj_new_int(news.number), mp_obj_new_bool(news.ok), text(news.text),
                                  news.has_response ? response_of(news.number) : mp_const_none};
        return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
    }
    const mp_obj_t items[] = {text(news.entity), news.ok ? text(news.text) : mp_const_none, text(news.attributes)};
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}

/// wake(): `link` is readable until the next poll() that returns None.
mp_obj_t ouro_ha_wake() {
    core().stirred = true;
    return mp_const_none;
}

mp_obj_t ouro_ha_home_up() { return mp_obj_new_bool(core().inputs.bridge().home_up.load()); }

/// epoch_ms() -> milliseconds since 1970, or None until the hub has said what time it is
mp_obj_t ouro_ha_epoch_ms() {
    const auto offset = core().inputs.bridge().epoch_offset_us.load();
    if (offset == 0) return mp_const_none;
    return mp_obj_new_int_from_ll(base::to_ms(core().inputs.now() + offset));
}

mp_uint_t ouro_ha_link_ioctl(mp_obj_t, mp_uint_t request, uintptr_t argument, int* error) {
    if (request != MP_STREAM_POLL) {
        *error = MP_EINVAL;
        return MP_STREAM_ERROR;
    }
    const auto& bridge = core().inputs.bridge();
    const bool ready = core().stirred || !bridge.home_commands.empty() || !bridge.home_news.empty();
    return ready ? argument & MP_STREAM_POLL_RD : 0;
}

} // extern "C"
