// SPDX-License-Identifier: Apache-2.0
// The WebSocket: what clients hear, and what becomes of slow ones; the end of it all.
#include "hub/api/tests/server_fixture.hpp"

namespace hub::api::tests {
namespace {

TEST_F(ServerTest, a_web_socket_begins_with_all_boards_and_jobs_and_what_consoles_said) {
    hub.history = "MicroPython\n";
    start();
    TestClient client(api->port());
    ASSERT_EQ(client.ask(upgrade(bearer())).status, 101);
    Json messages = Json::array();
    while (messages.size() < 3) {
        const auto frame = client.read_frame();
        ASSERT_TRUE(frame);
        for (const Json& message : Json::parse(*frame)) messages.push_back(message);
    }
    EXPECT_EQ(messages[0]["type"], "boards");
    EXPECT_EQ(messages[0]["boards"][0]["uid"], "abcd1234");
    EXPECT_EQ(messages[1]["type"], "jobs");
    EXPECT_EQ(messages[2]["type"], "console");
    EXPECT_EQ(messages[2]["text"], "MicroPython\n");
}

TEST_F(ServerTest, changes_of_one_turn_come_to_every_client_in_one_frame) {
    start();
    TestClient one(api->port());
    TestClient other(folder / "ouro.sock");
    for (TestClient* client : {&one, &other}) {
        ASSERT_EQ(client->ask(upgrade(bearer())).status, 101);
        ASSERT_TRUE(client->read_frame());
    }
    on_core([this] {
        for (int i = 0; i < 50; ++i) api->on_change(core::LogLine{"abcd1234", "info", std::to_string(i), {}});
    });
    for (TestClient* client : {&one, &other}) {
        const Json frame = Json::parse(client->read_frame().value_or("[]"));
        ASSERT_EQ(frame.size(), 50U);
        EXPECT_EQ(frame[49]["text"], "49");
    }
}

TEST_F(ServerTest, a_web_socket_of_another_site_or_without_a_role_is_refused) {
    start();
    const auto status = [&](const std::string& more) { return raw(upgrade(more)).status; };
    EXPECT_EQ(status(""), 401);
    EXPECT_EQ(status("Origin: http://127.0.0.1\r\n"), 401);
    for (const char* origin : {"http://evil.com", "null", "http://127.0.0.1.evil.com", "http://localhost", ""}) {
        EXPECT_EQ(status(bearer() + "Origin: " + origin + "\r\n"), 403) << origin;
    }
    EXPECT_EQ(status(bearer() + "Origin: http://127.0.0.1\r\n"), 101);
    EXPECT_EQ(get("/api/ws").status, 400) << "without an upgrade";
}

TEST_F(ServerTest, a_client_that_stops_reading_gets_a_gap_and_the_newest_and_others_get_everything) {
    limits.queue_size_max = 200'000;
    limits.send_buffer_size = 4096;
    start();
    TestClient stalled(api->port(), 4096);
    TestClient healthy(api->port());
    for (TestClient* client : {&stalled, &healthy}) {
        ASSERT_EQ(client->ask(upgrade(bearer())).status, 101);
        ASSERT_TRUE(client->read_frame());
    }
    constexpr int lines = 2000;
    std::size_t heard = 0;
    for (int i = 0; i < lines; ++i) {
        on_core([&] {
            api->on_change(core::LogLine{"abcd1234", "info", std::to_string(i) + std::string(1000, 'x'), {}});
        });
        if (i % 50 == 49) {
            while (heard < static_cast<std::size_t>(i + 1))
                heard += Json::parse(healthy.read_frame().value_or("[0]")).size();
        }
    }
    EXPECT_EQ(heard, static_cast<std::size_t>(lines));

    std::size_t received = 0;
    std::size_t lost = 0;
    std::string last;
    while (received + lost < lines) {
        const auto frame = stalled.read_frame();
        ASSERT_TRUE(frame) << received << " received, " << lost << " lost";
        for (const Json& message : Json::parse(*frame)) {
            if (message["type"] == "gap") lost += message["lost"].get<std::size_t>();
            if (message["type"] == "log") last = message["text"], ++received;
        }
    }
    EXPECT_GT(lost, 0U);
    EXPECT_TRUE(last.starts_with("1999x")) << "the newest is there";
}

TEST_F(ServerTest, a_client_that_takes_nothing_for_too_long_is_cut_off) {
    limits.stall_timeout = 500ms;
    limits.send_buffer_size = 4096;
    start();
    TestClient stalled(api->port(), 4096);
    ASSERT_EQ(stalled.ask(upgrade(bearer())).status, 101);
    ASSERT_TRUE(stalled.read_frame());
    on_core([&] { api->on_change(core::ConsoleText{"abcd1234", std::string(900'000, 'x'), {}}); });
    const std::string pong("\x8a\x80\0\0\0\0", 6);
    // It goes on to talk, so that only the unread frame can be the reason.
    int rounds = 0;
    while (!stalled.cut_within(20ms) && ++rounds < 500) stalled.send(pong);
    EXPECT_LT(rounds, 500);
}

TEST_F(ServerTest, a_client_that_is_silent_to_pings_is_cut_off) {
    limits.stall_timeout = 300ms;
    start();
    TestClient silent(api->port());
    ASSERT_EQ(silent.ask(upgrade(bearer())).status, 101);
    EXPECT_TRUE(silent.ends_within(5s));
}

TEST_F(ServerTest, a_client_may_say_1_kib_in_vain_and_not_one_byte_more) {
    start();
    const auto text_frame = [](std::size_t size) {
        std::string frame("\x81\xfe", 2);
        frame += static_cast<char>(size >> 8U);
        frame += static_cast<char>(size & 0xFFU);
        return frame + std::string(4, '\0') + std::string(size, 'a');
    };
    TestClient client(api->port());
    ASSERT_EQ(client.ask(upgrade(bearer())).status, 101);
    ASSERT_TRUE(client.read_frame());
    client.send(text_frame(1024));
    on_core([this] { api->on_change(core::LogLine{"abcd1234", "info", "still here", {}}); });
    EXPECT_TRUE(client.read_frame());
    client.send(text_frame(1025));
    EXPECT_TRUE(client.ends_within(5s));
}

TEST_F(ServerTest, stopping_cuts_everybody_off_and_takes_the_socket_away) {
    start();
    TestClient viewer(api->port());
    TestClient idle(api->port());
    ASSERT_EQ(viewer.ask(upgrade(bearer())).status, 101);
    ASSERT_EQ(idle.ask(request("GET", "/api/me")).status, 200);
    on_core([this] { api->stop(); });
    EXPECT_TRUE(viewer.ends_within(5s));
    EXPECT_TRUE(idle.ends_within(5s));
    EXPECT_FALSE(std::filesystem::exists(folder / "ouro.sock"));
}

TEST_F(ServerTest, a_port_that_is_taken_is_an_error_with_a_way_out) {
    start();
    Options options;
    options.port = api->port();
    Api second(io, pool, hub, store, options);
    const auto started = second.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, base::ErrorCode::io);
    EXPECT_NE(started.error().hint.view().find("--listen"), std::string_view::npos);
}

} // namespace
} // namespace hub::api::tests
