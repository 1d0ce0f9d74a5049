// SPDX-License-Identifier: Apache-2.0
// What waits for one WebSocket client: shared pieces, a bound, and an honest gap when the bound is reached.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hub::api {

/// Some messages, joined by commas and without the brackets, so that batches can be put together to one frame. Built
/// once and shared by every client.
struct Batch {
    std::string text;
    std::size_t messages = 0;
};
using SharedBatch = std::shared_ptr<const Batch>;

/// One frame on its way: a JSON array in pieces.
struct Frame {
    std::vector<std::string_view> pieces;
    std::vector<SharedBatch> batches; ///< keeps the pieces alive
    std::string gap;                  ///< of which the first piece is, if something was lost
};

class Outbox {
public:
    explicit Outbox(std::size_t size_max) : size_max_(size_max) {}

    /// Adds a batch; when more than `size_max` bytes wait, the oldest batches are dropped and their messages counted.
    void push(SharedBatch batch);

    bool empty() const noexcept { return waiting_.empty() && lost_ == 0; }

    /// Everything that waits, as one frame; a `gap` message comes first when something was dropped. It stays
    /// where it is in memory, for the pieces point into it.
    std::unique_ptr<const Frame> take();

private:
    std::size_t size_max_;
    std::size_t size_ = 0;
    std::deque<SharedBatch> waiting_;
    std::uint64_t lost_ = 0;
};

} // namespace hub::api
