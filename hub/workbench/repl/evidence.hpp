// SPDX-License-Identifier: Apache-2.0
// What a port said while we asked for the raw prompt in vain, and what that means.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace hub::workbench {

/// Collects what comes, within bounds, and judges it.
class Evidence {
public:
    /// `unasked`: so long after anything that we sent that it is no answer.
    void add(std::string_view bytes, bool unasked);
    /// A frame of our own link came.
    void add_frame() noexcept { frames_ = true; }

    bool is_silent() const noexcept { return size_ == 0 && !frames_; }

    /// Why there was no raw prompt, as one of: no bytes at all (`timeout`), noise as of a wrong rate (`malformed`), a
    /// boot log (`timeout`), a program that ignores Ctrl-C (`busy`), another firmware (`unsupported`).
    base::Error judge() const;

private:
    std::string text_; ///< the first and the newest bytes
    std::size_t size_ = 0;
    std::size_t unasked_ = 0;
    bool frames_ = false;
};

} // namespace hub::workbench
