// SPDX-License-Identifier: Apache-2.0
// The table of `_badge`: what python/badge needs from our firmware. Its bodies are in badge_*.cpp.

#include "firmware/vm/modules/badge_tables.h"

MP_REGISTER_ROOT_POINTER(mp_obj_t ouro_badge_handler);

static MP_DEFINE_CONST_FUN_OBJ_0(badge_screen_obj, ouro_badge_screen);
static MP_DEFINE_CONST_FUN_OBJ_KW(badge_clear_obj, 0, ouro_badge_clear);
static MP_DEFINE_CONST_FUN_OBJ_3(badge_pixel_obj, ouro_badge_pixel);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(badge_line_obj, 5, 5, ouro_badge_line);
static MP_DEFINE_CONST_FUN_OBJ_KW(badge_rect_obj, 4, ouro_badge_rect);
static MP_DEFINE_CONST_FUN_OBJ_KW(badge_text_obj, 3, ouro_badge_text);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(badge_bitmap_obj, 5, 5, ouro_badge_bitmap);
static MP_DEFINE_CONST_FUN_OBJ_0(badge_show_obj, ouro_badge_show);
static MP_DEFINE_CONST_FUN_OBJ_3(badge_rgb_obj, ouro_badge_rgb);

static MP_DEFINE_CONST_FUN_OBJ_1(badge_is_pressed_obj, ouro_badge_is_pressed);
static MP_DEFINE_CONST_FUN_OBJ_0(badge_event_obj, ouro_badge_event);
static MP_DEFINE_CONST_FUN_OBJ_1(badge_pause_obj, ouro_badge_pause);
static MP_DEFINE_CONST_FUN_OBJ_1(badge_on_event_obj, ouro_badge_on_event);
MP_DEFINE_CONST_FUN_OBJ_1(ouro_badge_dispatch_obj, ouro_badge_dispatch);

static MP_DEFINE_CONST_FUN_OBJ_0(badge_led_count_obj, ouro_badge_led_count);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(badge_led_set_obj, 4, 4, ouro_badge_led_set);
static MP_DEFINE_CONST_FUN_OBJ_3(badge_led_fill_obj, ouro_badge_led_fill);
static MP_DEFINE_CONST_FUN_OBJ_0(badge_led_clear_obj, ouro_badge_led_clear);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(badge_setting_get_obj, 1, 2, ouro_badge_setting_get);
static MP_DEFINE_CONST_FUN_OBJ_2(badge_setting_set_obj, ouro_badge_setting_set);
static MP_DEFINE_CONST_FUN_OBJ_1(badge_setting_remove_obj, ouro_badge_setting_remove);
static MP_DEFINE_CONST_FUN_OBJ_0(badge_setting_keys_obj, ouro_badge_setting_keys);
static MP_DEFINE_CONST_FUN_OBJ_0(badge_app_obj, ouro_badge_app);
static MP_DEFINE_CONST_FUN_OBJ_0(badge_apps_obj, ouro_badge_apps);
static MP_DEFINE_CONST_FUN_OBJ_1(badge_launch_obj, ouro_badge_launch);
static MP_DEFINE_CONST_FUN_OBJ_0(badge_battery_obj, ouro_badge_battery);
static MP_DEFINE_CONST_FUN_OBJ_0(badge_usb_obj, ouro_badge_usb);
static MP_DEFINE_CONST_FUN_OBJ_0(badge_temperature_obj, ouro_badge_temperature);
static MP_DEFINE_CONST_FUN_OBJ_0(badge_signal_obj, ouro_badge_signal);
static MP_DEFINE_CONST_FUN_OBJ_0(badge_counters_obj, ouro_badge_counters);

// What select and asyncio can wait on: readable while `event` has something to return.
static const mp_stream_p_t events_protocol = {.ioctl = ouro_badge_events_ioctl};
static MP_DEFINE_CONST_OBJ_TYPE(ouro_events_type, MP_QSTR_Events, MP_TYPE_FLAG_NONE, protocol, &events_protocol);
static const mp_obj_base_t ouro_events_obj = {&ouro_events_type};

