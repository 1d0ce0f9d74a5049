// SPDX-License-Identifier: Apache-2.0
// A board's WebSocket, stricter than any board: what its servers do not understand fails the test.
#pragma once

#include "hub/workbench/tests/network_fixture.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hub::workbench {

/// Unmasked, as servers send; up to 125 bytes.
inline std::string server_frame(std::string_view payload, char first = '\x81') {
    EXPECT_LT(payload.size(), 126U);
    return std::string(1, first) + static_cast<char>(payload.size()) + std::string(payload);
}

class StrictWebSocketTest : public NetworkPortTest {
protected:
    /// The request, once it is whole.
    std::string request() {
        EXPECT_TRUE(run_until(io_, [&] { return peer_.heard().find("\r\n\r\n") != std::string::npos; }));
        return peer_.take(peer_.heard().find("\r\n\r\n") + 4);
    }
    static std::string header(const std::string& request, const std::string& name) {
        const auto begin = request.find("\r\n" + name + ": ");
        if (begin == std::string::npos) return "(none)";
        const auto value = begin + name.size() + 4;
        return request.substr(value, request.find("\r\n", value) - value);
    }
    /// The answer that makes the connection a WebSocket.
    static std::string agreement(const std::string& request) {
        const std::string text = header(request, "Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
        SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
        std::array<unsigned char, 32> accept{};
        EVP_EncodeBlock(accept.data(), digest.data(), SHA_DIGEST_LENGTH);
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
               "Upgrade\r\nSec-WebSocket-Accept: " +
               std::string(reinterpret_cast<const char*>(accept.data())) + "\r\n\r\n";
    }
    void agree() {
        const std::string asked = request();
        EXPECT_TRUE(asked.starts_with("GET " + target_ + " HTTP/1.1\r\n")) << asked;
        EXPECT_EQ(header(asked, "Upgrade"), "websocket");
        EXPECT_EQ(header(asked, "Connection"), "Upgrade");
        EXPECT_EQ(header(asked, "Sec-WebSocket-Version"), "13");
        EXPECT_EQ(header(asked, "Sec-WebSocket-Key").size(), 24U);
        EXPECT_EQ(header(asked, "Host"), "127.0.0.1:" + std::to_string(peer_.port()));
        peer_.send(agreement(asked));
    }
    /// The next frame's payload: last, masked, with a length of 16 bits at most, and of this kind.
    std::string frame(char first = '\x81') {
        const auto has = [&](std::size_t size) { return run_until(io_, [&] { return peer_.heard().size() >= size; }); };
        if (!has(2)) return "(no frame)";
        const std::string head = peer_.take(2);
        EXPECT_EQ(head[0], first) << "not whole, or of another kind";
        EXPECT_NE(head[1] & 0x80, 0) << "not masked";
        std::size_t size = head[1] & 0x7F;
        EXPECT_NE(size, 127U) << "a length of 64 bits";
        if (size == 126 && has(2)) {
            const std::string length = peer_.take(2);
            size = static_cast<unsigned char>(length[0]) * 256U + static_cast<unsigned char>(length[1]);
        }
        if (!has(4 + size)) return "(half a frame)";
        const std::string mask = peer_.take(4);
        std::string payload = peer_.take(size);
        for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
        return payload;
    }

    std::string target_ = "/";
};

} // namespace hub::workbench
