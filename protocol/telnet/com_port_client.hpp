// SPDX-License-Identifier: Apache-2.0
// The client's half of RFC 2217: a serial port somewhere else, with its rate and its control lines.
#pragma once

#include "protocol/telnet/telnet_reader.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace protocol::telnet {

/// One conversation. Bytes in, bytes out; nothing here waits, and nothing allocates. One thread.
class ComPortClient final : private TelnetSink {
public:
    /// What it calls outward, during its own calls.
    class Dependencies {
    public:
        /// For the server, in order. Valid during the call only.
        virtual void send(std::span<const std::uint8_t> bytes) = 0;
        /// From the board. Valid during the call only.
        virtual void on_bytes(std::span<const std::uint8_t> bytes) = 0;

    protected:
        ~Dependencies() = default;
    };

    enum class Control : std::uint8_t {
        unknown, ///< the server has not said yet whether it moves rate and lines
        granted,
        refused, ///< bytes pass, and that is all
    };

    explicit ComPortClient(Dependencies& out) noexcept;
    ComPortClient(const ComPortClient&) = delete;
    ComPortClient& operator=(const ComPortClient&) = delete;

    /// Says what we offer and what we would like. Once, first.
    void start();

    void receive(std::span<const std::uint8_t> bytes) { reader_.feed(bytes); }

    /// Data for the board.
    void write(std::span<const std::uint8_t> bytes);

    Control control() const noexcept { return control_; }
    /// Takes a silent server for one that refuses.
    void give_up_control() noexcept;
    /// The server's buffer is full: nothing is to be written until this is false again.
    bool suspended() const noexcept { return suspended_; }

    /// In order with what is written; `control()` must be `granted`. `baud` is not 0.
    void set_baud(std::uint32_t baud);
    /// 8 bits, no parity, one stop bit, no flow control.
    void set_frame();
    void set_dtr(bool on);
    void set_rts(bool on);

    /// The rate that the server says it has; nothing until it has answered the newest `set_baud`.
    std::optional<std::uint32_t> acknowledged_baud() const noexcept { return acknowledged_baud_; }

private:
    enum class Use : std::uint8_t { off, asked, on };
    /// One of Telnet's options in one direction.
    struct Option {
        std::uint8_t number = 0;
        bool ours = false; ///< we would use it; otherwise the server
        Use use = Use::off;
    };

    void on_data(std::span<const std::uint8_t> bytes) override { out_.on_bytes(bytes); }
    void on_option(Verb verb, std::uint8_t option) override;
    void on_subnegotiation(std::uint8_t option, std::span<const std::uint8_t> content) override;

    void say(bool yes, bool ours, std::uint8_t option);
    void command(std::uint8_t command, std::span<const std::uint8_t> value);
    void set_control(std::uint8_t value);

    Dependencies& out_;
    TelnetReader reader_;
    std::array<Option, 7> options_; ///< that we want; any other is refused
    Control control_ = Control::unknown;
    bool suspended_ = false;
    std::optional<std::uint32_t> acknowledged_baud_;
};

} // namespace protocol::telnet
