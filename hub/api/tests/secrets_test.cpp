// SPDX-License-Identifier: Apache-2.0
// Secrets over HTTP: who may, what is refused, and that no answer has a value.
#include "hub/api/tests/server_fixture.hpp"

namespace hub::api::tests {
namespace {

constexpr std::string_view value = "k3y-of-the-garden";
const std::string body = R"({"value":"k3y-of-the-garden"})";

struct SecretsTest : ServerTest {
    HttpAnswer put(std::string_view target, std::string_view text) {
        return TestClient(api->port()).ask(request("PUT", target, text));
    }
    HttpAnswer remove(std::string_view target) { return TestClient(api->port()).ask(request("DELETE", target)); }
    auto& kept() { return hub.secret_keeper.kept; }
};

TEST_F(SecretsTest, one_is_kept_listed_without_its_value_replaced_and_removed) {
    start();
    EXPECT_EQ(get("/api/secrets").json(), Json::array());
    const HttpAnswer answer = put("/api/secrets/API_KEY", body);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json(), Json({{"name", "API_KEY"}, {"board", nullptr}, {"set_at_ms", 1500}}));
    EXPECT_EQ(put("/api/secrets/API_KEY?board=abcd1234", R"({"value":"its own"})").json()["board"], "abcd1234");
    EXPECT_EQ(put("/api/secrets/API_KEY", R"({"value":"another"})").status, 200);
    EXPECT_EQ((kept()[{"API_KEY", ""}]), "another");
    EXPECT_EQ((kept()[{"API_KEY", "abcd1234"}]), "its own");
    const HttpAnswer list = get("/api/secrets");
    EXPECT_EQ(list.json().size(), 2U);
    for (const HttpAnswer& each : {answer, list}) {
        for (const std::string_view secret : {value, std::string_view("another"), std::string_view("its own")}) {
            EXPECT_EQ(each.body.find(secret), std::string::npos) << each.body;
        }
    }
    EXPECT_EQ(remove("/api/secrets/API_KEY").status, 204);
    EXPECT_EQ(remove("/api/secrets/API_KEY").status, 404);
    EXPECT_EQ(remove("/api/secrets/API_KEY?board=abcd1234").status, 204);
    EXPECT_TRUE(kept().empty());
}

TEST_F(SecretsTest, nobody_below_the_owner_sees_or_changes_one) {
    ingress.emplace(Ingress{"127.0.0.1", 0, {"127.0.0.1"}});
    start();
    ASSERT_EQ(put("/api/secrets/API_KEY", body).status, 200);
    token.swap(viewer_token);
    EXPECT_EQ(get("/api/secrets").status, 403);
    EXPECT_EQ(put("/api/secrets/API_KEY", R"({"value":"mine"})").status, 403);
    EXPECT_EQ(remove("/api/secrets/API_KEY").status, 403);
    const HttpAnswer by_ingress = TestClient(api->ingress_port()).ask("GET /api/secrets HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(by_ingress.status, 403) << "whom Home Assistant lets in is operator";
    EXPECT_EQ(raw("GET /api/secrets HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 401);
    EXPECT_EQ((kept()[{"API_KEY", ""}]), value);
}

TEST_F(SecretsTest, a_page_of_another_site_and_a_form_change_nothing) {
    start();
    std::string foreign = request("PUT", "/api/secrets/API_KEY", body, "Origin: http://evil.example\r\n");
    EXPECT_EQ(raw(foreign).status, 403);
    std::string bare = request("PUT", "/api/secrets/API_KEY", body);
    EXPECT_EQ(raw(std::string(bare).erase(bare.find("X-Ouro: 1\r\n"), 11)).status, 403);
    EXPECT_EQ(raw(bare.replace(bare.find("application/json"), 16, "text/plain")).status, 415);
    EXPECT_TRUE(kept().empty());
}

TEST_F(SecretsTest, what_is_no_value_or_no_board_is_400_and_says_nothing_of_it) {
    start();
    for (const char* bad : {"", "{", "[]", "{}", R"("k3y-of-the-garden")", R"({"value":7})", R"({"value":null})",
                            R"({"value":["k3y-of-the-garden"]})", "{\"value\":\"k3y-of-the-garden\xFF\"}"}) {
        const HttpAnswer answer = put("/api/secrets/API_KEY", bad);
        EXPECT_EQ(answer.status, 400) << bad;
        EXPECT_EQ(answer.body.find(value), std::string::npos) << answer.body;
    }
    for (const char* board : {"", "abc", "ABCD1234", "..%2F..", "abcd-1234"}) {
        const std::string target = std::string("/api/secrets/API_KEY?board=") + board;
        EXPECT_EQ(put(target, body).status, 400) << board;
        EXPECT_EQ(remove(target).status, 400) << board;
    }
    EXPECT_EQ(put("/api/secrets/API_KEY", std::string(70'000, 'x')).status, 413);
    EXPECT_TRUE(kept().empty());
}

TEST_F(SecretsTest, a_refusal_of_the_keeper_is_told_in_its_own_words) {
    start();
    hub.secret_keeper.refusal = base::Error{base::ErrorCode::refused, "Others can read the secrets", "chmod 600"};
    for (const HttpAnswer& answer : {get("/api/secrets"), put("/api/secrets/API_KEY", body)}) {
        EXPECT_EQ(answer.status, 403);
        EXPECT_EQ(answer.json(),
                  Json({{"code", "refused"}, {"message", "Others can read the secrets"}, {"hint", "chmod 600"}}));
    }
    hub.secret_keeper.refusal = base::Error{base::ErrorCode::full, "There are 256 secrets already", ""};
    EXPECT_EQ(put("/api/secrets/API_KEY", body).status, 507);
}

} // namespace
} // namespace hub::api::tests
