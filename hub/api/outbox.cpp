// SPDX-License-Identifier: Apache-2.0
#include "hub/api/outbox.hpp"

namespace hub::api {

void Outbox::push(SharedBatch batch) {
    size_ += batch->text.size();
    waiting_.push_back(std::move(batch));
    while (size_ > size_max_) {
        size_ -= waiting_.front()->text.size();
        lost_ += waiting_.front()->messages;
        waiting_.pop_front();
    }
}

std::unique_ptr<const Frame> Outbox::take() {
    auto frame = std::make_unique<Frame>();
    frame->pieces.emplace_back("[");
    if (lost_ > 0) {
        frame->gap = R"({"type":"gap","lost":)" + std::to_string(lost_) + "}";
        frame->pieces.emplace_back(frame->gap);
        lost_ = 0;
    }
    for (SharedBatch& batch : waiting_) {
        if (frame->pieces.size() > 1) frame->pieces.emplace_back(",");
        frame->pieces.emplace_back(batch->text);
        frame->batches.push_back(std::move(batch));
    }
    frame->pieces.emplace_back("]");
    waiting_.clear();
    size_ = 0;
    return frame;
}

} // namespace hub::api
