// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/net/web_socket_line.hpp"

#include "hub/workbench/repl/base64.hpp"

#include <boost/asio/buffer.hpp>
#include <openssl/sha.h>
#include <sodium/randombytes.h>

#include <algorithm>
#include <array>

namespace hub::workbench {
namespace {

namespace http = boost::beast::http;
using protocol::websocket::Mask;
using protocol::websocket::Opcode;

constexpr std::size_t answer_size_max = 4096;

std::string new_key() {
    std::string bytes(16, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    return base64_of(bytes);
}

// What a server that knows the protocol makes of the key (RFC 6455, 4.2.2).
std::string accepted(const std::string& key) {
    const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::string digest(SHA_DIGEST_LENGTH, '\0');
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
    return base64_of(digest);
}

std::string_view text_of(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

WebSocketLine::WebSocketLine(boost::asio::io_context& io, PortAddress address, Port::Listener& listener)
    : NetworkLine(io, std::move(address), listener),
      key_(new_key()),
      frames_(*this) {
    answer_.header_limit(answer_size_max);
    answer_.skip(true); // whatever follows is no body of ours
}

void WebSocketLine::on_connected() {
    send("GET " + target() + " HTTP/1.1\r\nHost: " + address().authority() +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key_ +
         "\r\n" + more_headers() + "\r\n");
}

void WebSocketLine::on_received(std::span<const std::uint8_t> bytes) {
    if (!upgraded_) bytes = bytes.subspan(read_answer(bytes));
    if (!upgraded_ || closed() || bytes.empty()) return;
    if (!frames_.feed(bytes)) hang_up(address().text() + " sends what is no WebSocket's");
}

// How many of `bytes` belong to the answer.
std::size_t WebSocketLine::read_answer(std::span<const std::uint8_t> bytes) {
    const std::size_t before = answer_text_.size();
    answer_text_ += text_of(bytes);
    boost::system::error_code error;
    const std::size_t understood = answer_.put(boost::asio::buffer(answer_text_), error);
    if (error && error != http::error::need_more) {
        hang_up(address().text() + " does not speak HTTP: " + error.message());
        return bytes.size();
    }
    answer_text_.erase(0, understood);
    if (!answer_.is_header_done()) {
        if (answer_text_.size() > answer_size_max) hang_up(address().text() + " does not come to an end");
        return bytes.size();
    }
    const auto& head = answer_.get();
    if (head.result() != http::status::switching_protocols) {
        hang_up(meaning_of(head.result_int(), std::string(head[http::field::location])));
        return bytes.size();
    }
    if (head[http::field::sec_websocket_accept] != accepted(key_)) {
        hang_up(address().text() + " speaks HTTP, and no WebSocket");
        return bytes.size();
    }
    upgraded_ = true;
    on_upgraded();
    return understood - before;
}

std::string WebSocketLine::meaning_of(unsigned status, const std::string&) const {
    return address().text() + " answers with HTTP " + std::to_string(status) + ": is it a board's prompt?";
}

void WebSocketLine::on_data(Opcode kind, std::span<const std::uint8_t> bytes) {
    // Binary ones answer file operations of WebREPL, and nobody here asks for any.
    if (kind == Opcode::text) on_text(bytes);
}

void WebSocketLine::on_control(Opcode kind, std::span<const std::uint8_t> bytes) {
    if (kind == Opcode::ping) send_frame(Opcode::pong, std::string(text_of(bytes)));
    if (kind == Opcode::close && !closed()) on_closed();
}

void WebSocketLine::send_text(std::string_view bytes) { send_frame(Opcode::text, std::string(bytes)); }

void WebSocketLine::send_frame(Opcode kind, std::string bytes) {
    Mask mask{};
    randombytes_buf(mask.data(), mask.size());
    std::array<std::uint8_t, protocol::websocket::head_size_max> head{};
    const std::size_t size = protocol::websocket::write_head(head, kind, bytes.size(), mask);
    protocol::websocket::apply_mask(mask, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    send(std::string(text_of(std::span(head).first(size))) + bytes);
}

// --- WebREPL

void WebReplLine::on_text(std::span<const std::uint8_t> bytes) {
    using Step = WebReplLogin::Step;
    while (!ready() && !bytes.empty()) {
        bytes = bytes.subspan(login_.read(text_of(bytes)));
        switch (login_.step()) {
        case Step::password_wanted:
            send_text(address().password + "\r");
            login_.password_sent();
            break;
        case Step::let_in: become_ready(); break;
        case Step::denied: return hang_up(address().text() + " refuses the password");
        case Step::other: return hang_up(address().text() + " is a WebSocket, and no WebREPL");
        case Step::asked_for_nothing:
        case Step::judging: break;
        }
    }
    deliver(bytes);
}

void WebReplLine::encode(std::string_view bytes) {
    constexpr std::size_t frame_max = 1024;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(frame_max, bytes.size()))) {
        send_text(bytes.substr(0, frame_max));
    }
}

void WebReplLine::on_closed() {
    if (ready()) return WebSocketLine::on_closed();
    hang_up(address().text() + " closed at once: another WebREPL client is connected; it allows one. (A dead one, too, "
                               "until the board is reset.)");
}

void WebReplLine::on_late() {
    if (!upgraded()) return WebSocketLine::on_late();
    hang_up(address().text() + " does not ask for a password, or does not judge it, in time");
}

// --- CircuitPython's terminal

std::string basic_authorization(std::string_view password) {
    return "Authorization: Basic " + base64_of(":" + std::string(password));
}

std::string WebTerminalLine::more_headers() const { return basic_authorization(address().password) + "\r\n"; }

void WebTerminalLine::encode(std::string_view bytes) {
    paced_ += bytes;
    if (!pausing_) send_next();
}

void WebTerminalLine::send_next() {
    constexpr std::size_t ring = 16;
    constexpr std::chrono::milliseconds pause{2};
    pausing_ = !paced_.empty();
    if (!pausing_) return;
    send_text(std::string_view(paced_).substr(0, ring));
    paced_.erase(0, ring);
    pause_.expires_after(pause);
    pause_.async_wait([self = shared_from_this(), this](boost::system::error_code error) {
        if (!error && !closed()) send_next();
    });
}

std::string WebTerminalLine::meaning_of(unsigned status, const std::string& location) const {
    constexpr unsigned temporary_redirect = 307;
    constexpr unsigned unauthorized = 401;
    constexpr unsigned forbidden = 403;
    switch (status) {
    case temporary_redirect: return address().text() + " sends us on to the board's own name: use " + location;
    case unauthorized: return address().text() + " refuses the password";
    case forbidden: return address().text() + " has no password set: CIRCUITPY_WEB_API_PASSWORD in its settings.toml";
    default: return WebSocketLine::meaning_of(status, location);
    }
}

} // namespace hub::workbench
