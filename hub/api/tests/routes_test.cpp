// SPDX-License-Identifier: Apache-2.0
#include "hub/api/routes.hpp"

#include "hub/api/admission.hpp"
#include "hub/api/answers.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace hub::api {
namespace {

class StillClock final : public base::Clock {
public:
    base::Micros now() const noexcept override { return 0; }
};

// "GET /api/me viewer" for each operation in openapi.yaml: paths are indented by 2, methods by 4, the role stands
// behind x-role.
std::set<std::string> documented_routes() {
    std::ifstream file("hub/api/openapi.yaml");
    constexpr std::string_view role_key = "x-role: ";
    std::set<std::string> found;
    std::string path;
    std::string method;
    for (std::string line; std::getline(file, line) && !line.starts_with("components:");) {
        if (line.starts_with("  /")) path = line.substr(2, line.find(':') - 2);
        if (line.starts_with("    get:")) method = "GET";
        if (line.starts_with("    post:")) method = "POST";
        if (line.starts_with("    put:")) method = "PUT";
        if (line.starts_with("    delete:")) method = "DELETE";
        const std::size_t key = line.find(role_key);
        if (key == std::string::npos) continue;
        const std::string role = line.substr(key + role_key.size());
        found.insert(method + " " + path + " " + role.substr(0, role.find_first_not_of("abcdefghijklmnopqrstuvwxyz")));
    }
    return found;
}

TEST(Routes, the_table_and_openapi_yaml_name_the_same_addresses_methods_and_roles) {
    std::set<std::string> table;
    for (const Route& route : routes()) {
        table.insert(std::string(route.method) + " " + std::string(route.pattern) + " " +
                     std::string(role_name(route.role)));
    }
    EXPECT_EQ(table, documented_routes());
}

struct RoleMatrix : testing::Test {
    StillClock clock;
    std::map<Role, std::string> tokens{
        {Role::viewer, make_token()}, {Role::operator_, make_token()}, {Role::admin, make_token()}};
    Access access{{{Role::viewer, tokens[Role::viewer]},
                   {Role::operator_, tokens[Role::operator_]},
                   {Role::admin, tokens[Role::admin]}},
                  clock};
    Admission admission{access, {}, "ouro"};
    const Peer peer{false, "127.0.0.1"};