static const mp_rom_map_elem_t badge_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__badge)},
    {MP_ROM_QSTR(MP_QSTR_screen), MP_ROM_PTR(&badge_screen_obj)},
    {MP_ROM_QSTR(MP_QSTR_clear), MP_ROM_PTR(&badge_clear_obj)},
    {MP_ROM_QSTR(MP_QSTR_pixel), MP_ROM_PTR(&badge_pixel_obj)},
    {MP_ROM_QSTR(MP_QSTR_line), MP_ROM_PTR(&badge_line_obj)},
    {MP_ROM_QSTR(MP_QSTR_rect), MP_ROM_PTR(&badge_rect_obj)},
    {MP_ROM_QSTR(MP_QSTR_text), MP_ROM_PTR(&badge_text_obj)},
    {MP_ROM_QSTR(MP_QSTR_bitmap), MP_ROM_PTR(&badge_bitmap_obj)},
    {MP_ROM_QSTR(MP_QSTR_show), MP_ROM_PTR(&badge_show_obj)},
    {MP_ROM_QSTR(MP_QSTR_rgb), MP_ROM_PTR(&badge_rgb_obj)},
    {MP_ROM_QSTR(MP_QSTR_is_pressed), MP_ROM_PTR(&badge_is_pressed_obj)},
    {MP_ROM_QSTR(MP_QSTR_event), MP_ROM_PTR(&badge_event_obj)},
    {MP_ROM_QSTR(MP_QSTR_pause), MP_ROM_PTR(&badge_pause_obj)},
    {MP_ROM_QSTR(MP_QSTR_on_event), MP_ROM_PTR(&badge_on_event_obj)},
    {MP_ROM_QSTR(MP_QSTR_events), MP_ROM_PTR(&ouro_events_obj)},
    {MP_ROM_QSTR(MP_QSTR_led_count), MP_ROM_PTR(&badge_led_count_obj)},
    {MP_ROM_QSTR(MP_QSTR_led_set), MP_ROM_PTR(&badge_led_set_obj)},
    {MP_ROM_QSTR(MP_QSTR_led_fill), MP_ROM_PTR(&badge_led_fill_obj)},
    {MP_ROM_QSTR(MP_QSTR_led_clear), MP_ROM_PTR(&badge_led_clear_obj)},
    {MP_ROM_QSTR(MP_QSTR_setting_get), MP_ROM_PTR(&badge_setting_get_obj)},
    {MP_ROM_QSTR(MP_QSTR_setting_set), MP_ROM_PTR(&badge_setting_set_obj)},
    {MP_ROM_QSTR(MP_QSTR_setting_remove), MP_ROM_PTR(&badge_setting_remove_obj)},
    {MP_ROM_QSTR(MP_QSTR_setting_keys), MP_ROM_PTR(&badge_setting_keys_obj)},
    {MP_ROM_QSTR(MP_QSTR_app), MP_ROM_PTR(&badge_app_obj)},
    {MP_ROM_QSTR(MP_QSTR_apps), MP_ROM_PTR(&badge_apps_obj)},
    {MP_ROM_QSTR(MP_QSTR_launch), MP_ROM_PTR(&badge_launch_obj)},
    {MP_ROM_QSTR(MP_QSTR_battery), MP_ROM_PTR(&badge_battery_obj)},
    {MP_ROM_QSTR(MP_QSTR_usb), MP_ROM_PTR(&badge_usb_obj)},
    {MP_ROM_QSTR(MP_QSTR_temperature), MP_ROM_PTR(&badge_temperature_obj)},
    {MP_ROM_QSTR(MP_QSTR_signal), MP_ROM_PTR(&badge_signal_obj)},
    {MP_ROM_QSTR(MP_QSTR_counters), MP_ROM_PTR(&badge_counters_obj)},
};
static MP_DEFINE_CONST_DICT(badge_dict, badge_table);

const mp_obj_module_t ouro_badge_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t*)&badge_dict,
};
MP_REGISTER_MODULE(MP_QSTR__badge, ouro_badge_module);
