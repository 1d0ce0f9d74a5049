// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/mount_requests.hpp"

#include <algorithm>
#include <utility>

namespace hub::workbench {

namespace {

constexpr char request_begin = 0x18;

} // namespace

void MountReader::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        if (held_.empty()) {
            const auto begin = std::min(bytes.find(request_begin), bytes.size());
            if (begin > 0) sink_.on_text(bytes.substr(0, begin));
            bytes.remove_prefix(begin);
            if (bytes.empty()) return;
            held_ = request_begin;
            bytes.remove_prefix(1);
            continue;
        }
        const char byte = bytes[0];
        // What can't go on as a request is text, and may hold the beginning of one.
        const bool is_possible = byte != request_begin && (held_.size() > 1 || byte == '[');
        if (!is_possible || held_.size() >= mount_request_max) {
            end();
            continue;
        }
        bytes.remove_prefix(1);
        if (byte != '\n') {
            held_ += byte;
            continue;
        }
        while (held_.ends_with('\r')) held_.pop_back();
        if (!held_.ends_with(']')) {
            held_ += '\n';
            end();
            continue;
        }
        const std::string request = std::exchange(held_, {});
        sink_.on_request(std::string_view(request).substr(1));
    }
}

void MountReader::end() {
    const std::string text = std::exchange(held_, {});
    if (!text.empty()) sink_.on_text(text);
}

} // namespace hub::workbench
