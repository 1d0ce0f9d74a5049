// SPDX-License-Identifier: Apache-2.0
// A board's console over a WebSocket: who may, what goes each way, and what becomes of slow ones.
#include "hub/api/tests/server_fixture.hpp"

namespace hub::api::tests {
namespace {

const std::string line = "/api/sessions/abcd1234/line";
const std::string bytes_8k(std::size_t{8} * 1024, 'x');

struct LineTest : ServerTest {
    bool eventually(const std::function<bool()>& reached) {
        const auto end = std::chrono::steady_clock::now() + 10s;
        for (bool is_so = false; std::chrono::steady_clock::now() < end;) {
            on_core([&] { is_so = reached(); });
            if (is_so) return true;
            std::this_thread::yield();
        }
        return false;
    }
    HttpAnswer attach(TestClient& client, const std::string& query = "") {
        return client.ask(upgrade(bearer(), line + query));
    }
    void print(const std::string& text) {
        on_core([&] {
            const auto bytes = std::make_shared<const std::string>(text);
            for (core::Viewer* viewer : hub.viewers) viewer->on_output(bytes);
        });
    }
    void notify(const std::string& json) {
        on_core([&] { hub.viewers.at(0)->on_notice(std::make_shared<const std::string>(json)); });
    }
    std::size_t attached() {
        std::size_t count = 0;
        on_core([&] { count = hub.viewers.size(); });
        return count;
    }
};

TEST_F(LineTest, sessions_are_listed_with_who_watches_and_who_has_the_lease) {
    core::SessionInfo session;
    session.id = session.uid = "abcd1234";
    session.port = "/dev/ttyUSB0";
    session.viewers.push_back({"anna", core::Time(1500us), true});
    session.kept_bytes = 7;
    session.state = core::SessionInfo::State::open;
    hub.session_list = {session, session};
    hub.session_list[1].lease = core::SessionInfo::Lease{"ouro fs put (pid 12)", core::Time(2500us)};
    start();
    const Json list = get("/api/sessions").json();
    ASSERT_EQ(list.size(), 2U);
    const Json viewers = Json::array({{{"name", "anna"}, {"since_ms", 1.5}, {"typing", true}}});
    const Json lease = {{"name", "ouro fs put (pid 12)"}, {"since_ms", 2.5}};
    EXPECT_EQ(list[0]["viewers"], viewers);
    EXPECT_EQ(list[0]["lease"], nullptr);
    EXPECT_EQ(list[0]["state"], "open");
    EXPECT_EQ(list[0]["kept_bytes"], 7);
    EXPECT_EQ(list[1]["lease"], lease);
}

TEST_F(LineTest, row_1_19_a_session_is_ended_by_an_operator_and_by_nobody_else) {
    start();
    EXPECT_EQ(raw(request("DELETE", "/api/sessions/abcd1234")).status, 204);
    EXPECT_EQ(raw(request("DELETE", "/api/sessions/none")).status, 404);
    std::string by_viewer = request("DELETE", "/api/sessions/abcd1234");
    by_viewer.replace(by_viewer.find(token), token.size(), viewer_token);
    EXPECT_EQ(raw(by_viewer).status, 403);
    EXPECT_EQ(hub.ended, 1);
}

TEST_F(LineTest, console_bytes_go_both_ways_and_notices_are_text) {
    start();
    TestClient client(api->port());
    ASSERT_EQ(attach(client, "?name=anna").status, 101);
    EXPECT_EQ(hub.asked.at(0).name, "anna");
    EXPECT_EQ(hub.asked.at(0).mode, core::AttachMode::type);
    const std::string all_bytes("\0\x01\x1E[\xFF\r\n", 7);
    print(all_bytes);
    notify(R"({"type":"back"})");
    const auto output = client.read_message();
    ASSERT_TRUE(output && output->binary);
    EXPECT_EQ(output->payload, all_bytes);
    EXPECT_EQ(client.read_frame(), R"({"type":"back"})");
    client.send_frame(all_bytes, true);
    EXPECT_TRUE(eventually([&] { return hub.typed == all_bytes; }));
}

TEST_F(LineTest, a_viewer_may_watch_and_no_more) {
    start();
    const auto status = [&](const std::string& query) {
        return raw(upgrade("Authorization: Bearer " + viewer_token + "\r\n", line + query)).status;
    };
    EXPECT_EQ(status(""), 403);
    EXPECT_EQ(status("?lease=1"), 403);
    EXPECT_EQ(status("?watch=1"), 101);
    EXPECT_EQ(hub.asked.size(), 1U);
    EXPECT_EQ(hub.asked[0].mode, core::AttachMode::watch);
}

TEST_F(LineTest, a_name_is_up_to_64_bytes_of_printable_text) {
    start();
    const auto status = [&](const std::string& name) { return raw(upgrade(bearer(), line + "?name=" + name)).status; };
    EXPECT_EQ(status(std::string(64, 'a')), 101);
    EXPECT_EQ(status(std::string(65, 'a')), 400);
    EXPECT_EQ(status("ouro+fs+put+(pid+12)"), 101);
    EXPECT_EQ(hub.asked.back().name, "ouro fs put (pid 12)");
    for (const char* bad : {"", "%0a", "%09", "%1b[2J", "%ff"}) EXPECT_EQ(status(bad), 400) << bad;
}

TEST_F(LineTest, a_refusal_comes_as_an_answer_before_the_upgrade) {
    hub.attach_refusal = base::Error{base::ErrorCode::busy, "ouro fs put (pid 12) has had the prompt", "Wait."};
    start();
    const HttpAnswer answer = raw(upgrade(bearer(), line + "?lease=1"));
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.json()["code"], "busy");
    EXPECT_EQ(answer.json()["message"], "ouro fs put (pid 12) has had the prompt");
    EXPECT_EQ(raw(upgrade(bearer(), "/api/sessions/none/line")).status, 404);
    EXPECT_EQ(raw(upgrade(bearer(), line + "?lease=1&watch=1")).status, 400);
    EXPECT_EQ(get(line).status, 400) << "without an upgrade";
}

TEST_F(LineTest, the_end_of_the_connection_detaches_also_while_the_board_takes_nothing) {
    hub.board_is_full = true;
    start();
    {
        TestClient idle(api->port());
        TestClient typing(folder / "ouro.sock");
        ASSERT_EQ(attach(idle).status, 101);
        ASSERT_EQ(attach(typing, "?lease=1").status, 101);
        typing.send_frame("never", true);
        EXPECT_EQ(attached(), 2U);
    }
    EXPECT_TRUE(eventually([&] { return hub.viewers.empty(); }));
    EXPECT_EQ(hub.typed, "");
}

TEST_F(LineTest, what_a_board_does_not_take_now_it_gets_later_and_in_order) {
    hub.board_is_full = true;
    start();
    TestClient client(api->port());
    ASSERT_EQ(attach(client).status, 101);
    client.send_frame("one", true);
    client.send_frame("two", true);
    EXPECT_FALSE(client.ends_within(50ms));
    on_core([&] { hub.board_is_full = false; });
    EXPECT_TRUE(eventually([&] { return hub.typed == "onetwo"; }));
}

TEST_F(LineTest, a_cut_tells_the_reason_and_ends_the_connection) {
    start();
    TestClient client(api->port());
    ASSERT_EQ(attach(client).status, 101);
    on_core([&] {
        core::Viewer* const viewer = hub.viewers.at(0);
        viewer->on_notice(std::make_shared<const std::string>(R"({"type":"cut","reason":"killed"})"));
        viewer->on_cut();
    });
    EXPECT_EQ(client.read_frame(), R"({"type":"cut","reason":"killed"})");
    EXPECT_TRUE(client.ends_within(5s));
    EXPECT_TRUE(eventually([&] { return hub.viewers.empty(); }));
}

TEST_F(LineTest, a_stalled_viewer_skips_and_is_told_and_others_get_everything) {
    limits.queue_size_max = 200'000;
    limits.send_buffer_size = 4096;
    start();
    TestClient stalled(api->port(), 4096);
    TestClient healthy(api->port());
    ASSERT_EQ(attach(stalled).status, 101);
    ASSERT_EQ(attach(healthy).status, 101);
    std::size_t heard = 0;
    constexpr std::size_t prints = 100;
    for (std::size_t i = 1; i <= prints; ++i) {
        print(bytes_8k);
        while (heard < i * bytes_8k.size()) heard += healthy.read_message().value().payload.size();
    }
    EXPECT_EQ(heard, prints * bytes_8k.size());
    std::size_t received = 0;
    std::size_t skipped = 0;
    while (received + skipped < heard) {
        const auto message = stalled.read_message();
        ASSERT_TRUE(message);
        if (message->binary) {
            received += message->payload.size();
        } else {
            skipped += Json::parse(message->payload).at("bytes").get<std::size_t>();
        }
    }
    EXPECT_EQ(received + skipped, heard);
    EXPECT_GT(skipped, 0U);
}

TEST_F(LineTest, a_lease_that_reads_too_slowly_is_cut_and_never_misled_by_a_gap) {
    limits.queue_size_max = 200'000;
    limits.send_buffer_size = 4096;
    start();
    TestClient slow(api->port(), 4096);
    ASSERT_EQ(attach(slow, "?lease=1").status, 101);
    for (int i = 0; i < 100; ++i) print(bytes_8k);
    EXPECT_TRUE(eventually([&] { return hub.viewers.empty(); })) << "the lease has ended before it reads on";
    std::string last;
    while (const auto message = slow.read_message()) {
        if (!message->binary) last = message->payload;
    }
    EXPECT_EQ(Json::parse(last).at("type"), "cut");
    EXPECT_NE(last.find("too slowly"), std::string::npos);
}

TEST_F(LineTest, a_silent_lease_on_this_machine_is_not_cut) {
    limits.stall_timeout = 200ms;
    start();
    TestClient silent(folder / "ouro.sock");
    TestClient far_away(api->port());
    ASSERT_EQ(attach(silent, "?lease=1").status, 101);
    ASSERT_EQ(attach(far_away, "?watch=1").status, 101);
    EXPECT_TRUE(far_away.ends_within(10s)) << "who does not answer pings over a network is gone";
    EXPECT_FALSE(silent.ends_within(500ms));
    EXPECT_EQ(attached(), 1U);
}

TEST_F(LineTest, a_lease_sets_the_rate_and_the_lines_between_its_bytes) {
    start();
    TestClient client(api->port());
    ASSERT_EQ(attach(client, "?lease=1").status, 101);
    client.send_frame("a", true);
    client.send_frame(R"({"type":"baud","baud":921600})", false);
    client.send_frame(R"({"type":"lines","dtr":false,"rts":true})", false);
    client.send_frame("b", true);
    EXPECT_TRUE(eventually([&] { return hub.typed == "a<921600><rts>b"; })) << hub.typed;
    for (int i = 0; i < 2; ++i) EXPECT_EQ(client.read_frame(), R"({"type":"done"})");
    client.send_frame(R"({"type":"lines","dtr":true,"rts":true})", false);
    const Json failed = Json::parse(client.read_frame().value_or("null"));
    EXPECT_EQ(failed["type"], "failed");
    EXPECT_EQ(failed["code"], "unsupported");
    EXPECT_EQ(failed["message"], "this port has no lines");
}

TEST_F(LineTest, a_text_frame_that_means_nothing_ends_it) {
    start();
    for (const char* text : {"", "x", "[]", "{}", R"({"type":"baud"})", R"({"type":"baud","baud":-1})",
                             R"({"type":"baud","baud":1e9})", R"({"type":"lines","dtr":1,"rts":0})"}) {
        TestClient client(api->port());
        ASSERT_EQ(attach(client, "?lease=1").status, 101);
        client.send_frame(text, false);
        EXPECT_NE(client.read_frame().value_or("").find(R"("type":"cut")"), std::string::npos) << text;
        EXPECT_TRUE(client.ends_within(5s)) << text;
    }
    EXPECT_EQ(hub.typed, "");
}

TEST_F(LineTest, one_message_is_up_to_16_kib_and_not_one_byte_more) {
    start();
    TestClient client(api->port());
    ASSERT_EQ(attach(client).status, 101);
    client.send_frame(bytes_8k + bytes_8k, true);
    EXPECT_TRUE(eventually([&] { return hub.typed.size() == 2 * bytes_8k.size(); }));
    client.send_frame(bytes_8k + bytes_8k + "x", true);
    EXPECT_TRUE(client.ends_within(5s));
}

TEST_F(LineTest, stopping_detaches_everybody) {
    start();
    TestClient client(api->port());
    ASSERT_EQ(attach(client).status, 101);
    on_core([this] { api->stop(); });
    EXPECT_TRUE(client.ends_within(5s));
    EXPECT_TRUE(eventually([&] { return hub.viewers.empty(); }));
}

} // namespace
} // namespace hub::api::tests
