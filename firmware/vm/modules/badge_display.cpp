// SPDX-License-Identifier: Apache-2.0
// The bodies of `_badge` that draw: each is one command of the bridge, or a few where one can't hold it all.

#include "firmware/vm/core.hpp"
#include "firmware/vm/modules/badge_arguments.hpp"
#include "firmware/vm/mp/micropython.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

extern "C" {
#include "firmware/vm/modules/badge_tables.h"
}

namespace firmware::vm {
namespace {

using bridge::DisplayCommand;
using Op = DisplayCommand::Op;

constexpr mp_int_t white = 0xFFFF;
constexpr int font_width = 8;

DisplayCommand command_of(Op op) {
    if (core().inputs.bridge().screen_width == 0) raise_os_error(MP_ENODEV, "this board has no screen");
    DisplayCommand command;
    command.op = op;
    return command;
}

void send_or_raise(const DisplayCommand& command) {
    if (core().send(command)) return;
    const bool free = core().inputs.bridge().screen_free;
    raise_os_error(MP_ETIMEDOUT, free ? "the screen does not keep up" : "somebody is using the menu");
}

std::int16_t coordinate(mp_obj_t value, const char* what) {
    return static_cast<std::int16_t>(int_within(value, INT16_MIN, INT16_MAX, what));
}

std::int16_t extent(mp_obj_t value, const char* what) {
    return static_cast<std::int16_t>(int_within(value, 0, INT16_MAX, what));
}

contract::Color color_of(mp_obj_t value) {
    return static_cast<contract::Color>(int_within(value, 0, UINT16_MAX, "a color"));
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// Takes characters off the front of `text`, as many as one command holds; `?` for each that the font does not have.
void fill_text(DisplayCommand& command, std::string_view& text) {
    std::size_t used = 0;
    command.text_length = 0;
    for (; used < text.size(); ++used) {
        if (is_continuation(text[used])) continue;
        if (command.text_length == bridge::display_text_max) break;
        const bool printable = text[used] >= ' ' && text[used] <= '~';
        command.text[command.text_length++] = printable ? text[used] : '?';
    }
    text.remove_prefix(used);
}

/// All of the text that may be seen, command after command.
void send_text(DisplayCommand command, std::string_view text) {
    const int step = font_width * command.size;
    int x = command.x;
    while (!text.empty() && x < core().inputs.bridge().screen_width) {
        fill_text(command, text);
        command.x = static_cast<std::int16_t>(x);
        x += command.text_length * step;
        if (x > 0) send_or_raise(command);
    }
}

/// A picture as Python holds it. Asked for anew after anything that lets Python run, which may move a buffer.
const std::uint8_t* pixels_of(mp_obj_t buffer, std::size_t width, std::size_t height) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(buffer, &info, MP_BUFFER_READ);
    const std::size_t needed = width * height * sizeof(contract::Color);
    if (info.len < needed) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("a bitmap of %dx%d takes %d bytes, and there are %d"),
                          static_cast<int>(width), static_cast<int>(height), static_cast<int>(needed),
                          static_cast<int>(info.len));
    }
    return static_cast<const std::uint8_t*>(info.buf);
}

/// The part of a picture of `size` at `at` that a screen of `limit` shows.
struct Visible {
    Visible(int at, int size, int limit) : first(std::clamp(-at, 0, size)), last(std::clamp(limit - at, first, size)) {}
    int first;
    int last;
};

/// One command: `width` by `height` pixels of the picture, from `column`, `row` on.
void send_piece(mp_obj_t buffer, const DisplayCommand& picture, int column, int row, int width, int height) {
    const auto stride = static_cast<std::size_t>(picture.width);
    const std::uint8_t* from = pixels_of(buffer, stride, static_cast<std::size_t>(picture.height));
    DisplayCommand piece = picture;
    piece.x = static_cast<std::int16_t>(picture.x + column);
    piece.y = static_cast<std::int16_t>(picture.y + row);
    piece.width = static_cast<std::int16_t>(width);
    piece.height = static_cast<std::int16_t>(height);
    const auto line = static_cast<std::size_t>(width);
    for (int i = 0; i < height; ++i) {
        const std::size_t start = static_cast<std::size_t>(row + i) * stride + static_cast<std::size_t>(column);
        std::memcpy(&piece.pixels[static_cast<std::size_t>(i) * line], from + start * sizeof(contract::Color),
                    line * sizeof(contract::Color));
    }
    send_or_raise(piece);
    mp_event_handle_nowait(); // a large picture takes long: Ctrl-C, callbacks, the end
}

void send_picture(mp_obj_t buffer, const DisplayCommand& picture) {
    constexpr int most = bridge::bitmap_pixels_max;
    const auto& bridge = core().inputs.bridge();
    const Visible columns(picture.x, picture.width, bridge.screen_width);
    const Visible rows(picture.y, picture.height, bridge.screen_height);
    for (int column = columns.first; column < columns.last; column += most) {
        const int width = std::min(most, columns.last - column);
        const int band = most / width;
        for (int row = rows.first; row < rows.last; row += band) {
            send_piece(buffer, picture, column, row, width, std::min(band, rows.last - row));
        }
    }
}

} // namespace
} // namespace firmware::vm

