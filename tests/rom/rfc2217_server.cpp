// SPDX-License-Identifier: Apache-2.0
#include "tests/rom/rfc2217_server.hpp"

#include <array>

namespace tests::rom {
namespace {

constexpr std::uint8_t iac = 255, dont = 254, do_it = 253, wont = 252, will = 251, sub_begin = 250, sub_end = 240;
constexpr std::uint8_t echo = 1, binary = 0, no_go_ahead = 3, com_port = 44;
constexpr std::uint8_t set_baud = 1, set_control = 5;
constexpr std::uint8_t server_offset = 100;
constexpr std::size_t sub_max = 64;

bool is_known(std::uint8_t option) {
    return option == echo || option == binary || option == no_go_ahead || option == com_port;
}

} // namespace

void Rfc2217Server::feed(std::span<const std::uint8_t> bytes,
                         const std::function<void(std::span<const std::uint8_t>)>& on_data) {
    std::vector<std::uint8_t> data;
    const auto hand_over = [&] {
        if (!data.empty()) on_data(data);
        data.clear();
    };
    for (const std::uint8_t byte : bytes) {
        switch (state_) {
        case State::data:
            if (byte == iac) {
                state_ = State::command;
            } else {
                data.push_back(byte);
            }
            break;
        case State::command:
            state_ = State::data;
            if (byte == iac) {
                data.push_back(byte);
            } else if (byte == sub_begin) {
                sub_.clear();
                state_ = State::sub;
            } else if (byte >= will && byte <= dont) {
                verb_ = byte;
                state_ = State::option;
            }
            break;
        case State::option:
            state_ = State::data;
            on_option(verb_, byte);
            break;
        case State::sub:
            if (byte == iac) {
                state_ = State::sub_command;
            } else if (sub_.size() < sub_max) {
                sub_.push_back(byte);
            }
            break;
        case State::sub_command:
            state_ = State::sub;
            if (byte == iac) {
                sub_.push_back(byte);
            } else if (byte == sub_end) {
                state_ = State::data;
                hand_over();
                on_sub();
            }
            break;
        }
    }
    hand_over();
}

void Rfc2217Server::on_option(std::uint8_t verb, std::uint8_t option) {
    const bool about_us = verb == do_it || verb == dont;
    const bool wanted = (verb == do_it || verb == will) && is_known(option);
    bool& now = about_us ? we_[option] : they_[option];
    if (now == wanted && (verb == dont || verb == wont || wanted)) return; // already so: answering would never end
    now = wanted;
    const std::uint8_t yes = about_us ? will : do_it;
    const std::uint8_t no = about_us ? wont : dont;
    answers_.insert(answers_.end(), {iac, wanted ? yes : no, option});
}

void Rfc2217Server::answer_sub(std::uint8_t command, std::span<const std::uint8_t> value) {
    answers_.insert(answers_.end(), {iac, sub_begin, com_port, static_cast<std::uint8_t>(command + server_offset)});
    for (const std::uint8_t byte : value) {
        answers_.push_back(byte);
        if (byte == iac) answers_.push_back(iac);
    }
    answers_.insert(answers_.end(), {iac, sub_end});
}

void Rfc2217Server::on_control(std::uint8_t value) {
    constexpr std::uint8_t dtr_on = 8, dtr_off = 9, rts_on = 11, rts_off = 12;
    const auto before = lines_;
    if (value == dtr_on || value == dtr_off) lines_.dtr = value == dtr_on;
    if (value == rts_on || value == rts_off) lines_.rts = value == rts_on;
    if (!(before == lines_)) on_lines(lines_);
}

void Rfc2217Server::on_sub() {
    if (sub_.size() < 2 || sub_[0] != com_port) return;
    const std::uint8_t command = sub_[1];
    const auto value = std::span(sub_).subspan(2);
    if (command == set_baud && value.size() == 4) {
        const unsigned asked = static_cast<unsigned>(value[0]) << 24U | static_cast<unsigned>(value[1]) << 16U |
                               static_cast<unsigned>(value[2]) << 8U | value[3];
        if (asked != 0 && asked != baud_) on_baud(baud_ = asked);
        const std::array<std::uint8_t, 4> told{
            static_cast<std::uint8_t>(baud_ >> 24U), static_cast<std::uint8_t>(baud_ >> 16U),
            static_cast<std::uint8_t>(baud_ >> 8U), static_cast<std::uint8_t>(baud_)};
        answer_sub(command, told);
        return;
    }
    if (command == set_control && value.size() == 1) on_control(value[0]);
    answer_sub(command, value);
}

std::vector<std::uint8_t> Rfc2217Server::escaped(std::span<const std::uint8_t> data) {
    std::vector<std::uint8_t> wire;
    wire.reserve(data.size() + 8);
    for (const std::uint8_t byte : data) {
        wire.push_back(byte);
        if (byte == iac) wire.push_back(iac);
    }
    return wire;
}

} // namespace tests::rom
