// SPDX-License-Identifier: Apache-2.0
#include "hub/api/line_outbox.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace hub::api {

bool LineOutbox::push_output(core::SharedBytes bytes) {
    size_ += bytes->size();
    waiting_.push_back({std::move(bytes), false});
    bool whole = true;
    while (size_ > size_max_) {
        const auto oldest =
            std::find_if(waiting_.begin(), waiting_.end(), [](const Item& item) { return !item.is_notice; });
        size_ -= oldest->bytes->size();
        skipped_ += oldest->bytes->size();
        waiting_.erase(oldest);
        whole = false;
    }
    return whole;
}

void LineOutbox::push_notice(core::SharedBytes json) { waiting_.push_back({std::move(json), true}); }

void LineOutbox::clear() {
    waiting_.clear();
    size_ = 0;
    skipped_ = 0;
}

LineFrame LineOutbox::take() {
    LineFrame frame;
    const auto add = [&](core::SharedBytes bytes) {
        frame.pieces.emplace_back(*bytes);
        frame.held.push_back(std::move(bytes));
    };
    if (skipped_ > 0) {
        const std::string notice = R"({"type":"skipped","bytes":)" + std::to_string(std::exchange(skipped_, 0)) + "}";
        frame.is_text = true;
        add(std::make_shared<const std::string>(notice));
        return frame;
    }
    frame.is_text = waiting_.front().is_notice;
    std::size_t size = 0;
    do {
        Item item = std::move(waiting_.front());
        waiting_.pop_front();
        size += item.bytes->size();
        if (!item.is_notice) size_ -= item.bytes->size();
        add(std::move(item.bytes));
    } while (!frame.is_text && !waiting_.empty() && !waiting_.front().is_notice &&
             size + waiting_.front().bytes->size() <= line_frame_size_max);
    return frame;
}

} // namespace hub::api
