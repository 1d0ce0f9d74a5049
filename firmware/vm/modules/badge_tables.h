// SPDX-License-Identifier: Apache-2.0
// What the tables of `_badge` (C) and their bodies (C++) know of each other.
#pragma once

#include "py/runtime.h"
#include "py/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const mp_obj_fun_builtin_fixed_t ouro_badge_dispatch_obj;

// badge_display.cpp
mp_obj_t ouro_badge_screen(void);
mp_obj_t ouro_badge_clear(size_t count, const mp_obj_t* args, mp_map_t* keywords);
mp_obj_t ouro_badge_pixel(mp_obj_t x, mp_obj_t y, mp_obj_t color);
mp_obj_t ouro_badge_line(size_t count, const mp_obj_t* args);
mp_obj_t ouro_badge_rect(size_t count, const mp_obj_t* args, mp_map_t* keywords);
mp_obj_t ouro_badge_text(size_t count, const mp_obj_t* args, mp_map_t* keywords);
mp_obj_t ouro_badge_bitmap(size_t count, const mp_obj_t* args);
mp_obj_t ouro_badge_show(void);
mp_obj_t ouro_badge_rgb(mp_obj_t red, mp_obj_t green, mp_obj_t blue);

// badge_buttons.cpp
mp_obj_t ouro_badge_is_pressed(mp_obj_t mask);
mp_obj_t ouro_badge_event(void);
mp_obj_t ouro_badge_pause(mp_obj_t timeout_ms);
mp_obj_t ouro_badge_on_event(mp_obj_t handler);
mp_obj_t ouro_badge_dispatch(mp_obj_t event);
mp_uint_t ouro_badge_events_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t argument, int* error);

// badge_board.cpp
mp_obj_t ouro_badge_led_count(void);
mp_obj_t ouro_badge_led_set(size_t count, const mp_obj_t* args);
mp_obj_t ouro_badge_led_fill(mp_obj_t red, mp_obj_t green, mp_obj_t blue);
mp_obj_t ouro_badge_led_clear(void);
mp_obj_t ouro_badge_setting_get(size_t count, const mp_obj_t* args);
mp_obj_t ouro_badge_setting_set(mp_obj_t key, mp_obj_t value);
mp_obj_t ouro_badge_setting_remove(mp_obj_t key);
mp_obj_t ouro_badge_setting_keys(void);
mp_obj_t ouro_badge_app(void);
mp_obj_t ouro_badge_apps(void);
mp_obj_t ouro_badge_launch(mp_obj_t name);
mp_obj_t ouro_badge_battery(void);
mp_obj_t ouro_badge_usb(void);
mp_obj_t ouro_badge_temperature(void);
mp_obj_t ouro_badge_signal(void);
mp_obj_t ouro_badge_counters(void);

#ifdef __cplusplus
}
#endif
