// SPDX-License-Identifier: Apache-2.0
// The server's side of RFC 2217, as far as flashing tools use it: a rate, two lines and bytes over Telnet.
#pragma once

#include "hub/workbench/port.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace tests::rom {

/// Bytes in, bytes out; no I/O of its own.
class Rfc2217Server {
public:
    std::function<void(unsigned)> on_baud;
    std::function<void(hub::workbench::ControlLines)> on_lines;

    /// What a client sent. Returns the data in it; what is to be answered waits in `take_answers`. Rates and lines are
    /// told in the order in which they stand in the stream: data before them goes to `on_data` first.
    void feed(std::span<const std::uint8_t> bytes, const std::function<void(std::span<const std::uint8_t>)>& on_data);
    std::vector<std::uint8_t> take_answers() { return std::exchange(answers_, {}); }
    /// Data as it goes to the client.
    static std::vector<std::uint8_t> escaped(std::span<const std::uint8_t> data);

private:
    enum class State : std::uint8_t { data, command, option, sub, sub_command };

    void on_option(std::uint8_t verb, std::uint8_t option);
    void on_sub();
    void on_control(std::uint8_t value);
    void answer_sub(std::uint8_t command, std::span<const std::uint8_t> value);

    State state_ = State::data;
    std::uint8_t verb_ = 0;
    std::vector<std::uint8_t> sub_;
    std::vector<std::uint8_t> answers_;
    hub::workbench::ControlLines lines_;
    unsigned baud_ = 115200;
    bool we_[256] = {};
    bool they_[256] = {};
};

} // namespace tests::rom
