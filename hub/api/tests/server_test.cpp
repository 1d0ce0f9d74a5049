// SPDX-License-Identifier: Apache-2.0
// HTTP: signing in, asking, commanding, files, and rude clients.
#include "hub/api/tests/server_fixture.hpp"

namespace hub::api::tests {
namespace {

// --- ingress ---

struct IngressTest : ServerTest {
    void start_ingress(const std::string& source) {
        ingress = Ingress{"127.0.0.1", 0, {source}};
        start();
    }
    HttpAnswer through(std::string_view first_line, std::string_view more, std::string_view body = "") {
        return TestClient(api->ingress_port())
            .ask(std::string(first_line) +
                 " HTTP/1.1\r\nHost: 172.30.33.4:8099\r\nX-Forwarded-Host: ha.local:8123\r\n" + "Content-Length: " +
                 std::to_string(body.size()) + "\r\n" + std::string(more) + "\r\n" + std::string(body));
    }
};

TEST_F(IngressTest, lets_in_without_a_login_whom_home_assistant_has_let_in_and_says_who_it_is) {
    start_ingress("127.0.0.1");
    const HttpAnswer me =
        through("GET /api/me", "X-Remote-User-Name: anna\r\nX-Remote-User-Display-Name: Anna\xff\r\n");
    ASSERT_EQ(me.status, 200) << me.body;
    EXPECT_EQ(me.json()["role"], "operator");
    EXPECT_EQ(me.json()["user"], "Anna?");
    EXPECT_EQ(through("GET /api/me", "X-Remote-User-Name: anna\r\n").json()["user"], "anna");
    EXPECT_EQ(through("GET /", "").status, 200) << "and the page";
}

TEST_F(IngressTest, hangs_up_on_every_other_address_before_it_reads_a_word) {
    start_ingress("172.30.32.2");
    TestClient stranger(api->ingress_port());
    EXPECT_TRUE(stranger.ends_within(5s));
}

TEST_F(IngressTest, its_headers_mean_nothing_on_the_ordinary_listener) {
    start_ingress("127.0.0.1");
    EXPECT_EQ(raw("GET /api/me HTTP/1.1\r\nHost: localhost\r\nX-Remote-User-Id: 1\r\nX-Remote-User-Name: anna\r\n"
                  "X-Forwarded-Host: localhost\r\nX-Ingress-Path: /api/hassio_ingress/x\r\n"
                  "X-Hass-Source: core.ingress\r\n\r\n")
                  .status,
              401);
    EXPECT_FALSE(get("/api/me").json().contains("user"));
}

TEST_F(IngressTest, a_page_of_another_site_can_do_nothing_with_home_assistants_cookie) {
    start_ingress("127.0.0.1");
    const std::string change = "X-Ouro: 1\r\nContent-Type: application/json\r\n";
    const std::string_view set = "POST /api/boards/abcd1234/entities/temp/set";
    EXPECT_EQ(through(set, change + "Origin: http://ha.local:8123\r\n", R"({"value":1})").status, 202);
    EXPECT_EQ(through(set, change + "Origin: https://HA.local:8123\r\n", R"({"value":1})").status, 202);
    for (const char* origin :
         {"http://evil.com", "null", "http://172.30.33.4:8099", "http://ha.local:8123.evil.com", ""}) {
        EXPECT_EQ(through(set, change + "Origin: " + origin + "\r\n", R"({"value":1})").status, 403) << origin;
    }
    EXPECT_EQ(through(set, "Content-Type: application/json\r\n", R"({"value":1})").status, 403) << "X-Ouro is missing";
}

TEST_F(IngressTest, without_one_there_is_no_such_listener) {
    start();
    EXPECT_EQ(api->ingress_port(), 0);
}

// --- Home Assistant ---

TEST_F(ServerTest, how_the_hub_stands_with_home_assistant_is_told_with_the_remarks_about_each_board) {
    hub.report.broker = "connected";
    hub.report.birth = core::Time(1500us);
    hub.report.announced = {{"abcd1234", 4, 1, 0}, {"hub", 1, 0, 0}};
    hub.report.orphans = {{"homeassistant/lock/ouro_gone1_gate/config", "gone1", "gate", "Shed: Gate"}};
    hub.list[0].remarks = {{"temp", "device_class", "is wrong", "2024.3"}};
    start();
    const Json report = get("/api/home").json();
    EXPECT_EQ(report["broker"]["state"], "connected");
    EXPECT_EQ(report["birth_ms"], 1.5);
    ASSERT_EQ(report["boards"].size(), 1U);
    EXPECT_EQ(report["boards"][0]["documents"], 4);
    EXPECT_EQ(report["boards"][0]["waiting"], 1);
    EXPECT_EQ(report["boards"][0]["remarks"][0]["releases"], "2024.3");
    EXPECT_EQ(report["orphans"][0]["name"], "Shed: Gate");
}

TEST_F(ServerTest, orphans_are_forgotten_by_their_topics) {
    start();
    EXPECT_EQ(post("/api/home/forget", R"({"topics":["a","b"]})").json()["forgotten"], 2);
    EXPECT_EQ(hub.forgotten, (std::vector<std::string>{"a", "b"}));
    for (const char* wrong : {"{}", "[]", R"({"topics":"a"})", R"({"topics":[1]})", R"({"topics":null})"}) {
        EXPECT_EQ(post("/api/home/forget", wrong).status, 400) << wrong;
    }
}

// --- signing in -------------------------------------------------------------------------------------------------

TEST_F(ServerTest, a_token_is_traded_for_a_cookie_that_scripts_of_the_page_cannot_read) {
    start();
    const HttpAnswer answer = login(api->port(), token);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.json()["role"], "admin");
    const std::string set_cookie = answer.headers.at("set-cookie");
    for (const char* part : {"HttpOnly", "SameSite=Strict", "Path=/"})
        EXPECT_NE(set_cookie.find(part), std::string::npos);
    EXPECT_EQ(set_cookie.find(token), std::string::npos);
    const std::string cookie = "Cookie: " + set_cookie.substr(0, set_cookie.find(';')) + "\r\n";
    EXPECT_EQ(raw("GET /api/me HTTP/1.1\r\nHost: localhost\r\n" + cookie + "\r\n").json()["role"], "admin");
}

TEST_F(ServerTest, logging_out_ends_the_session_and_its_web_socket) {
    start();
    const std::string set_cookie = login(api->port(), token).headers.at("set-cookie");
    const std::string cookie = "Cookie: " + set_cookie.substr(0, set_cookie.find(';')) + "\r\n";
    TestClient viewer(api->port());
    ASSERT_EQ(viewer.ask(upgrade(cookie + "Origin: http://127.0.0.1\r\n")).status, 101);
    ASSERT_TRUE(viewer.read_frame());
    const std::string logout =
        "POST /api/logout HTTP/1.1\r\nHost: localhost\r\nX-Ouro: 1\r\nContent-Type: application/json\r\n"
        "Content-Length: 0\r\n" +
        cookie + "\r\n";
    EXPECT_EQ(raw(logout).status, 204);
    EXPECT_TRUE(viewer.ends_within(5s));
    EXPECT_EQ(raw("GET /api/me HTTP/1.1\r\nHost: localhost\r\n" + cookie + "\r\n").status, 401);
}

TEST_F(ServerTest, wrong_tokens_are_401_and_after_ten_of_them_even_the_right_one_waits) {
    start();
    for (const std::string& wrong : {std::string(), token.substr(0, 20), token + "x", std::string(5000, 'a')}) {
        EXPECT_EQ(login(api->port(), wrong).status, 401);
    }
    for (int i = 0; i < 6; ++i) EXPECT_EQ(login(api->port(), "wrong").status, 401);
    const HttpAnswer answer = login(api->port(), token);
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.json()["code"], "rate_limited");
    EXPECT_EQ(TestClient(folder / "ouro.sock").ask(request("GET", "/api/me")).status, 200)
        << "the Unix socket is not locked out";
}

