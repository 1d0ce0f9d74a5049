// SPDX-License-Identifier: Apache-2.0
#include "firmware/ports/mps2_an521/panel_link.hpp"

namespace firmware::ports::mps2_an521 {

void PanelLink::step() noexcept {
    if (unfed_.empty()) unfed_ = {reinterpret_cast<const char*>(in_.data()), port_.read(in_)};
    unfed_.remove_prefix(client_.feed(unfed_));
    if (client_.broken()) client_.reset();
    if (unsent_.empty()) unsent_ = client_.next(out_);
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(unsent_.data()), unsent_.size());
    unsent_.remove_prefix(port_.write(bytes));
    blocked_ = !unsent_.empty();
}

bool PanelLink::wants_step() const noexcept {
    return !blocked_ && (!unfed_.empty() || client_.has_line() || port_.has_arrived());
}

} // namespace firmware::ports::mps2_an521
