// SPDX-License-Identifier: Apache-2.0
#include "firmware/ports/mps2_an521/panel_link.hpp"

namespace firmware::ports::mps2_an521 {

namespace {

/// Of a picture that has changed all over there are 340.
constexpr unsigned lines_per_step = 24;
/// CAN: no JSON text has it.
constexpr char anew = 0x18;

} // namespace

void PanelLink::step() noexcept {
    for (unsigned i = 0; i == 0 || (i < lines_per_step && wants_step()); ++i) exchange();
}

void PanelLink::exchange() noexcept {
    if (unfed_.empty()) unfed_ = {reinterpret_cast<const char*>(in_.data()), port_.read(in_)};
    unfed_.remove_prefix(client_.feed(unfed_.substr(0, unfed_.find(anew))));
    if (unfed_.starts_with(anew) || client_.broken()) begin_anew();
    if (unsent_.empty()) unsent_ = client_.next(out_);
    send();
}

// What was under way ends in the middle; the mark says where.
void PanelLink::begin_anew() noexcept {
    if (unfed_.starts_with(anew)) unfed_.remove_prefix(1);
    client_.reset();
    out_.front() = anew;
    unsent_ = {out_.data(), 1};
}

// Until nothing is taken: only then the port says when there is room.
void PanelLink::send() noexcept {
    blocked_ = false;
    while (!unsent_.empty() && !blocked_) {
        const std::span bytes(reinterpret_cast<const std::uint8_t*>(unsent_.data()), unsent_.size());
        const std::size_t taken = port_.write(bytes);
        unsent_.remove_prefix(taken);
        blocked_ = taken == 0;
    }
}

bool PanelLink::wants_step() const noexcept {
    return !blocked_ && (!unfed_.empty() || client_.has_line() || port_.has_arrived());
}

} // namespace firmware::ports::mps2_an521
