// SPDX-License-Identifier: Apache-2.0
#include "hub/api/access.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace hub::api {
namespace {

class TestClock final : public base::Clock {
public:
    base::Micros now() const noexcept override { return now_; }
    void advance_s(std::int64_t seconds) { now_ += base::from_ms(seconds * 1000); }

private:
    base::Micros now_ = 0;
};

struct AccessTest : testing::Test {
    TestClock clock;
    std::string admin = make_token();
    std::string viewer = make_token();
    Access access{{{Role::admin, admin}, {Role::viewer, viewer}}, clock};
};

TEST_F(AccessTest, a_token_has_43_characters_of_base64url_and_no_two_are_equal) {
    EXPECT_EQ(admin.size(), 43U);
    EXPECT_EQ(admin.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    EXPECT_NE(admin, viewer);
}

TEST_F(AccessTest, each_token_gives_its_own_role) {
    EXPECT_EQ(access.role_of(admin), Role::admin);
    EXPECT_EQ(access.role_of(viewer), Role::viewer);
}

TEST_F(AccessTest, empty_prefix_overlong_and_wrong_case_tokens_give_nothing) {
    std::string other_case = admin;
    std::transform(admin.begin(), admin.end(), other_case.begin(), [](char c) {
        if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
        if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
        return c;
    });
    for (const std::string& wrong : {std::string(), admin.substr(0, 42), admin + "x", admin + std::string(1, '\0'),
                                     other_case, std::string(token_size_max + 1, 'a'), std::string(1'000'000, 'a')}) {
        EXPECT_EQ(access.role_of(wrong), Role::none) << wrong.size();
    }
}

TEST_F(AccessTest, the_eleventh_try_of_an_address_has_to_wait_a_minute_and_other_addresses_do_not) {
    for (std::size_t i = 0; i < failures_max; ++i) {
        EXPECT_FALSE(access.braked("10.0.0.1"));
        access.note_failure("10.0.0.1");
    }
    EXPECT_TRUE(access.braked("10.0.0.1"));
    EXPECT_FALSE(access.braked("10.0.0.2"));
    clock.advance_s(59);
    EXPECT_TRUE(access.braked("10.0.0.1"));
    clock.advance_s(1);
    EXPECT_FALSE(access.braked("10.0.0.1"));
}

TEST_F(AccessTest, a_session_lives_until_it_is_closed) {
    const std::string cookie = access.open_session(Role::operator_);
    const Caller caller = access.find_session(cookie);
    EXPECT_EQ(caller.role, Role::operator_);
    EXPECT_EQ(caller.source, "web");
    access.close_session(caller.session);
    EXPECT_EQ(access.find_session(cookie).role, Role::none);
}

TEST_F(AccessTest, a_session_that_nobody_used_for_30_days_is_gone) {
    const std::string cookie = access.open_session(Role::viewer);
    clock.advance_s(30 * 24 * 3600);
    EXPECT_EQ(access.find_session(cookie).role, Role::viewer);
    clock.advance_s(30 * 24 * 3600 + 1);
    EXPECT_EQ(access.find_session(cookie).role, Role::none);
}

TEST_F(AccessTest, a_cookie_of_somebodys_own_choice_opens_nothing) {
    for (const char* cookie : {"", "admin", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
        EXPECT_EQ(access.find_session(cookie).role, Role::none);
    }
}

TEST_F(AccessTest, the_session_used_longest_ago_gives_way_to_the_257th) {
    const std::string first = access.open_session(Role::viewer);
    clock.advance_s(1);
    const std::string second = access.open_session(Role::viewer);
    clock.advance_s(1);
    for (int i = 0; i < 255; ++i) access.open_session(Role::viewer);
    EXPECT_EQ(access.find_session(first).role, Role::none);
    EXPECT_EQ(access.find_session(second).role, Role::viewer);
}

} // namespace
} // namespace hub::api
