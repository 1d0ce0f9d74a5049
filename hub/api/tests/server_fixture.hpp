// SPDX-License-Identifier: Apache-2.0
// The whole API over real sockets on loopback, with the hub and the timeline played by the test.
#pragma once

#include "hub/api/api.hpp"
#include "hub/api/tests/desk_stand_in.hpp"
#include "hub/api/tests/test_client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <future>
#include <map>
#include <mutex>
#include <thread>

namespace hub::api::tests {

using core::Json;
using namespace std::chrono_literals;

inline constexpr std::string_view page = "<!doctype html><title>page</title>";
inline constexpr std::string_view packed = "not really gzip";
inline const std::array assets{
    Asset{"/", "text/html; charset=utf-8", "abc", false, page, packed},
    Asset{"/assets/index-12345678.js", "text/javascript; charset=utf-8", "def", true, page, {}},
};

/// Keeps secrets as the real one, but in memory.
class FakeSecrets final : public core::SecretKeeper {
public:
    base::Result<std::vector<core::SecretFacts>> list() const override {
        if (refusal) return tl::unexpected(*refusal);
        std::vector<core::SecretFacts> all;
        for (const auto& [key, value] : kept) all.push_back({key.first, key.second, 1500});
        return all;
    }
    base::Result<core::SecretFacts> keep(const std::string& name, const std::string& board,
                                         const std::string& value) override {
        if (refusal) return tl::unexpected(*refusal);
        kept[{name, board}] = value;
        return core::SecretFacts{name, board, 1500};
    }
    base::Result<> remove(const std::string& name, const std::string& board) override {
        if (kept.erase({name, board}) == 0) return base::fail(base::ErrorCode::not_found, "No " + name + " is kept");
        return {};
    }
    std::map<std::pair<std::string, std::string>, std::string> kept; ///< values by name and board
    std::optional<base::Error> refusal;
};

class FakeHub final : public Api::Dependencies {
public:
    const std::vector<core::Board>& boards() const override { return list; }
    base::Result<std::string> command(const core::CommandRequest& request) override {
        last = request;
        if (refusal) return tl::unexpected(*refusal);
        if (on_command) on_command(request);
        return request.cmd_id.empty() ? "made_up" : request.cmd_id;
    }
    void control(const std::string&, const Json& request, ControlReply reply) override {
        if (request[0] == "read") return reply(Json{"ok", 1});
        reply(Json{"error", "not_found", "No button has that name", "Try call"});
    }
    const core::Face* face(const std::string& uid) const override {
        return uid == "abcd1234" && screen.complete() ? &screen : nullptr;
    }
    std::string mqtt_status() const override { return mqtt; }
    std::string console_history(const std::string&) const override { return history; }
    std::vector<core::SessionInfo> sessions() const override { return session_list; }
    base::Result<std::unique_ptr<core::Attachment>> attach(std::string_view session, const core::AttachRequest& request,
                                                           core::Viewer& viewer) override {
        if (session != "abcd1234") return base::fail(base::ErrorCode::not_found, "there is no such session");
        if (attach_refusal) return tl::unexpected(*attach_refusal);
        asked.push_back(request);
        viewers.push_back(&viewer);
        return std::make_unique<Seat>(*this, viewer);
    }
    base::Result<> end_session(std::string_view session) override {
        if (session != "abcd1234") return base::fail(base::ErrorCode::not_found, "there is no such session");
        ++ended;
        return {};
    }

    jobs::Desk& desk() override { return stand_in->desk(); }
    core::HomeReport home_report() const override { return report; }
    std::size_t forget_orphans(const std::vector<std::string>& topics) override {
        forgotten = topics;
        return topics.size();
    }
    core::SecretKeeper& secrets() override { return secret_keeper; }

    struct Seat final : core::Attachment {
        Seat(FakeHub& fake, core::Viewer& seated) : hub(fake), viewer(seated) {}
        ~Seat() override { std::erase(hub.viewers, &viewer); }
        bool type(std::string_view bytes) override {
            if (hub.board_is_full) return false;
            hub.typed += bytes;
            return true;
        }
        base::Result<> set_baud(unsigned baud) override {
            hub.typed += "<" + std::to_string(baud) + ">";
            return {};
        }
        base::Result<> set_lines(bool dtr, bool rts) override {
            if (dtr && rts) return base::fail(base::ErrorCode::unsupported, "this port has no lines");
            hub.typed += rts ? "<rts>" : "<none>";
            return {};
        }
        FakeHub& hub;
        core::Viewer& viewer;
    };

