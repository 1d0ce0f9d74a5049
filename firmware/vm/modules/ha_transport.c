// SPDX-License-Identifier: Apache-2.0
// The table of `_ha`: what python/ha needs from our firmware. Its bodies are in ha_transport.cpp.

#include "py/runtime.h"
#include "py/stream.h"

mp_obj_t ouro_ha_guard(size_t count, const mp_obj_t *args);
mp_obj_t ouro_ha_declare(size_t count, const mp_obj_t *args);
mp_obj_t ouro_ha_declared(void);
mp_obj_t ouro_ha_state(mp_obj_t id, mp_obj_t value);
mp_obj_t ouro_ha_event(mp_obj_t id, mp_obj_t type, mp_obj_t data_json);
mp_obj_t ouro_ha_done(mp_obj_t cmd_id, mp_obj_t ok, mp_obj_t text);
mp_obj_t ouro_ha_log(mp_obj_t level, mp_obj_t text);
mp_obj_t ouro_ha_poll(void);
mp_obj_t ouro_ha_watch(mp_obj_t entity);
mp_obj_t ouro_ha_call(size_t count, const mp_obj_t *args);
mp_obj_t ouro_ha_news(void);
mp_obj_t ouro_ha_wake(void);
mp_obj_t ouro_ha_home_up(void);
mp_obj_t ouro_ha_epoch_ms(void);
mp_uint_t ouro_ha_link_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t argument, int *error);

static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ha_guard_obj, 4, 4, ouro_ha_guard);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ha_declare_obj, 4, 4, ouro_ha_declare);
static MP_DEFINE_CONST_FUN_OBJ_0(ha_declared_obj, ouro_ha_declared);
static MP_DEFINE_CONST_FUN_OBJ_2(ha_state_obj, ouro_ha_state);
static MP_DEFINE_CONST_FUN_OBJ_3(ha_event_obj, ouro_ha_event);
static MP_DEFINE_CONST_FUN_OBJ_3(ha_done_obj, ouro_ha_done);
static MP_DEFINE_CONST_FUN_OBJ_2(ha_log_obj, ouro_ha_log);
static MP_DEFINE_CONST_FUN_OBJ_0(ha_poll_obj, ouro_ha_poll);
static MP_DEFINE_CONST_FUN_OBJ_1(ha_watch_obj, ouro_ha_watch);
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ha_call_obj, 4, 5, ouro_ha_call);
static MP_DEFINE_CONST_FUN_OBJ_0(ha_news_obj, ouro_ha_news);
static MP_DEFINE_CONST_FUN_OBJ_0(ha_wake_obj, ouro_ha_wake);
static MP_DEFINE_CONST_FUN_OBJ_0(ha_home_up_obj, ouro_ha_home_up);
static MP_DEFINE_CONST_FUN_OBJ_0(ha_epoch_ms_obj, ouro_ha_epoch_ms);

// What select and asyncio can wait on; there is nothing to read from it.
static const mp_stream_p_t link_protocol = {.ioctl = ouro_ha_link_ioctl};
static MP_DEFINE_CONST_OBJ_TYPE(ouro_link_type, MP_QSTR_Link, MP_TYPE_FLAG_NONE, protocol, &link_protocol);
static const mp_obj_base_t ouro_link_obj = {&ouro_link_type};

static const mp_rom_map_elem_t ha_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__ha)},
    {MP_ROM_QSTR(MP_QSTR_guard), MP_ROM_PTR(&ha_guard_obj)},
    {MP_ROM_QSTR(MP_QSTR_declare), MP_ROM_PTR(&ha_declare_obj)},
    {MP_ROM_QSTR(MP_QSTR_declared), MP_ROM_PTR(&ha_declared_obj)},
    {MP_ROM_QSTR(MP_QSTR_state), MP_ROM_PTR(&ha_state_obj)},
    {MP_ROM_QSTR(MP_QSTR_event), MP_ROM_PTR(&ha_event_obj)},
    {MP_ROM_QSTR(MP_QSTR_done), MP_ROM_PTR(&ha_done_obj)},
    {MP_ROM_QSTR(MP_QSTR_log), MP_ROM_PTR(&ha_log_obj)},
    {MP_ROM_QSTR(MP_QSTR_poll), MP_ROM_PTR(&ha_poll_obj)},
    {MP_ROM_QSTR(MP_QSTR_watch), MP_ROM_PTR(&ha_watch_obj)},
    {MP_ROM_QSTR(MP_QSTR_call), MP_ROM_PTR(&ha_call_obj)},
    {MP_ROM_QSTR(MP_QSTR_news), MP_ROM_PTR(&ha_news_obj)},
    {MP_ROM_QSTR(MP_QSTR_wake), MP_ROM_PTR(&ha_wake_obj)},
    {MP_ROM_QSTR(MP_QSTR_home_up), MP_ROM_PTR(&ha_home_up_obj)},
    {MP_ROM_QSTR(MP_QSTR_epoch_ms), MP_ROM_PTR(&ha_epoch_ms_obj)},
    {MP_ROM_QSTR(MP_QSTR_link), MP_ROM_PTR(&ouro_link_obj)},
};
static MP_DEFINE_CONST_DICT(ha_dict, ha_table);

const mp_obj_module_t ouro_ha_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&ha_dict,
};
MP_REGISTER_MODULE(MP_QSTR__ha, ouro_ha_module);