TEST_F(ServerTest, a_viewer_sees_and_does_not_touch) {
    start();
    token.swap(viewer_token);
    EXPECT_EQ(get("/api/boards").status, 200);
    EXPECT_EQ(post("/api/boards/abcd1234/control", R"(["read",4])").status, 403);
}

TEST_F(ServerTest, the_unix_socket_is_for_its_owner_alone_and_makes_him_admin) {
    start();
    struct stat info {};
    ASSERT_EQ(::stat((folder / "ouro.sock").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    EXPECT_EQ(TestClient(folder / "ouro.sock").ask("GET /api/me HTTP/1.1\r\nHost: x\r\n\r\n").json()["role"], "admin");
}

TEST_F(ServerTest, a_name_that_was_pointed_at_us_is_told_to_go_elsewhere) {
    start();
    EXPECT_EQ(raw("GET / HTTP/1.1\r\nHost: evil.com\r\n\r\n").status, 421);
    EXPECT_EQ(raw("GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.com\r\n\r\n").status, 421);
    EXPECT_EQ(raw("GET /health HTTP/1.1\r\n\r\n").status, 421);
    EXPECT_EQ(raw("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
}

TEST_F(ServerTest, every_answer_carries_the_headers_that_protect_the_page) {
    start();
    for (const char* target : {"/", "/api/me", "/nothing"}) {
        const auto headers = get(target).headers;
        EXPECT_NE(headers.at("content-security-policy").find("script-src 'self';"), std::string::npos);
        EXPECT_NE(headers.at("content-security-policy").find("frame-ancestors 'self'"), std::string::npos);
        EXPECT_EQ(headers.at("x-content-type-options"), "nosniff");
        EXPECT_EQ(headers.at("referrer-policy"), "no-referrer");
    }
}

// --- asking and commanding --------------------------------------------------------------------------------------

TEST_F(ServerTest, health_needs_no_role_and_says_what_is_wrong) {
    store.problem = "The disk is full";
    start();
    const Json health = raw("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").json();
    EXPECT_EQ(health["status"], "degraded");
    EXPECT_EQ(health["timeline"]["problem"], "The disk is full");
    EXPECT_EQ(health["mqtt"], "off");
}

TEST_F(ServerTest, boards_history_and_timeline_are_told_in_the_shapes_of_openapi) {
    start();
    EXPECT_EQ(get("/api/boards").json()[0]["name"], "Front door");
    EXPECT_EQ(get("/api/boards/abcd1234").json()["virtual"], true);
    EXPECT_EQ(get("/api/boards/other123").json()["code"], "not_found");
    const Json history = get("/api/boards/abcd1234/history/temp?from=0&to=10.5&points=10").json();
    EXPECT_EQ(history, Json({{"uid", "abcd1234"}, {"id", "temp"}, {"unit", "°C"}, {"points", {{1.5, 1.0, 2.0, 3.0}}}}));
    EXPECT_EQ(get("/api/boards/abcd1234/history/broken").status, 500);
    const Json entry = get("/api/timeline?uid=aaaa&what=event&limit=5&before=9").json()[0];
    EXPECT_EQ(entry["data"], Json({"aaaa", "event", 5, 9}));
    EXPECT_EQ(entry["seq"], 7);
}

TEST_F(ServerTest, a_query_outside_its_limits_is_refused_and_at_them_is_taken) {
    start();
    for (const char* bad : {"limit=0", "limit=1001", "limit=-1", "limit=x", "limit=1.5", "what=sql", "uid=A';--",
                            "before=-1", "before="}) {
        EXPECT_EQ(get(std::string("/api/timeline?") + bad).status, 400) << bad;
    }
    for (const char* good : {"limit=1", "limit=1000", "what=log", "uid=", "before=0"}) {
        EXPECT_EQ(get(std::string("/api/timeline?") + good).status, 200) << good;
    }
    for (const char* bad : {"points=0", "points=10001", "from=nan", "from=inf", "from=5&to=4", "to=1e300", "from=-1"}) {
        EXPECT_EQ(get(std::string("/api/boards/abcd1234/history/temp?") + bad).status, 400) << bad;
    }
    EXPECT_EQ(get("/api/boards/abcd1234/history/temp?points=10000").status, 200);
}

TEST_F(ServerTest, a_command_is_sent_with_what_was_asked) {
    start();
    const HttpAnswer answer =
        post("/api/boards/abcd1234/entities/door/set", R"({"value":"UNLOCK","ttl_ms":60000,"cmd_id":"a-1"})");
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.json()["outcome"], "sent");
    EXPECT_EQ(answer.json()["source"], "api");
    EXPECT_EQ(hub.last.value, "UNLOCK");
    EXPECT_EQ(hub.last.ttl_ms, 60000);
    EXPECT_EQ(hub.last.cmd_id, "a-1");
}

TEST_F(ServerTest, a_body_that_is_no_command_is_refused) {
    start();
    for (const char* bad :
         {"", "{", "[]", "{}", R"({"value":{}})", R"({"value":1,"ttl_ms":0})", R"({"value":1,"ttl_ms":60001})",
          R"({"value":1,"ttl_ms":"5"})", R"({"value":1,"cmd_id":""})", R"({"value":1,"cmd_id":"a b"})"}) {
        EXPECT_EQ(post("/api/boards/abcd1234/entities/door/set", bad).status, 400) << bad;
    }
    EXPECT_EQ(post("/api/boards/nobody12/entities/door/set", R"({"value":1})").status, 404);
}

TEST_F(ServerTest, what_the_core_refuses_has_its_code_message_and_hint) {
    hub.refusal = base::Error{base::ErrorCode::disconnected, "The board is away", "Look at its plug"};
    start();
    const HttpAnswer answer = post("/api/boards/abcd1234/entities/door/set?wait=1", R"({"value":"UNLOCK"})");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.json(),
              Json({{"code", "disconnected"}, {"message", "The board is away"}, {"hint", "Look at its plug"}}));
}

TEST_F(ServerTest, with_wait_the_answer_is_how_the_command_ended) {
    hub.on_command = [this](const core::CommandRequest& request) {
        boost::asio::post(io, [this, request] {
            core::CommandChanged change{request.uid, request.id, request.cmd_id, request.value, "api", "sent", "", {}};
            api->on_change(change);
            change.outcome = "failed";
            change.text = "busy";
            api->on_change(change);
        });
    };
    start();
    const Json command = post("/api/boards/abcd1234/entities/door/set?wait=1", R"({"value":"UNLOCK"})").json();
    EXPECT_EQ(command["outcome"], "failed");
    EXPECT_EQ(command["text"], "busy");
    EXPECT_FALSE(command["cmd_id"].get<std::string>().empty());
}

TEST_F(ServerTest, with_wait_an_end_that_comes_while_the_command_is_sent_is_not_missed) {
    hub.on_command = [this](const core::CommandRequest& request) {
        api->on_change(
            core::CommandChanged{request.uid, request.id, request.cmd_id, request.value, "api", "done", "", {}});
    };
    start();
    EXPECT_EQ(post("/api/boards/abcd1234/entities/door/set?wait=1", R"({"value":1})").json()["outcome"], "done");
}

TEST_F(ServerTest, with_wait_a_silent_board_is_a_timeout_some_time_after_the_commands_time) {
    limits.outcome_grace = 100ms;
    start();
    EXPECT_EQ(post("/api/boards/abcd1234/entities/door/set?wait=1", R"({"value":1,"ttl_ms":1})").json()["outcome"],
              "timeout");
}

TEST_F(ServerTest, the_control_socket_is_reached_but_not_watched_or_ended) {
    start();
    EXPECT_EQ(post("/api/boards/abcd1234/control", R"(["read",4])").json(), Json({"ok", 1}));
    const HttpAnswer unknown = post("/api/boards/abcd1234/control", R"(["press","nothing",200])");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(unknown.json()["hint"], "Try call");
    for (const char* bad :
         {R"(["watch"])", R"(["quit"])", "[]", "{}", "[1]", R"(["press",{}])", R"(["press","a",1,2,3])", "nonsense"}) {
        EXPECT_EQ(post("/api/boards/abcd1234/control", bad).status, 400) << bad;
    }
    on_core([this] { hub.list[0].is_virtual = false; });
    EXPECT_EQ(post("/api/boards/abcd1234/control", R"(["read",4])").status, 501);
}

// --- files ------------------------------------------------------------------------------------------------------

TEST_F(ServerTest, the_page_has_an_etag_and_a_browser_that_has_it_gets_304) {
    start();
    const HttpAnswer whole = get("/?from=mail");
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(whole.body, page);
    EXPECT_EQ(whole.headers.at("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(whole.headers.at("cache-control"), "no-cache");
    EXPECT_EQ(whole.headers.at("etag"), "\"abc\"");
    const HttpAnswer same = get("/", "If-None-Match: \"xyz\", W/\"abc\"\r\n");
    EXPECT_EQ(same.status, 304);
    EXPECT_TRUE(same.body.empty());
    EXPECT_EQ(get("/", "If-None-Match: \"abcd\"\r\n").status, 200);
}

TEST_F(ServerTest, gzip_goes_to_those_who_take_it_under_a_tag_of_its_own) {
    start();
    const HttpAnswer answer = get("/", "Accept-Encoding: br, gzip;q=0.5\r\n");
    EXPECT_EQ(answer.body, packed);
    EXPECT_EQ(answer.headers.at("content-encoding"), "gzip");
    EXPECT_EQ(answer.headers.at("etag"), "\"abc-gz\"");
    EXPECT_EQ(get("/", "Accept-Encoding: gzip;q=0\r\n").body, page);
    EXPECT_EQ(get("/assets/index-12345678.js", "Accept-Encoding: gzip\r\n").body, page) << "there is no packed copy";
}

TEST_F(ServerTest, a_file_with_its_hash_in_the_name_is_kept_for_ever) {
    start();
    EXPECT_EQ(get("/assets/index-12345678.js").headers.at("cache-control"), "public, max-age=31536000, immutable");
}

TEST_F(ServerTest, nothing_outside_the_table_can_be_read) {
    start();
    for (const char* target :
         {"/../token", "/%2e%2e/token", "/..%5ctoken", "/%252e%252e/token", "/assets/../../token", "//etc/passwd",
          "/proc/self/environ", "/assets/", "/index-12345678.js", "/./", "/token%00.js"}) {
        EXPECT_EQ(get(target).status, 404) << target;
    }
    EXPECT_EQ(get("/api/profiles/..%2f..%2ftoken").status, 404);
    EXPECT_EQ(get("/api/profiles/%00").status, 400);
    EXPECT_EQ(get("/api/profiles/intercom").json()["board"], "intercom");
}

// --- rude clients -----------------------------------------------------------------------------------------------

TEST_F(ServerTest, a_body_of_64_kib_is_read_and_one_byte_more_is_refused_before_it_is_sent) {
    start();
    EXPECT_EQ(post("/api/boards/abcd1234/control", std::string(limits.body_size_max, ' ')).status, 400);
    std::string head = request("POST", "/api/boards/abcd1234/control");
    head.replace(head.find("Content-Length: 0"), 17, "Content-Length: 65537");
    EXPECT_EQ(raw(head).status, 413);
}

TEST_F(ServerTest, an_endless_chunked_body_ends_at_64_kib) {
    start();
    TestClient client(api->port());
    std::string head = request("POST", "/api/boards/abcd1234/control");
    head.replace(head.find("Content-Length: 0"), 17, "Transfer-Encoding: chunked");
    client.send(head);
    const std::string chunk = "2000\r\n" + std::string(0x2000, ' ') + "\r\n";
    for (int i = 0; i < 9; ++i) client.send(chunk);
    EXPECT_EQ(client.read_answer().status, 413);
}

TEST_F(ServerTest, a_header_over_8_kib_is_431) {
    start();
    EXPECT_EQ(get("/api/me", "X-Long: " + std::string(9000, 'a') + "\r\n").status, 431);
    EXPECT_EQ(get("/" + std::string(9000, 'a')).status, 431);
    EXPECT_EQ(get("/api/me", "X-Long: " + std::string(7000, 'a') + "\r\n").status, 200);
}

TEST_F(ServerTest, two_ideas_of_where_a_request_ends_are_no_request) {
    start();
    for (const char* more :
         {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
          "Content-Length: 4\r\nContent-Length: 5\r\n"}) {
        EXPECT_EQ(get("/api/me", more).status, 400) << more;
    }
    EXPECT_EQ(raw("\x16\x03\x01\x02 TLS?\r\n\r\n").status, 400);
}

TEST_F(ServerTest, a_request_that_trickles_in_is_cut_off_and_so_is_a_connection_that_says_nothing) {
    start();
    TestClient slow(api->port());
    slow.send("GET / HTTP/1.1\r\n");
    TestClient silent(api->port());
    EXPECT_TRUE(slow.ends_within(5s));
    EXPECT_TRUE(silent.ends_within(5s));
}

TEST_F(ServerTest, requests_sent_together_are_answered_in_order_on_one_connection) {
    start();
    TestClient client(api->port());
    client.send(request("GET", "/api/me") + request("GET", "/nothing") + request("GET", "/health"));
    EXPECT_EQ(client.read_answer().status, 200);
    EXPECT_EQ(client.read_answer().status, 404);
    EXPECT_EQ(client.read_answer().json()["mqtt"], "off");
}

TEST_F(ServerTest, connections_beyond_the_limit_are_closed_and_a_place_that_gets_free_is_given_away) {
    limits.connections_max = 2;
    limits.header_timeout = 5s;
    start();
    auto first = std::make_unique<TestClient>(api->port());
    TestClient second(api->port());
    EXPECT_EQ(first->ask(request("GET", "/api/me")).status, 200);
    EXPECT_EQ(second.ask(request("GET", "/api/me")).status, 200);
    EXPECT_TRUE(TestClient(api->port()).ends_within(5s));
    EXPECT_EQ(TestClient(folder / "ouro.sock").ask(request("GET", "/api/me")).status, 200);
    first.reset();
    int status = 0;
    for (int i = 0; i < 1000 && status != 200; ++i) status = get("/api/me").status;
    EXPECT_EQ(status, 200);
}

} // namespace
} // namespace hub::api::tests