    FakeSecrets secret_keeper; ///< on the pool while a request runs
    DeskStandIn* stand_in = nullptr;
    core::HomeReport report;
    std::vector<std::string> forgotten;
    std::vector<core::SessionInfo> session_list;
    std::vector<core::AttachRequest> asked;
    std::vector<core::Viewer*> viewers; ///< those who are attached now
    std::optional<base::Error> attach_refusal;
    std::string typed;
    bool board_is_full = false;
    int ended = 0;
    std::vector<core::Board> list;
    core::Face screen;
    std::string mqtt = "off";
    std::string history;
    core::CommandRequest last;
    std::optional<base::Error> refusal;
    std::function<void(const core::CommandRequest&)> on_command;
};

class FakeStore final : public timeline::Store {
public:
    void on_change(const core::Change&) override {}
    void flush() override {}
    timeline::Health health() const override { return {1, 2, 3, problem}; }
    base::Result<std::vector<timeline::Point>> samples(const std::string&, const std::string& id, timeline::Span,
                                                       std::size_t) const override {
        if (id == "broken") return base::fail(base::ErrorCode::io, "The disk said no");
        return std::vector<timeline::Point>{{core::Time(1500us), 1, 2, 3}};
    }
    base::Result<std::vector<timeline::Entry>> entries(const std::string& uid, const std::string& what,
                                                       std::size_t limit,
                                                       std::optional<std::int64_t> before) const override {
        const Json asked = {uid, what, limit, before.value_or(-1)};
        return std::vector<timeline::Entry>{{7, core::Time(2000us), "aaaa", "event", "bell", "ring", asked}};
    }
    std::string problem;
};

/// The Api on a thread of its own; `on_core` runs something there and waits for it.
struct ServerTest : testing::Test {
    FakeHub hub;
    FakeStore store;
    std::string token = make_token();
    std::string viewer_token = make_token();
    std::filesystem::path folder;
    Limits limits;
    std::optional<Ingress> ingress;
    boost::asio::io_context io;
    boost::asio::thread_pool pool{1};
    std::optional<DeskStandIn> desk;
    std::optional<Api> api;
    std::thread core;

    ServerTest() {
        std::string name = (std::filesystem::temp_directory_path() / "ouro-api-XXXXXX").string();
        folder = ::mkdtemp(name.data());
        hub.stand_in = &desk.emplace(io, pool, folder);
        desk->desk().set_listener([this](const jobs::Job& job) { api->on_job(job); });
        core::Board board;
        board.uid = "abcd1234";
        board.name = "Front door";
        board.is_virtual = true;
        board.online = true;
        board.entities.push_back({"temp", core::Kind::sensor, "Temperature", {{"unit_of_measurement", "°C"}}});
        hub.list.push_back(board);
        limits.header_timeout = 300ms;
        limits.idle_timeout = 600ms;
    }
    ~ServerTest() override {
        if (core.joinable()) {
            on_core([this] {
                api->stop();
                desk.reset(); // what its jobs wait for would keep the core running
            });
            work->reset();
            core.join();
        }
        pool.join();
        desk.reset();
        api.reset();
        std::filesystem::remove_all(folder);
    }

    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work;

    void start() {
        Options options;
        options.port = 0;
        options.socket = folder / "ouro.sock";
        options.tokens = {{Role::admin, token}, {Role::viewer, viewer_token}};
        options.assets = assets;
        options.limits = limits;
        options.ingress = ingress;
        api.emplace(io, pool, hub, store, options);
        ASSERT_TRUE(api->start());
        work.emplace(io.get_executor());
        core = std::thread([this] { io.run(); });
    }

    void on_core(const std::function<void()>& work_to_do) {
        std::promise<void> done;
        boost::asio::post(io, [&] {
            work_to_do();
            done.set_value();
        });
        done.get_future().wait();
    }

    std::string request(std::string_view method, std::string_view target, std::string_view body = "",
                        std::string_view more = "") {
        std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
                           "Authorization: Bearer " + token + "\r\n" + std::string(more);
        if (method != "GET") {
            text += "X-Ouro: 1\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                    "\r\n";
        }
        return text + "\r\n" + std::string(body);
    }
    HttpAnswer get(std::string_view target, std::string_view more = "") {
        return TestClient(api->port()).ask(request("GET", target, "", more));
    }
    HttpAnswer post(std::string_view target, std::string_view body) {
        return TestClient(api->port()).ask(request("POST", target, body));
    }
    HttpAnswer raw(std::string_view bytes) { return TestClient(api->port()).ask(bytes); }

    static std::string upgrade(std::string_view more, std::string_view target = "/api/ws") {
        return "GET " + std::string(target) +
               " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
               std::string(more) + "\r\n";
    }
    std::string bearer() const { return "Authorization: Bearer " + token + "\r\n"; }
};

/// Signs in as the page does.
inline HttpAnswer login(std::uint16_t port, const std::string& token) {
    const std::string body = Json({{"token", token}}).dump();
    return TestClient(port).ask(
        "POST /api/login HTTP/1.1\r\nHost: localhost\r\nX-Ouro: 1\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
}

} // namespace hub::api::tests
