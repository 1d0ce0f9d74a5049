// SPDX-License-Identifier: Apache-2.0
// The other end of a connection, played by a test.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace hub::workbench {

/// Listens on a port of loopback that is free. One client at a time; the newest is spoken to.
class TcpPeer {
public:
    explicit TcpPeer(boost::asio::io_context& io)
        : acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}),
          socket_(io) {
        accept();
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    int connections() const { return connections_; }
    bool connected() const { return connections_ > 0; }
    /// What has come and was not taken yet.
    const std::string& heard() const { return heard_; }
    std::string take(std::size_t size = std::string::npos) {
        std::string taken = heard_.substr(0, size);
        heard_.erase(0, taken.size());
        return taken;
    }
    /// The client's end of the stream has come.
    bool left() const { return left_; }

    void send(std::string_view bytes) {
        boost::system::error_code ignored;
        boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
    }
    void close() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }
    /// New clients wait for ever.
    void stop_accepting() { acceptor_.cancel(); }

private:
    void accept() {
        acceptor_.async_accept([this](boost::system::error_code error, boost::asio::ip::tcp::socket socket) {
            if (error) return;
            socket_ = std::move(socket);
            ++connections_;
            left_ = false;
            read();
            accept();
        });
    }
    void read() {
        socket_.async_read_some(boost::asio::buffer(chunk_), [this](boost::system::error_code error, std::size_t size) {
            left_ = left_ || error == boost::asio::error::eof;
            if (error) return;
            heard_.append(chunk_.data(), size);
            read();
        });
    }

    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ip::tcp::socket socket_;
    std::array<char, 700> chunk_{};
    std::string heard_;
    int connections_ = 0;
    bool left_ = false;
};

} // namespace hub::workbench
