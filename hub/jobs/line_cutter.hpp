// SPDX-License-Identifier: Apache-2.0
// Cuts what a program prints into lines, none longer than is heard.
#pragma once

#include "hub/jobs/tool.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace hub::jobs {

class LineCutter {
public:
    /// Calls `heard` with each line that ends here. Of one that is too long nothing is told.
    template <typename Heard>
    void feed(std::string_view bytes, Heard heard) {
        while (!bytes.empty()) {
            const std::size_t end = bytes.find('\n');
            const bool is_whole = end != std::string_view::npos;
            add(bytes.substr(0, end));
            bytes.remove_prefix(is_whole ? end + 1 : bytes.size());
            if (is_whole) finish(heard);
        }
    }

    /// What came without a line feed, at the end of all.
    template <typename Heard>
    void finish(Heard heard) {
        const std::string line = std::exchange(line_, {});
        if (!std::exchange(too_long_, false) && !line.empty()) heard(std::string_view(line));
    }

private:
    void add(std::string_view piece) {
        too_long_ = too_long_ || line_.size() + piece.size() > tool_line_size_max;
        if (too_long_) {
            line_.clear();
        } else {
            line_ += piece;
        }
    }

    std::string line_;
    bool too_long_ = false;
};

} // namespace hub::jobs
