// SPDX-License-Identifier: Apache-2.0
// The screen and the LEDs of a virtual board, as its control socket tells them (docs/protocol.md, "The face").
#pragma once

#include "hub/core/model.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hub::core {

/// A picture, RGB565, row by row.
struct Pixels {
    int width = 0;
    int height = 0;
    std::vector<std::uint16_t> colors;
};

/// Takes the lines one by one; what is seen changes with whole pictures only. No I/O; trusts nothing.
class Face {
public:
    static constexpr int side_max = 1024;
    static constexpr int leds_max = 64;
    static constexpr int cell_width = 16;
    static constexpr int cell_height = 10;

    /// A piece of the screen as it came.
    struct Cell {
        int x = 0;
        int y = 0;
        int width = 0;
        int height = 0;
        std::string runs;          ///< base64
        std::uint64_t changed = 0; ///< the version that brought it
    };

    /// Versions begin after `first_version`.
    explicit Face(std::uint64_t first_version = 0) : version_(first_version) {}

    /// The board's answer to `["watch","face"]`: begins anew. False when it is not one.
    bool begin(const Json& answer);
    /// `cell`, `leds` or `shown`; other words are ignored. False when it breaks the rules of its word: then nothing has
    /// changed.
    bool take(const Json& message);

    /// Goes up with every change that can be seen; unchanged means nothing to do.
    std::uint64_t version() const noexcept { return version_; }
    /// Whether a whole picture has come.
    bool complete() const noexcept { return complete_; }

    int width() const noexcept { return pixels_.width; }
    int height() const noexcept { return pixels_.height; }
    /// The board's count of pictures.
    std::int64_t picture() const noexcept { return picture_; }
    const std::vector<Cell>& cells() const noexcept { return cells_; }
    /// Six hexadecimal digits each, the first one first.
    const std::string& leds() const noexcept { return leds_; }
    /// What is seen.
    const Pixels& pixels() const noexcept { return pixels_; }

private:
    bool take_cell(const Json& message);
    bool take_leds(const Json& message);
    bool take_shown(const Json& message);
    void paint(const Cell& cell);

    Pixels pixels_;
    std::vector<Cell> cells_;
    std::vector<std::pair<std::size_t, std::string>> coming_; ///< of the picture that is being told
    std::string leds_;
    std::int64_t picture_ = 0;
    std::uint64_t version_;
    bool complete_ = false;
};

} // namespace hub::core
