// SPDX-License-Identifier: Apache-2.0
// What the bodies of `_badge` do with arguments, and how they say what is wrong.
#pragma once

#include "firmware/vm/mp/micropython.hpp"

#include <cstdint>

namespace firmware::vm {

/// OSError(code, text).
[[noreturn]] inline void raise_os_error(int code, const char* text) {
    const mp_obj_t args[] = {MP_OBJ_NEW_SMALL_INT(code), mp_obj_new_str_from_cstr(text)};
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, MP_ARRAY_SIZE(args), 0, args));
}

/// An int within limits; raises TypeError, ValueError.
inline mp_int_t int_within(mp_obj_t value_in, mp_int_t least, mp_int_t most, const char* what) {
    if (!mp_obj_is_int(value_in)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("%s is an int, not %s"), what,
                          mp_obj_get_type_str(value_in));
    }
    // The usual conversion would call what is beyond a machine word by another name.
    const mp_int_t value = mp_obj_int_get_truncated(value_in);
    if (value < least || value > most || !mp_obj_equal(mp_obj_new_int(value), value_in)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s is %d to %d"), what, static_cast<int>(least),
                          static_cast<int>(most));
    }
    return value;
}

/// One of the three parts of a colour.
inline std::uint8_t part_of(mp_obj_t value, const char* what) {
    return static_cast<std::uint8_t>(int_within(value, 0, 255, what));
}

} // namespace firmware::vm
