// SPDX-License-Identifier: Apache-2.0
// Every cell is checked when it comes, and painted when its picture is complete.
#include "hub/core/face.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace hub::core {

namespace {

constexpr std::size_t run_digits = 4; // three bytes: how many less one, the colour's high byte, its low byte

struct Run {
    int count = 0;
    std::uint16_t color = 0;
};

std::optional<std::uint32_t> digit_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '/') return 63;
    return std::nullopt;
}

std::optional<Run> run_at(std::string_view runs, std::size_t at) {
    std::uint32_t three = 0;
    for (std::size_t i = 0; i < run_digits; ++i) {
        const auto digit = digit_of(runs[at + i]);
        if (!digit) return std::nullopt;
        three = three << 6U | *digit;
    }
    return Run{static_cast<int>(three >> 16U) + 1, static_cast<std::uint16_t>(three & 0xFFFFU)};
}

// Whether the runs fill exactly so many pixels.
bool fills(std::string_view runs, int pixels) {
    if (runs.size() % run_digits != 0) return false;
    int filled = 0;
    for (std::size_t at = 0; at < runs.size(); at += run_digits) {
        const auto run = run_at(runs, at);
        if (!run) return false;
        filled += run->count;
    }
    return filled == pixels;
}

// The whole number at `index`, if it is from `min` to `max`.
std::optional<int> number_at(const Json& message, std::size_t index, int min, int max) {
    if (index >= message.size() || !message[index].is_number_integer()) return std::nullopt;
    const Json& value = message[index];
    if (value < min || value > max) return std::nullopt;
    return value.get<int>();
}

std::optional<int> member(const Json& object, const char* name, int min, int max) {
    const auto found = object.find(name);
    return found == object.end() ? std::nullopt : number_at(Json::array({*found}), 0, min, max);
}

} // namespace

bool Face::begin(const Json& answer) {
    if (!answer.is_array() || answer.size() < 2 || answer[0] != "ok" || !answer[1].is_object()) return false;
    const auto width = member(answer[1], "width", 1, side_max);
    const auto height = member(answer[1], "height", 1, side_max);
    const auto leds = member(answer[1], "leds", 0, leds_max);
    if (!width || !height || !leds) return false;
    pixels_ = {*width, *height, std::vector<std::uint16_t>(static_cast<std::size_t>(*width * *height))};
    leds_.assign(static_cast<std::size_t>(*leds) * 6, '0');
    cells_.clear();
    coming_.clear();
    for (int y = 0; y < *height; y += cell_height) {
        for (int x = 0; x < *width; x += cell_width) {
            cells_.push_back({x, y, std::min(cell_width, *width - x), std::min(cell_height, *height - y), {}, 0});
        }
    }
    complete_ = false;
    return true;
}

bool Face::take(const Json& message) {
    if (!message.is_array() || message.empty()) return false;
    if (message[0] == "cell") return take_cell(message);
    if (message[0] == "leds") return take_leds(message);
    if (message[0] == "shown") return take_shown(message);
    return true;
}

bool Face::take_cell(const Json& message) {
    const auto x = number_at(message, 1, 0, width() - 1);
    const auto y = number_at(message, 2, 0, height() - 1);
    if (!x || !y || *x % cell_width != 0 || *y % cell_height != 0) return false;
    const auto columns = static_cast<std::size_t>((width() + cell_width - 1) / cell_width);
    const std::size_t index =
        static_cast<std::size_t>(*y / cell_height) * columns + static_cast<std::size_t>(*x / cell_width);
    const Cell& cell = cells_[index];
    if (message.size() < 6 || message[3] != cell.width || message[4] != cell.height || !message[5].is_string()) {
        return false;
    }
    const auto& runs = message[5].get_ref<const std::string&>();
    if (!fills(runs, cell.width * cell.height)) return false;
    if (coming_.size() >= 2 * cells_.size()) return false; // a picture without an end
    coming_.emplace_back(index, runs);
    return true;
}

bool Face::take_leds(const Json& message) {
    if (message.size() < 2 || !message[1].is_string()) return false;
    const auto& colors = message[1].get_ref<const std::string&>();
    if (colors.size() != leds_.size() || colors.find_first_not_of("0123456789abcdef") != std::string::npos)
        return false;
    if (colors == leds_) return true;
    leds_ = colors;
    ++version_;
    return true;
}

bool Face::take_shown(const Json& message) {
    if (message.size() < 2 || !message[1].is_number_integer()) return false;
    ++version_;
    for (auto& [index, runs] : coming_) {
        cells_[index].runs = std::move(runs);
        cells_[index].changed = version_;
        paint(cells_[index]);
    }
    coming_.clear();
    picture_ = message[1].get<std::int64_t>();
    complete_ = std::none_of(cells_.begin(), cells_.end(), [](const Cell& cell) { return cell.runs.empty(); });
    return true;
}

void Face::paint(const Cell& cell) {
    int pixel = 0;
    for (std::size_t at = 0; at < cell.runs.size(); at += run_digits) {
        const auto run = run_at(cell.runs, at);
        for (int i = 0; run && i < run->count; ++i, ++pixel) {
            const int x = cell.x + pixel % cell.width;
            const int y = cell.y + pixel / cell.width;
            pixels_.colors[static_cast<std::size_t>(y * width() + x)] = run->color;
        }
    }
}

} // namespace hub::core
