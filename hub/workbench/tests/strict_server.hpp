// SPDX-License-Identifier: Apache-2.0
// A control socket that is stricter than any board.
#pragma once

#include "hub/workbench/control_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <filesystem>
#include <functional>
#include <list>
#include <string>
#include <utility>
#include <vector>

namespace hub::workbench {

/// Answers each line by a script, and fails the test for a line that breaks the rules of the control socket.
class StrictServer {
public:
    /// The bytes to answer; empty for none.
    using Script = std::function<std::string(const nlohmann::json&)>;

    StrictServer(boost::asio::io_context& io, const std::filesystem::path& path, Script script)
        : acceptor_(io, boost::asio::local::stream_protocol::endpoint(path.string())),
          script_(std::move(script)) {
        accept();
    }
    std::size_t connections() const { return clients_.size(); }
    const std::vector<std::string>& lines() const { return lines_; }

private:
    struct Client {
        explicit Client(boost::asio::local::stream_protocol::socket from) : socket(std::move(from)) {}
        boost::asio::local::stream_protocol::socket socket;
        std::array<char, 300> chunk{};
        std::string input;
    };

    void accept() {
        acceptor_.async_accept(
            [this](boost::system::error_code error, boost::asio::local::stream_protocol::socket socket) {
                if (error) return;
                read(clients_.emplace_back(std::move(socket)));
                accept();
            });
    }
    void read(Client& client) {
        client.socket.async_read_some(
            boost::asio::buffer(client.chunk), [&](boost::system::error_code error, std::size_t size) {
                if (error) return;
                client.input.append(client.chunk.data(), size);
                EXPECT_LE(client.input.size(), control_line_max) << "more than one line, or too long a one";
                if (client.input.ends_with('\n')) answer(client);
                read(client);
            });
    }
    void answer(Client& client) {
        const std::string line = std::exchange(client.input, {});
        lines_.push_back(line);
        const nlohmann::json request = nlohmann::json::parse(line, nullptr, false);
        ASSERT_TRUE(request.is_array() && !request.empty() && request.front().is_string()) << line;
        const std::string bytes = script_(request);
        boost::asio::write(client.socket, boost::asio::buffer(bytes));
    }

    boost::asio::local::stream_protocol::acceptor acceptor_;
    Script script_;
    std::list<Client> clients_;
    std::vector<std::string> lines_;
};

} // namespace hub::workbench
