// SPDX-License-Identifier: Apache-2.0
// What waits for one client of a board's console: shared bytes and notices in order, a bound, and an honest gap.
#pragma once

#include "hub/core/console_session.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace hub::api {

/// One frame on its way: a notice as text, or bytes in pieces.
struct LineFrame {
    bool is_text = false;
    std::vector<std::string_view> pieces;
    std::vector<core::SharedBytes> held; ///< keeps the pieces alive
};

/// The most that goes into one frame, unless one piece alone is larger.
inline constexpr std::size_t line_frame_size_max = std::size_t{64} * 1024;

class LineOutbox {
public:
    explicit LineOutbox(std::size_t size_max) : size_max_(size_max) {}

    /// When more than `size_max` bytes wait, the oldest go and are counted; false then. Notices stay: they are few.
    bool push_output(core::SharedBytes bytes);
    void push_notice(core::SharedBytes json);
    void clear();

    /// How many bytes of output wait.
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return waiting_.empty() && skipped_ == 0; }

    /// What comes next; the notice `skipped` when bytes are missing there.
    LineFrame take();

private:
    struct Item {
        core::SharedBytes bytes;
        bool is_notice;
    };

    std::size_t size_max_;
    std::size_t size_ = 0;
    std::uint64_t skipped_ = 0;
    std::deque<Item> waiting_;
};

} // namespace hub::api
