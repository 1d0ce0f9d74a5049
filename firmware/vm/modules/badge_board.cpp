// SPDX-License-Identifier: Apache-2.0
// The bodies of `_badge` for all that is neither screen nor buttons: LEDs, settings, apps, gauges, counters.

#include "firmware/vm/app_catalogue.hpp"
#include "firmware/vm/app_manifest.hpp"
#include "firmware/vm/core.hpp"
#include "firmware/vm/modules/badge_arguments.hpp"
#include "firmware/vm/mp/micropython.hpp"

#include <array>
#include <atomic>
#include <string_view>

extern "C" {
#include "firmware/vm/modules/badge_tables.h"
}

namespace firmware::vm {
namespace {

using bridge::Bridge;
using bridge::SettingReply;
using bridge::SettingRequest;
using bridge::Value;

// --- LEDs ---------------------------------------------------------------------------------------------------------

void set_led(std::uint8_t index, const contract::Rgb& color) {
    if (core().inputs.bridge().led_count == 0) raise_os_error(MP_ENODEV, "this board has no LEDs");
    if (!core().send(bridge::LedCommand{index, color})) raise_os_error(MP_ETIMEDOUT, "the LEDs do not keep up");
}

contract::Rgb color_of(mp_obj_t red, mp_obj_t green, mp_obj_t blue) {
    return {part_of(red, "red"), part_of(green, "green"), part_of(blue, "blue")};
}

// --- settings -----------------------------------------------------------------------------------------------------

bool is_key(std::string_view key) {
    for (const char letter : key) {
        const bool fits =
            (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_' || letter == '.';
        if (!fits) return false;
    }
    return !key.empty() && key.size() <= bridge::setting_key_max;
}

SettingRequest request_of(SettingRequest::Op op, mp_obj_t key_in) {
    std::size_t size = 0;
    const char* bytes = mp_obj_str_get_data(key_in, &size);
    const std::string_view key{bytes, size};
    if (!is_key(key)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("'%s' is no key: 1 to 24 of a-z, 0-9, _ and ."),
                          mp_obj_str_get_str(key_in));
    }
    SettingRequest request;
    request.op = op;
    request.key = key;
    return request;
}

Value value_of(mp_obj_t object) {
    Value value;
    if (mp_obj_is_bool(object)) {
        value.type = Value::Type::boolean;
        value.boolean = object == mp_const_true;
    } else if (mp_obj_is_int(object)) {
        value.type = Value::Type::integer;
        value.integer = int_within(object, INT32_MIN, INT32_MAX, "a whole number among the settings");
    } else if (mp_obj_is_str(object)) {
        std::size_t size = 0;
        const char* bytes = mp_obj_str_get_data(object, &size);
        if (size > bridge::setting_text_max) {
            mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("the text takes %d bytes, and %d fit"),
                              static_cast<int>(size), static_cast<int>(bridge::setting_text_max));
        }
        value.type = Value::Type::text;
        value.text = std::string_view{bytes, size};
    } else {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("a setting is a bool, int or str, not %s"),
                          mp_obj_get_type_str(object));
    }
    return value;
}

mp_obj_t object_of(const Value& value) {
    switch (value.type) {
    case Value::Type::boolean: return mp_obj_new_bool(value.boolean);
    case Value::Type::integer: return mp_obj_new_int_from_ll(value.integer);
    case Value::Type::text: return mp_obj_new_str(value.text.c_str(), value.text.size());
    case Value::Type::none:
    case Value::Type::real: break;
    }
    return mp_const_none;
}

/// True when it was done, false for `not_found`; raises what else there is.
bool ask_or_raise(SettingRequest& request, SettingReply& reply) {
    if (!core().ask(request, reply)) raise_os_error(MP_ETIMEDOUT, "no answer from the settings");
    if (reply.ok) return true;
    const auto reason = [&](const char* otherwise) { return reply.reason.empty() ? otherwise : reply.reason.c_str(); };
    switch (reply.code) {
    case base::ErrorCode::not_found: return false;
    case base::ErrorCode::invalid_argument:
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s: %s"), request.key.c_str(),
                          reason("this setting does not take that value"));
    case base::ErrorCode::full: raise_os_error(MP_ENOSPC, reason("there is no room for another setting"));
    default: raise_os_error(MP_EIO, reason("the settings can't be written"));
    }
}

// --- gauges -------------------------------------------------------------------------------------------------------

/// None where the board can't measure.
template <typename Make>
mp_obj_t measured(const std::atomic<std::int32_t>& gauge, Make make) {
    const std::int32_t value = gauge.load();
    return value == Bridge::not_available ? mp_const_none : make(value);
}

mp_obj_t whole(std::int32_t value) { return mp_obj_new_int(value); }

} // namespace
} // namespace firmware::vm

extern "C" {

using namespace firmware::vm;

mp_obj_t ouro_badge_led_count() { return MP_OBJ_NEW_SMALL_INT(core().inputs.bridge().led_count); }

/// led_set(index, red, green, blue); 0xFF is all
mp_obj_t ouro_badge_led_set(size_t, const mp_obj_t* args) {
    const int count = core().inputs.bridge().led_count;
    if (!mp_obj_is_int(args[0])) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("the index of an LED is an int, not %s"),
                          mp_obj_get_type_str(args[0]));
    }
    const bool all = args[0] == MP_OBJ_NEW_SMALL_INT(firmware::bridge::all_leds);
    const mp_int_t index = mp_obj_int_get_truncated(args[0]);
    if (count > 0 && !all && (!mp_obj_is_small_int(args[0]) || index < 0 || index >= count)) {
        mp_raise_msg_varg(&mp_type_IndexError, MP_ERROR_TEXT("there is no LED %d; LEDs are 0 to %d, and 255 is all"),
                          static_cast<int>(index), count - 1);
    }
    set_led(static_cast<std::uint8_t>(index), color_of(args[1], args[2], args[3]));
    return mp_const_none;
}

