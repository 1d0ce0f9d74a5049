// SPDX-License-Identifier: Apache-2.0
#include "protocol/telnet/com_port_client.hpp"

#include <algorithm>
#include <utility>

namespace protocol::telnet {
namespace {

// Telnet's options.
constexpr std::uint8_t binary = 0;
constexpr std::uint8_t echo = 1;
constexpr std::uint8_t suppress_go_ahead = 3;
constexpr std::uint8_t com_port = 44;

// RFC 2217's commands; the server's answer to one is 100 more.
constexpr std::uint8_t set_baudrate = 1;
constexpr std::uint8_t set_datasize = 2;
constexpr std::uint8_t set_parity = 3;
constexpr std::uint8_t set_stopsize = 4;
constexpr std::uint8_t set_control_of_port = 5;
constexpr std::uint8_t of_server = 100;
constexpr std::uint8_t flowcontrol_suspend = of_server + 8;
constexpr std::uint8_t flowcontrol_resume = of_server + 9;

// What "set control" can say.
constexpr std::uint8_t no_flow_control = 1;
constexpr std::uint8_t dtr_on = 8;
constexpr std::uint8_t dtr_off = 9;
constexpr std::uint8_t rts_on = 11;
constexpr std::uint8_t rts_off = 12;

constexpr std::size_t value_max = 4;

} // namespace

ComPortClient::ComPortClient(Dependencies& out) noexcept
    : out_(out),
      reader_(*this),
      // Echo is the server's alone: said no to, it might ask us to echo what the board echoes already. That it offers
      // the port itself, as some servers do, comes to the same as letting us ask for it.
      options_{{{binary, true},
                {binary, false},
                {suppress_go_ahead, true},
                {suppress_go_ahead, false},
                {com_port, true},
                {com_port, false},
                {echo, false}}} {}

void ComPortClient::start() {
    for (Option& option : options_) {
        if (!option.ours && option.number != binary && option.number != suppress_go_ahead) continue;
        option.use = Use::asked;
        say(true, option.ours, option.number);
    }
}

void ComPortClient::write(std::span<const std::uint8_t> bytes) {
    escape(bytes, [this](std::span<const std::uint8_t> piece) { out_.send(piece); });
}

void ComPortClient::give_up_control() noexcept {
    if (control_ == Control::unknown) control_ = Control::refused;
}

void ComPortClient::set_baud(std::uint32_t baud) {
    acknowledged_baud_.reset();
    const std::array<std::uint8_t, value_max> value{
        static_cast<std::uint8_t>(baud >> 24U), static_cast<std::uint8_t>(baud >> 16U),
        static_cast<std::uint8_t>(baud >> 8U), static_cast<std::uint8_t>(baud)};
    command(set_baudrate, value);
}

void ComPortClient::set_frame() {
    constexpr std::array settings{std::pair(set_datasize, std::uint8_t{8}), std::pair(set_parity, std::uint8_t{1}),
                                  std::pair(set_stopsize, std::uint8_t{1})};
    for (const auto& [number, value] : settings) command(number, {&value, 1});
    set_control(no_flow_control);
}

void ComPortClient::set_dtr(bool on) { set_control(on ? dtr_on : dtr_off); }

void ComPortClient::set_rts(bool on) { set_control(on ? rts_on : rts_off); }

void ComPortClient::set_control(std::uint8_t value) { command(set_control_of_port, {&value, 1}); }

// Only a change is answered, so that two sides can't go on confirming each other for ever (RFC 854).
void ComPortClient::on_option(Verb verb, std::uint8_t number) {
    const bool yes = verb == Verb::will || verb == Verb::please;
    const bool ours = verb == Verb::please || verb == Verb::please_not;
    const auto option = std::find_if(options_.begin(), options_.end(),
                                     [&](const Option& one) { return one.number == number && one.ours == ours; });
    if (option == options_.end()) {
        if (yes) say(false, ours, number);
        return;
    }
    const Use before = std::exchange(option->use, yes ? Use::on : Use::off);
    if (before == (yes ? Use::off : Use::on)) say(yes, ours, number);
    if (number == com_port && yes) control_ = Control::granted;
    if (number == com_port && !yes && ours) control_ = Control::refused;
}

void ComPortClient::on_subnegotiation(std::uint8_t option, std::span<const std::uint8_t> content) {
    if (option != com_port || content.empty()) return;
    const std::uint8_t number = content.front();
    if (number == flowcontrol_suspend) suspended_ = true;
    if (number == flowcontrol_resume) suspended_ = false;
    if (number != of_server + set_baudrate || content.size() != 1 + value_max) return;
    std::uint32_t baud = 0;
    for (const std::uint8_t byte : content.subspan(1)) baud = (baud << 8U) | byte;
    acknowledged_baud_ = baud;
}

void ComPortClient::say(bool yes, bool ours, std::uint8_t option) {
    const Verb verb = ours ? (yes ? Verb::will : Verb::wont) : (yes ? Verb::please : Verb::please_not);
    const std::array<std::uint8_t, 3> bytes{iac, static_cast<std::uint8_t>(verb), option};
    out_.send(bytes);
}

void ComPortClient::command(std::uint8_t number, std::span<const std::uint8_t> value) {
    const std::array<std::uint8_t, 4> head{iac, subnegotiation_begin, com_port, number};
    const std::array<std::uint8_t, 2> tail{iac, subnegotiation_end};
    out_.send(head);
    escape(value, [this](std::span<const std::uint8_t> piece) { out_.send(piece); });
    out_.send(tail);
}

} // namespace protocol::telnet