extern "C" {

using namespace firmware::vm;

/// screen() -> (width, height); (0, 0) on a board without one
mp_obj_t ouro_badge_screen() {
    const auto& bridge = core().inputs.bridge();
    const mp_obj_t items[] = {MP_OBJ_NEW_SMALL_INT(bridge.screen_width), MP_OBJ_NEW_SMALL_INT(bridge.screen_height)};
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}

/// clear(color=0)
mp_obj_t ouro_badge_clear(size_t count, const mp_obj_t* args, mp_map_t* keywords) {
    static const mp_arg_t allowed[] = {{MP_QSTR_color, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(0)}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count, args, keywords, MP_ARRAY_SIZE(allowed), allowed, values);
    DisplayCommand command = command_of(Op::clear);
    command.color = color_of(values[0].u_obj);
    send_or_raise(command);
    return mp_const_none;
}

mp_obj_t ouro_badge_pixel(mp_obj_t x, mp_obj_t y, mp_obj_t color) {
    DisplayCommand command = command_of(Op::pixel);
    command.x = coordinate(x, "x");
    command.y = coordinate(y, "y");
    command.color = color_of(color);
    send_or_raise(command);
    return mp_const_none;
}

/// line(x0, y0, x1, y1, color)
mp_obj_t ouro_badge_line(size_t, const mp_obj_t* args) {
    DisplayCommand command = command_of(Op::line);
    command.x = coordinate(args[0], "x0");
    command.y = coordinate(args[1], "y0");
    command.width = coordinate(args[2], "x1");
    command.height = coordinate(args[3], "y1");
    command.color = color_of(args[4]);
    send_or_raise(command);
    return mp_const_none;
}

/// rect(x, y, width, height, color=0xFFFF, fill=True)
mp_obj_t ouro_badge_rect(size_t count, const mp_obj_t* args, mp_map_t* keywords) {
    enum { arg_x, arg_y, arg_width, arg_height, arg_color, arg_fill };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_x, MP_ARG_REQUIRED | MP_ARG_OBJ, {}},
        {MP_QSTR_y, MP_ARG_REQUIRED | MP_ARG_OBJ, {}},
        {MP_QSTR_width, MP_ARG_REQUIRED | MP_ARG_OBJ, {}},
        {MP_QSTR_height, MP_ARG_REQUIRED | MP_ARG_OBJ, {}},
        {MP_QSTR_color, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(white)}},
        {MP_QSTR_fill, MP_ARG_BOOL, {.u_bool = true}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count, args, keywords, MP_ARRAY_SIZE(allowed), allowed, values);
    DisplayCommand command = command_of(Op::rect);
    command.x = coordinate(values[arg_x].u_obj, "x");
    command.y = coordinate(values[arg_y].u_obj, "y");
    command.width = extent(values[arg_width].u_obj, "a width");
    command.height = extent(values[arg_height].u_obj, "a height");
    command.color = color_of(values[arg_color].u_obj);
    command.fill = values[arg_fill].u_bool;
    send_or_raise(command);
    return mp_const_none;
}

/// text(x, y, text, color=0xFFFF, size=1)
mp_obj_t ouro_badge_text(size_t count, const mp_obj_t* args, mp_map_t* keywords) {
    enum { arg_x, arg_y, arg_text, arg_color, arg_size };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_x, MP_ARG_REQUIRED | MP_ARG_OBJ, {}},
        {MP_QSTR_y, MP_ARG_REQUIRED | MP_ARG_OBJ, {}},
        {MP_QSTR_text, MP_ARG_REQUIRED | MP_ARG_OBJ, {}},
        {MP_QSTR_color, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(white)}},
        {MP_QSTR_size, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(1)}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count, args, keywords, MP_ARRAY_SIZE(allowed), allowed, values);
    DisplayCommand command = command_of(Op::text);
    command.x = coordinate(values[arg_x].u_obj, "x");
    command.y = coordinate(values[arg_y].u_obj, "y");
    command.color = color_of(values[arg_color].u_obj);
    command.size =
        static_cast<std::uint8_t>(int_within(values[arg_size].u_obj, 1, firmware::bridge::text_size_max, "a size"));
    const mp_obj_t text = values[arg_text].u_obj;
    if (!mp_obj_is_str(text)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("a text is a str, not %s: try str(...)"),
                          mp_obj_get_type_str(text));
    }
    std::size_t size = 0;
    const char* bytes = mp_obj_str_get_data(text, &size);
    send_text(command, {bytes, size});
    return mp_const_none;
}

/// bitmap(x, y, width, height, buffer): RGB565 numbers in the machine's own byte order, as framebuf.RGB565 has them
mp_obj_t ouro_badge_bitmap(size_t, const mp_obj_t* args) {
    DisplayCommand picture = command_of(Op::bitmap);
    picture.x = coordinate(args[0], "x");
    picture.y = coordinate(args[1], "y");
    picture.width = extent(args[2], "a width");
    picture.height = extent(args[3], "a height");
    pixels_of(args[4], static_cast<std::size_t>(picture.width), static_cast<std::size_t>(picture.height));
    send_picture(args[4], picture);
    return mp_const_none;
}

mp_obj_t ouro_badge_show() {
    send_or_raise(command_of(Op::show));
    return mp_const_none;
}

/// rgb(red, green, blue) -> RGB565
mp_obj_t ouro_badge_rgb(mp_obj_t red, mp_obj_t green, mp_obj_t blue) {
    const int r = part_of(red, "red");
    const int g = part_of(green, "green");
    const int b = part_of(blue, "blue");
    return MP_OBJ_NEW_SMALL_INT((r >> 3) << 11 | (g >> 2) << 5 | b >> 3);
}

} // extern "C"
