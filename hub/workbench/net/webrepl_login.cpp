// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/net/webrepl_login.hpp"

namespace hub::workbench {
namespace {

constexpr std::string_view question = "Password: ";
constexpr std::string_view welcome = "WebREPL connected\r\n";
constexpr std::string_view refusal = "Access denied";

// A board says less than 30 bytes at a time; what is longer is something else.
constexpr std::size_t said_max = 200;

} // namespace

std::size_t WebReplLogin::read(std::string_view text) {
    std::size_t taken = 0;
    while (taken < text.size() && (step_ == Step::asked_for_nothing || step_ == Step::judging)) {
        said_ += text[taken++];
        look();
    }
    return taken;
}

void WebReplLogin::look() {
    Step next = step_;
    if (step_ == Step::asked_for_nothing && said_.ends_with(question)) next = Step::password_wanted;
    if (step_ == Step::judging && said_.ends_with(welcome)) next = Step::let_in;
    if (step_ == Step::judging && said_.ends_with(refusal)) next = Step::denied;
    if (next == step_ && said_.size() >= said_max) next = Step::other;
    if (next != step_) said_.clear();
    step_ = next;
}

} // namespace hub::workbench
