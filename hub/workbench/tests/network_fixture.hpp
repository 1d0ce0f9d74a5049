// SPDX-License-Identifier: Apache-2.0
// A network port, what it said to its listener, and the other end of its connection.
#pragma once

#include "hub/workbench/net/network_port.hpp"
#include "hub/workbench/tests/support.hpp"
#include "hub/workbench/tests/tcp_peer.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace hub::workbench {

class NetworkPortTest : public testing::Test, public Port::Listener {
protected:
    void open(const std::string& address) {
        const auto parsed = parse_port_address(address);
        ASSERT_TRUE(parsed) << parsed.error().message.view();
        auto opened = NetworkPort::open(io_, *parsed, *this);
        ASSERT_TRUE(opened) << opened.error().message.view();
        port_ = std::move(*opened);
    }
    /// At the peer.
    std::string address(const std::string& before_host) const {
        return before_host + "127.0.0.1:" + std::to_string(peer_.port());
    }
    [[nodiscard]] bool until_ready() {
        return run_until(io_, [&] { return !port_ || (port_->ready() && peer_.connected()); }) && port_;
    }
    /// The peer hears just these bytes.
    [[nodiscard]] testing::AssertionResult hears(std::string_view bytes) {
        if (!run_until(io_, [&] { return peer_.heard().size() >= bytes.size(); })) {
            return testing::AssertionFailure() << "it heard only " << testing::PrintToString(peer_.heard());
        }
        const std::string heard = peer_.take();
        if (heard == bytes) return testing::AssertionSuccess();
        return testing::AssertionFailure() << "it heard " << testing::PrintToString(heard);
    }
    [[nodiscard]] bool until_hang_up() {
        return run_until(io_, [&] { return hang_ups_ > 0; });
    }

    void on_bytes(std::span<const std::uint8_t> bytes) override {
        heard_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        if (close_when_heard_) port_.reset();
    }
    void on_hang_up(std::string_view reason) override {
        ++hang_ups_;
        reason_ = reason;
        port_.reset();
    }

    static std::string all_bytes() {
        std::string all;
        for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
        return all;
    }

    boost::asio::io_context io_;
    TcpPeer peer_{io_};
    std::unique_ptr<NetworkPort> port_;
    std::string heard_;
    std::string reason_;
    int hang_ups_ = 0;
    bool close_when_heard_ = false;
};

} // namespace hub::workbench
