// SPDX-License-Identifier: Apache-2.0
// MicroPython's framebuf with the checks that keep it inside the buffers that Python gave it.

#include "py/binary.h"
#include "py/runtime.h"

// Where the original keeps the coordinates of a polygon: on the stack, for each line anew.
#define POLYGON_CORNERS_MAX (64)

static mp_int_t checked_number(mp_obj_t number);
static mp_obj_t checked_blit(size_t count, const mp_obj_t* args);
static mp_obj_t checked_poly(size_t count, const mp_obj_t* args);

// The original's table gets our functions where ours check more.
#define table_framebuf_fill_rect framebuf_fill_rect
#define table_framebuf_pixel framebuf_pixel
#define table_framebuf_hline framebuf_hline
#define table_framebuf_vline framebuf_vline
#define table_framebuf_rect framebuf_rect
#define table_framebuf_line framebuf_line
#define table_framebuf_ellipse framebuf_ellipse
#define table_framebuf_text framebuf_text
#define table_legacy_framebuffer1 legacy_framebuffer1
#define table_framebuf_poly checked_poly
#define table_framebuf_blit checked_blit
#undef MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN
#define MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(name, least, most, function)                                               \
    const mp_obj_fun_builtin_var_t name = {                                                                            \
        {&mp_type_fun_builtin_var}, MP_OBJ_FUN_MAKE_SIG(least, most, false), .fun.var = table_##function}
#define mp_obj_get_int checked_number
#include "extmod/modframebuf.c"
#undef mp_obj_get_int

// The original cuts some sums to an int and others not, and then reads anywhere.
static mp_int_t checked_number(mp_obj_t number_in) {
    const mp_int_t limit = 0x3fffffff;
    const mp_int_t number = mp_obj_get_int(number_in);
    if (number < -limit || number > limit) {
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("a framebuf's numbers are below 2**30"));
    }
    return number;
}

static int colors_of(const mp_obj_framebuf_t* self) {
    switch (self->format) {
    case FRAMEBUF_GS2_HMSB: return 1 << 2;
    case FRAMEBUF_GS4_HMSB: return 1 << 4;
    case FRAMEBUF_GS8: return 1 << 8;
    case FRAMEBUF_RGB565: return 1 << 16;
    default: return 1 << 1;
    }
}

static const mp_obj_framebuf_t* framebuf_of(mp_obj_t object) {
    const mp_obj_t found = mp_obj_cast_to_native_base(object, MP_OBJ_FROM_PTR(&mp_type_framebuf));
    if (found == MP_OBJ_NULL) mp_raise_TypeError(MP_ERROR_TEXT("with a palette, both must be a FrameBuffer"));
    return MP_OBJ_TO_PTR(found);
}

// The original reads the palette's pixel for each colour, whether there is one or not.
static mp_obj_t checked_blit(size_t count, const mp_obj_t* args) {
    if (count > 5 && args[5] != mp_const_none && framebuf_of(args[5])->width < colors_of(framebuf_of(args[1]))) {
        mp_raise_ValueError(MP_ERROR_TEXT("the palette is narrower than its source has colors"));
    }
    return framebuf_blit(count, args);
}

static mp_obj_t checked_poly(size_t count, const mp_obj_t* args) {
    mp_buffer_info_t corners;
    mp_get_buffer_raise(args[3], &corners, MP_BUFFER_READ);
    if (corners.len / (mp_binary_get_size('@', corners.typecode, NULL) * 2) > POLYGON_CORNERS_MAX) {
        mp_raise_ValueError(MP_ERROR_TEXT("a polygon has at most 64 corners"));
    }
    return framebuf_poly(count, args);
}
