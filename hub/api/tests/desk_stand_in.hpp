// SPDX-License-Identifier: Apache-2.0
// A desk whose programs are played: they say and end what the test wants.
#pragma once

#include "hub/jobs/desk.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <fstream>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hub::api::tests {

struct PlayedTool {
    std::vector<std::string> arguments;
    jobs::Tool::Listener* listener = nullptr;
    int interrupted = 0;
    bool is_gone = false;
};

/// Core's thread only, as the desk.
class DeskStandIn {
public:
    DeskStandIn(boost::asio::io_context& io, boost::asio::thread_pool& pool, const std::filesystem::path& folder)
        : desk_(io, pool, config(folder)) {}

    jobs::Desk& desk() { return desk_; }

private:
    using Tools = std::list<PlayedTool>;
    std::shared_ptr<Tools> played_ = std::make_shared<Tools>(); ///< a job may outlive the desk by a handler

public:
    Tools& tools = *played_;
    std::optional<base::Error> refusal; ///< of programs that are to be started

private:
    struct Running final : jobs::Tool {
        explicit Running(std::shared_ptr<Tools> all) : keeper(std::move(all)), tool(keeper->back()) {}
        ~Running() override { tool.is_gone = true; }
        void interrupt() override { ++tool.interrupted; }
        void kill() override {}
        std::shared_ptr<Tools> keeper;
        PlayedTool& tool;
    };

    jobs::DeskConfig config(const std::filesystem::path& folder) {
        const auto start = [this](std::vector<std::string> arguments,
                                  jobs::Tool::Listener& listener) -> base::Result<std::unique_ptr<jobs::Tool>> {
            tools.push_back({std::move(arguments), &listener});
            if (refusal) return tl::unexpected(*refusal);
            return std::make_unique<Running>(played_);
        };
        const auto sessions = [] {
            core::SessionInfo session;
            session.id = session.uid = "abcd1234";
            session.board = "Front door";
            session.port = "/dev/ttyUSB0";
            return std::vector{session};
        };
        const auto examine = [](const std::filesystem::path& file) -> base::Result<jobs::FirmwareFacts> {
            std::ifstream in(file);
            if (in.get() != 'f') return base::fail(base::ErrorCode::malformed, "It is no firmware");
            return jobs::FirmwareFacts{"firmware for a test", "esp32"};
        };
        const auto write = [](const std::filesystem::path&, std::string_view) { return base::Result<>(); };
        return {folder, folder / "apps", start, sessions, examine, write};
    }

    jobs::Desk desk_;
};

} // namespace hub::api::tests
