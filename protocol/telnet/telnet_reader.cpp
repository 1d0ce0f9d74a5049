// SPDX-License-Identifier: Apache-2.0
#include "protocol/telnet/telnet_reader.hpp"

#include <algorithm>

namespace protocol::telnet {

void TelnetReader::feed(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        if (state_ == State::data) {
            const auto size = static_cast<std::size_t>(std::find(bytes.begin(), bytes.end(), iac) - bytes.begin());
            if (size > 0) sink_.on_data(bytes.first(size));
            bytes = bytes.subspan(size);
            if (bytes.empty()) return;
            state_ = State::command;
        } else if (state_ == State::command) {
            on_command(bytes.front());
        } else if (state_ == State::option) {
            state_ = State::data;
            sink_.on_option(verb_, bytes.front());
        } else {
            on_inside(bytes.front());
        }
        bytes = bytes.subspan(1);
    }
}

void TelnetReader::on_command(std::uint8_t byte) {
    state_ = State::data;
    if (byte == iac) {
        sink_.on_data({&byte, 1});
    } else if (byte == subnegotiation_begin) {
        state_ = State::inside;
        inside_size_ = 0;
    } else if (byte >= static_cast<std::uint8_t>(Verb::will)) {
        state_ = State::option;
        verb_ = static_cast<Verb>(byte);
    }
}

void TelnetReader::on_inside(std::uint8_t byte) {
    if (state_ == State::inside && byte == iac) {
        state_ = State::inside_command;
        return;
    }
    if (state_ == State::inside_command && byte != iac) {
        // Whatever it is, it ends here: a server that forgot the end must not swallow the rest of the stream.
        if (byte == subnegotiation_end) {
            state_ = State::data;
            end_subnegotiation();
        } else {
            on_command(byte);
        }
        return;
    }
    state_ = State::inside;
    if (inside_size_ < inside_.size()) inside_[inside_size_] = byte;
    inside_size_ = std::min(inside_size_ + 1, inside_.size() + 1);
}

void TelnetReader::end_subnegotiation() {
    if (inside_size_ == 0 || inside_size_ > inside_.size()) return;
    sink_.on_subnegotiation(inside_[0], std::span(inside_).subspan(1, inside_size_ - 1));
}

} // namespace protocol::telnet
