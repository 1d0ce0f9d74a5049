// SPDX-License-Identifier: Apache-2.0
// Two queues, so that logs can make room for what matters more; `order` joins them again.
#include "hub/timeline/row_buffer.hpp"

#include "base/expect.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hub::timeline {

RowBuffer::RowBuffer(std::size_t rows_max, std::size_t bytes_max) : rows_max_(rows_max), bytes_max_(bytes_max) {
    expect(rows_max > 0 && bytes_max > 0);
}

void RowBuffer::push(Row row) {
    bytes_ += row_size(row);
    auto& queue = queue_for(row);
    queue.push_back(WaitingRow{next_order_++, std::move(row)});
    make_room();
}

std::vector<WaitingRow> RowBuffer::take(std::size_t count) {
    std::vector<WaitingRow> taken;
    taken.reserve(std::min(count, size()));
    while (taken.size() < count && !empty()) {
        auto& queue = oldest();
        bytes_ -= row_size(queue.front().row);
        taken.push_back(std::move(queue.front()));
        queue.pop_front();
    }
    return taken;
}

void RowBuffer::put_back(std::vector<WaitingRow> rows) {
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        bytes_ += row_size(row->row);
        auto& queue = queue_for(row->row);
        queue.push_front(std::move(*row));
    }
    make_room();
}

std::deque<WaitingRow>& RowBuffer::oldest() {
    if (logs_.empty()) return others_;
    if (others_.empty()) return logs_;
    return logs_.front().order < others_.front().order ? logs_ : others_;
}

void RowBuffer::make_room() {
    while (!empty() && (size() > rows_max_ || bytes_ > bytes_max_)) {
        auto& queue = logs_.empty() ? others_ : logs_;
        bytes_ -= row_size(queue.front().row);
        queue.pop_front();
        ++dropped_;
    }
}

} // namespace hub::timeline