    unsigned status(const Route& route, Role role) {
        Head head;
        head.method = route.method;
        head.x_ouro = "1";
        head.content_type = route.takes_file ? "application/octet-stream" : "application/json";
        if (role != Role::none) head.authorization = "Bearer " + tokens[role];
        Caller caller;
        const auto refusal = admission.check_caller(route, head, peer, caller);
        return refusal ? refusal->status : 200;
    }
};

TEST_F(RoleMatrix, every_route_lets_in_its_role_and_those_above_and_nobody_below) {
    for (const Route& route : routes()) {
        for (const Role role : {Role::none, Role::viewer, Role::operator_, Role::admin}) {
            const unsigned refused = role == Role::none ? 401 : 403;
            EXPECT_EQ(status(route, role), role >= route.role ? 200 : refused)
                << route.method << " " << route.pattern << " as " << role_name(role);
        }
    }
}

TEST_F(RoleMatrix, every_change_needs_the_header_and_its_type_and_a_form_of_another_site_has_neither) {
    for (const Route& route : routes()) {
        if (route.method == "GET") continue;
        Head head;
        head.authorization = "Bearer " + tokens[Role::admin];
        Caller caller;
        head.content_type = "application/x-www-form-urlencoded";
        EXPECT_EQ(admission.check_caller(route, head, peer, caller)->status, 403U) << route.pattern;
        head.x_ouro = "1";
        EXPECT_EQ(admission.check_caller(route, head, peer, caller)->status, 415U) << route.pattern;
        head.content_type = route.takes_file ? "Application/Octet-Stream" : "Application/JSON; charset=utf-8";
        EXPECT_FALSE(admission.check_caller(route, head, peer, caller)) << route.pattern;
    }
}

TEST_F(RoleMatrix, only_the_hubs_own_names_are_taken_as_host) {
    const auto status_of_host = [&](const char* host) {
        Head head;
        head.host = host;
        const auto refusal = admission.check_origin(head, peer);
        return refusal ? refusal->status : 200;
    };
    for (const char* good : {"127.0.0.1", "127.0.0.1:8321", "localhost", "LOCALHOST:1", "[::1]", "[::1]:8321"}) {
        EXPECT_EQ(status_of_host(good), 200U) << good;
    }
    for (const char* bad :
         {"", "evil.com", "localhost.evil.com", "127.0.0.1.evil.com", "localhost:80@evil.com", "localhost:", "::1",
          "[::1", "[::1]x", "127.0.0.1:123456", "localhost evil.com", "0.0.0.0"}) {
        EXPECT_EQ(status_of_host(bad), 421U) << bad;
    }
}

TEST_F(RoleMatrix, an_empty_name_among_the_allowed_ones_lets_no_broken_host_in) {
    const Admission careless(access, {""}, "ouro");
    for (const char* bad : {"", "[::1", "localhost:80@evil.com"}) {
        Head head;
        head.host = bad;
        EXPECT_TRUE(careless.check_origin(head, peer)) << bad;
    }
}

TEST_F(RoleMatrix, an_origin_must_be_the_hub_itself) {
    const auto status_of_origin = [&](const char* origin) {
        Head head;
        head.host = "localhost:8321";
        head.has_origin = true;
        head.origin = origin;
        const auto refusal = admission.check_origin(head, peer);
        return refusal ? refusal->status : 200;
    };
    EXPECT_EQ(status_of_origin("http://localhost:8321"), 200U);
    EXPECT_EQ(status_of_origin("https://localhost:8321"), 200U);
    for (const char* bad :
         {"", "null", "http://evil.com", "http://localhost:8321.evil.com", "http://localhost", "http://localhost:83210",
          "http://127.0.0.1:8321", "ftp://localhost:8321", "localhost:8321", "http://localhost:8321/"}) {
        EXPECT_EQ(status_of_origin(bad), 403U) << bad;
    }
}

TEST_F(RoleMatrix, a_web_socket_with_a_cookie_must_name_its_origin_and_a_script_with_a_token_need_not) {
    const Route& route = routes().back();
    ASSERT_TRUE(route.upgrade);
    Head head;
    head.cookie = "theme=dark; ouro=" + access.open_session(Role::viewer);
    Caller caller;
    EXPECT_EQ(admission.check_caller(route, head, peer, caller)->status, 403U);
    head.has_origin = true;
    EXPECT_FALSE(admission.check_caller(route, head, peer, caller));
    EXPECT_EQ(status(route, Role::viewer), 200U);
}

TEST_F(RoleMatrix, a_wrong_bearer_counts_as_a_try_and_a_stale_cookie_does_not) {
    const Route& route = routes()[3];
    Head head;
    head.cookie = "ouro=stale";
    Caller caller;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(admission.check_caller(route, head, peer, caller)->status, 401U);
    head.authorization = "Bearer wrong";
    for (std::size_t i = 0; i < failures_max; ++i)
        EXPECT_EQ(admission.check_caller(route, head, peer, caller)->status, 401U);
    EXPECT_EQ(admission.check_caller(route, head, peer, caller)->status, 429U);
    const Peer other{false, "10.0.0.9"};
    EXPECT_EQ(admission.check_caller(route, head, other, caller)->status, 401U);
}

TEST(Routes, parts_of_a_path_are_split_first_and_decoded_once) {
    Request request;
    const Match match = find_route("GET", "/api/boards/ab%2fcd/history/a%252e?from=1&points=2%30&text=a+b", request);
    ASSERT_TRUE(match.route);
    EXPECT_FALSE(match.malformed);
    EXPECT_EQ(request.param("uid"), "ab/cd");
    EXPECT_EQ(request.param("id"), "a%2e");
    EXPECT_EQ(request.find_query("points"), "20");
    EXPECT_EQ(request.find_query("text"), "a b");
    EXPECT_EQ(request.find_query("to"), std::nullopt);
}

TEST(Routes, a_broken_percent_encoding_is_malformed_and_so_is_a_nul) {
    for (const char* target :
         {"/api/boards/%", "/api/boards/%4", "/api/boards/%zz", "/api/boards/%00", "/api/boards?x=%0"}) {
        Request request;
        EXPECT_TRUE(find_route("GET", target, request).malformed) << target;
    }
}

TEST(Routes, what_is_not_in_the_table_is_not_found) {
    for (const char* target : {"", "/", "/api", "/api/", "/api/boards/", "/api/boards//entities/x/set", "/api/me/",
                               "//api/me", "api/me", "/api/profiles/../token", "/api/profiles", "/api/boards/a/b"}) {
        Request request;
        EXPECT_FALSE(find_route("GET", target, request).route) << target;
    }
    Request request;
    EXPECT_TRUE(find_route("DELETE", "/api/me", request).path_known);
    EXPECT_FALSE(find_route("DELETE", "/api/me", request).route);
}

TEST(Answers, every_error_code_has_a_status_of_its_kind_and_finds_back_from_its_word) {
    for (unsigned i = 0; i <= static_cast<unsigned>(base::ErrorCode::internal); ++i) {
        const auto code = static_cast<base::ErrorCode>(i);
        EXPECT_GE(status_of(code), 400U);
        EXPECT_LT(status_of(code), 600U);
        EXPECT_EQ(code_of(base::error_name(code)), code);
    }
    EXPECT_EQ(code_of("nonsense"), base::ErrorCode::internal);
}

TEST(Answers, a_body_nested_8_deep_is_taken_and_9_deep_is_not) {
    EXPECT_TRUE(parse_body(std::string(8, '[') + std::string(8, ']')));
    EXPECT_FALSE(parse_body(std::string(9, '[') + std::string(9, ']')));
    EXPECT_TRUE(parse_body(R"(["[[[[[[[[[[\"[[[[["])"));
    EXPECT_FALSE(parse_body(std::string(60'000, '[')));
    EXPECT_FALSE(parse_body(""));
}

} // namespace
} // namespace hub::api