mp_obj_t ouro_badge_led_fill(mp_obj_t red, mp_obj_t green, mp_obj_t blue) {
    set_led(firmware::bridge::all_leds, color_of(red, green, blue));
    return mp_const_none;
}

mp_obj_t ouro_badge_led_clear() {
    set_led(firmware::bridge::all_leds, {});
    return mp_const_none;
}

/// setting_get(key, default=None)
mp_obj_t ouro_badge_setting_get(size_t count, const mp_obj_t* args) {
    SettingRequest request = request_of(SettingRequest::Op::get, args[0]);
    SettingReply reply;
    if (ask_or_raise(request, reply)) return object_of(reply.value);
    return count > 1 ? args[1] : mp_const_none;
}

mp_obj_t ouro_badge_setting_set(mp_obj_t key, mp_obj_t value) {
    SettingRequest request = request_of(SettingRequest::Op::set, key);
    request.value = value_of(value);
    SettingReply reply;
    if (!ask_or_raise(request, reply)) raise_os_error(MP_EIO, "the settings can't be written");
    return mp_const_none;
}

mp_obj_t ouro_badge_setting_remove(mp_obj_t key) {
    SettingRequest request = request_of(SettingRequest::Op::remove, key);
    SettingReply reply;
    if (!ask_or_raise(request, reply)) mp_raise_type_arg(&mp_type_KeyError, key);
    return mp_const_none;
}

/// setting_keys() -> [key, ...]
mp_obj_t ouro_badge_setting_keys() {
    const mp_obj_t keys = mp_obj_new_list(0, nullptr);
    SettingRequest request;
    request.op = SettingRequest::Op::key_at;
    SettingReply reply;
    for (request.index = 0; request.index < UINT8_MAX && ask_or_raise(request, reply); ++request.index) {
        mp_obj_list_append(keys, mp_obj_new_str(reply.key.c_str(), reply.key.size()));
    }
    return keys;
}

/// app() -> the name of the app that runs, or None
mp_obj_t ouro_badge_app() {
    const auto& app = core().app;
    return app.empty() ? mp_const_none : mp_obj_new_str(app.c_str(), app.size());
}

/// apps() -> [(name, title), ...] of those that can be started
mp_obj_t ouro_badge_apps() { return startable_apps(); }

/// launch(name): the next life begins with `/pyapps/<name>`
mp_obj_t ouro_badge_launch(mp_obj_t name_in) {
    std::size_t size = 0;
    const char* bytes = mp_obj_str_get_data(name_in, &size);
    const std::string_view name{bytes, size};
    if (!is_app_name(name)) raise_os_error(MP_ENOENT, "no app can have that name");
    const AppStart start = find_start(name);
    if (!start.problem.empty()) raise_os_error(MP_ENOENT, start.problem.c_str());
    core().next_app = name;
    pyexec_mode_kind = PYEXEC_MODE_FRIENDLY_REPL; // a raw prompt would begin the next life without an app
    core().soft_reset_wanted = true;
    mp_raise_type(&mp_type_SystemExit);
}

/// Millivolts.
mp_obj_t ouro_badge_battery() { return measured(core().inputs.bridge().battery_millivolts, whole); }

mp_obj_t ouro_badge_usb() {
    return measured(core().inputs.bridge().usb_power, [](std::int32_t on) { return mp_obj_new_bool(on != 0); });
}

/// Degrees Celsius.
mp_obj_t ouro_badge_temperature() {
    constexpr mp_float_t parts = 1000;
    return measured(core().inputs.bridge().temperature_millicelsius,
                    [](std::int32_t value) { return mp_obj_new_float(static_cast<mp_float_t>(value) / parts); });
}

/// dBm.
mp_obj_t ouro_badge_signal() { return measured(core().inputs.bridge().signal_dbm, whole); }

/// counters() -> {name: count since the board started}
mp_obj_t ouro_badge_counters() {
    const auto& bridge = core().inputs.bridge();
    const struct {
        qstr name;
        const std::atomic<std::uint32_t>& count;
    } counters[] = {
        {MP_QSTR_frames_shown, bridge.frames_shown},       {MP_QSTR_display_timeouts, bridge.display_timeouts},
        {MP_QSTR_led_timeouts, bridge.led_timeouts},       {MP_QSTR_buttons_dropped, bridge.buttons_dropped},
        {MP_QSTR_edges_dropped, bridge.edges_dropped},     {MP_QSTR_logs_dropped, bridge.logs_dropped},
        {MP_QSTR_console_dropped, bridge.console_dropped},
    };
    const mp_obj_t result = mp_obj_new_dict(MP_ARRAY_SIZE(counters));
    for (const auto& counter : counters) {
        mp_obj_dict_store(result, MP_OBJ_NEW_QSTR(counter.name), mp_obj_new_int_from_uint(counter.count.load()));
    }
    return result;
}

} // extern "C"
