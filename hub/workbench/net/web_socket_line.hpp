// SPDX-License-Identifier: Apache-2.0
// Prompts behind a WebSocket: MicroPython's WebREPL, and the terminal of CircuitPython's web workflow.
#pragma once

#include "hub/workbench/net/network_line.hpp"
#include "hub/workbench/net/webrepl_login.hpp"
#include "protocol/websocket/frame_reader.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace hub::workbench {

/// Bytes as text frames: the boards' servers know no others, so that no program ever finds out that there are any. Not
/// a ping goes to the board, as WebREPL does not know what that is.
class WebSocketLine : public NetworkLine, private protocol::websocket::FrameSink {
public:
    WebSocketLine(boost::asio::io_context& io, PortAddress address, Port::Listener& listener);

protected:
    virtual std::string target() const = 0;
    /// Each with its line's end.
    virtual std::string more_headers() const { return {}; }
    /// The server has agreed to be a WebSocket.
    virtual void on_upgraded() = 0;
    virtual void on_text(std::span<const std::uint8_t> bytes) = 0;
    /// What it means that the server answers with another `status`; `location` is where it would send us.
    virtual std::string meaning_of(unsigned status, const std::string& location) const;

    bool upgraded() const noexcept { return upgraded_; }
    /// One frame; at most `written_size_max` bytes.
    void send_text(std::string_view bytes);

private:
    void on_connected() override;
    void on_received(std::span<const std::uint8_t> bytes) override;
    void on_data(protocol::websocket::Opcode kind, std::span<const std::uint8_t> bytes) override;
    void on_control(protocol::websocket::Opcode kind, std::span<const std::uint8_t> bytes) override;

    std::size_t read_answer(std::span<const std::uint8_t> bytes);
    void send_frame(protocol::websocket::Opcode kind, std::string bytes);

    boost::beast::http::response_parser<boost::beast::http::empty_body> answer_;
    std::string answer_text_; ///< as much of it as was not understood yet
    std::string key_;
    bool upgraded_ = false;
    protocol::websocket::FrameReader frames_;
};

/// Ready once the board has taken the password.
class WebReplLine final : public WebSocketLine {
public:
    using WebSocketLine::WebSocketLine;

private:
    std::string target() const override { return "/"; }
    void on_upgraded() override {}
    void on_text(std::span<const std::uint8_t> bytes) override;
    void encode(std::string_view bytes) override;
    void on_closed() override;
    void on_late() override;

    WebReplLogin login_;
};

/// Ready once the board has let us in. The board takes 16 bytes at a time from its network, and a Ctrl-C is heard only
/// when it is read: so no more than that go at once.
class WebTerminalLine final : public WebSocketLine {
public:
    WebTerminalLine(boost::asio::io_context& io, PortAddress address, Port::Listener& listener)
        : WebSocketLine(io, std::move(address), listener),
          pause_(io) {}

private:
    std::string target() const override { return "/cp/serial/"; }
    std::string more_headers() const override;
    void on_upgraded() override { become_ready(); }
    void on_text(std::span<const std::uint8_t> bytes) override { deliver(bytes); }
    void encode(std::string_view bytes) override;
    std::string meaning_of(unsigned status, const std::string& location) const override;
    std::size_t queued() const noexcept override { return paced_.size(); }

    void send_next();

    boost::asio::steady_timer pause_;
    std::string paced_; ///< what has not been sent
    bool pausing_ = false;
};

/// `Authorization` with no user's name, as CircuitPython's web workflow has it; without a line's end.
std::string basic_authorization(std::string_view password);

} // namespace hub::workbench
