// SPDX-License-Identifier: Apache-2.0
// A client that says exactly the bytes it is given: the tests' own, so that it can be as wrong as a test wants.
#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hub::api::tests {

struct HttpAnswer {
    int status = 0;                             ///< 0: the connection ended without an answer
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;

    nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
};

/// One blocking connection; every wait ends after 10 s.
class TestClient {
public:
    explicit TestClient(std::uint16_t port, int receive_buffer_size = 0);
    explicit TestClient(const std::filesystem::path& socket);
    ~TestClient();
    TestClient(const TestClient&) = delete;
    TestClient& operator=(const TestClient&) = delete;

    bool send(std::string_view bytes);
    /// As a frame of a WebSocket, of less than 64 KiB.
    bool send_frame(std::string_view payload, bool binary);
    HttpAnswer read_answer();
    HttpAnswer ask(std::string_view bytes) {
        send(bytes);
        return read_answer();
    }

    struct Message {
        bool binary = false;
        std::string payload;
    };
    /// The next frame with text or bytes; pings are passed over. Nothing when the connection ended.
    std::optional<Message> read_message();
    /// The payload of the next text frame, as above.
    std::optional<std::string> read_frame();

    /// Whether the other side ends the connection within `wait`; what it still says is thrown away.
    bool ends_within(std::chrono::milliseconds wait);

    /// Whether the other side cuts the connection within `wait`; reads nothing.
    bool cut_within(std::chrono::milliseconds wait);

private:
    bool fill(std::size_t size);

    int socket_ = -1;
    std::string read_;
};

} // namespace hub::api::tests
