// SPDX-License-Identifier: Apache-2.0
#include "hub/core/home_access.hpp"
#include "hub/core/tests/hub_fixture.hpp"

namespace hub::core {
namespace {

using base::ErrorCode;

TEST(HomeAccessTest, a_name_is_a_domain_and_a_name) {
    for (const char* good : {"light.hall", "sensor.0_temp", "a.b"}) EXPECT_TRUE(is_ha_name(good)) << good;
    for (const char* bad : {"", ".", "light", "light.", ".hall", "Light.hall", "light.hall.x", "light.h all"}) {
        EXPECT_FALSE(is_ha_name(bad)) << bad;
    }
    EXPECT_TRUE(is_ha_name("light." + std::string(58, 'a')));
    EXPECT_FALSE(is_ha_name("light." + std::string(59, 'a')));
}

TEST(HomeAccessTest, what_does_little_harm_needs_no_grant) {
    const HomeAccess access;
    EXPECT_TRUE(access.check("b0a7", "light.toggle", "light.hall"));
    EXPECT_TRUE(access.check("b0a7", "notify.phone", ""));
}

TEST(HomeAccessTest, a_door_needs_a_grant_for_that_board_and_that_door) {
    HomeAccess access;
    EXPECT_EQ(access.check("b0a7", "lock.unlock", "lock.front").error().code, ErrorCode::refused);
    access.grant("b0a7", "lock.front");
    EXPECT_TRUE(access.check("b0a7", "lock.unlock", "lock.front"));
    EXPECT_FALSE(access.check("b0a7", "lock.unlock", "lock.back"));
    EXPECT_FALSE(access.check("b0a8", "lock.unlock", "lock.front"));
}

TEST(HomeAccessTest, a_harmless_word_does_not_open_a_door) {
    HomeAccess access;
    EXPECT_FALSE(access.check("b0a7", "light.toggle", "cover.garage"));
    EXPECT_FALSE(access.check("b0a7", "homeassistant.toggle", "light.hall"));
    EXPECT_FALSE(access.check("b0a7", "script.open_all", ""));
    access.grant("b0a7", "cover.garage");
    EXPECT_FALSE(access.check("b0a7", "homeassistant.toggle", "cover.garage")) << "only the entity's own actions";
    access.grant("b0a7", "script.goodnight");
    EXPECT_TRUE(access.check("b0a7", "script.goodnight", ""));
}

TEST(HomeAccessTest, to_ask_is_to_read_but_only_what_does_nothing_else) {
    HomeAccess access;
    for (const char* question : {"weather.get_forecasts", "calendar.get_events", "todo.get_items"}) {
        const std::string domain(ha_domain(question));
        EXPECT_TRUE(access.check("b0a7", question, domain + ".home", true)) << question;
        EXPECT_FALSE(access.check("b0a7", question, domain + ".home")) << question << " without asking";
        EXPECT_FALSE(access.check("b0a7", question, "lock.front", true)) << question;
    }
    EXPECT_FALSE(access.check("b0a7", "lock.unlock", "lock.front", true));
    EXPECT_FALSE(access.check("b0a7", "conversation.process", "", true));
    access.grant("b0a7", "conversation.process");
    EXPECT_TRUE(access.check("b0a7", "conversation.process", "", true));
}

TEST(HomeAccessTest, a_refusal_says_what_to_write) {
    const auto refused = HomeAccess().check("b0a7", "lock.unlock", "lock.front");
    EXPECT_NE(refused.error().hint.view().find(R"(b0a7 = ["lock.front"])"), std::string_view::npos);
}

using HubHome = HubFixture;

TEST_F(HubHome, a_watched_entity_is_told_when_it_changes_and_others_are_not) {
    attach();
    say(R"(["watch",["light.hall"]])");
    EXPECT_EQ(seen.all<HomeWatched>().back().entities, std::vector<std::string>{"light.hall"});
    hub.home_state("light.kitchen", "on", Json::object());
    EXPECT_EQ(line.count(R"(["ha")"), 0U);
    hub.home_state("light.hall", "on", {{"friendly_name", "Hall"}, {"rgb_color", {1, 2, 3}}});
    EXPECT_EQ(line.sent.back(), R"(["ha","light.hall","on",{"friendly_name":"Hall"}])");
}

TEST_F(HubHome, who_asks_again_is_told_at_once) {
    attach();
    say(R"(["watch",["light.hall"]])");
    hub.home_state("light.hall", "on", Json::object());
    line.sent.clear();
    say(R"(["watch",["light.hall"]])");
    EXPECT_EQ(line.sent.back(), R"(["ha","light.hall","on",{}])");
    EXPECT_EQ(seen.all<HomeWatched>().size(), 1U) << "nothing changed";
}

TEST_F(HubHome, without_home_assistant_everything_is_unknown) {
    attach();
    hub.home_connected(true);
    say(R"(["watch",["light.hall"]])");
    hub.home_state("light.hall", "on", Json::object());
    hub.home_connected(false);
    EXPECT_EQ(line.sent.back(), R"(["ha","light.hall",null,{}])");
    say(R"(["call",1,"light.toggle","light.hall",{}])");
    EXPECT_EQ(line.sent.back(), R"(["answer",1,false,"the hub is not connected to Home Assistant"])");
}

TEST_F(HubHome, sixteen_entities_are_watched_and_a_seventeenth_is_refused) {
    attach();
    Json sixteen = Json::array();
    for (int i = 0; i < 16; ++i) sixteen.push_back("light.l" + std::to_string(i));
    say(Json::array({"watch", sixteen}).dump());
    EXPECT_EQ(hub.watched().size(), 16U);
    sixteen.push_back("light.one_more");
    say(Json::array({"watch", sixteen}).dump());
    EXPECT_EQ(seen.all<HomeWatched>().size(), 1U);
    say(R"(["watch",[]])");
    EXPECT_TRUE(hub.watched().empty());
}

TEST_F(HubHome, attributes_are_what_fits) {
    attach();
    say(R"(["watch",["sensor.t"]])");
    Json attributes = {{"unit_of_measurement", "°C"}, {"a_long_one", std::string(65, 'x')}};
    for (int i = 0; i < 30; ++i) attributes["n" + std::to_string(i)] = i;
    hub.home_state("sensor.t", "21.5", attributes);
    const Json told = Json::parse(line.sent.back());
    EXPECT_LE(told[3].dump().size(), 240U);
    EXPECT_EQ(told[3]["unit_of_measurement"], "°C");
    EXPECT_FALSE(told[3].contains("a_long_one"));
}

TEST_F(HubHome, an_allowed_call_goes_out_once_and_its_answer_comes_back) {
    attach();
    hub.home_connected(true);
    say(R"(["call",7,"light.turn_on","light.hall",{"brightness":10}])");
    const auto calls = seen.all<HomeCall>();
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].action, "light.turn_on");
    EXPECT_EQ(calls[0].target, "light.hall");
    EXPECT_EQ(calls[0].data.dump(), R"({"brightness":10})");
    hub.home_answer("abcd", 7, true, "");
    EXPECT_EQ(line.sent.back(), R"(["answer",7,true,""])");
}

TEST_F(HubHome, a_refused_call_never_leaves_the_hub) {
    attach();
    hub.home_connected(true);
    say(R"(["call",1,"lock.unlock","lock.front",{}])");
    say(R"(["call",2,"light.turn_on","light.hall",{"entity_id":"lock.front"}])");
    say(R"(["call",3,"light.turn_on",["light.hall"],{}])");
    EXPECT_TRUE(seen.all<HomeCall>().empty());
    EXPECT_EQ(line.count(R"(["answer",1,false)"), 1U);
    EXPECT_EQ(line.count(R"(["answer",2,false)"), 1U);
    EXPECT_EQ(hub.counters().messages_malformed, 1U);
}

TEST_F(HubHome, a_question_is_answered_with_what_home_assistant_said) {
    attach();
    hub.home_connected(true);
    say(R"(["call",3,"weather.get_forecasts","weather.home",{"type":"daily"},true])");
    ASSERT_EQ(seen.all<HomeCall>().size(), 1U);
    EXPECT_TRUE(seen.all<HomeCall>()[0].asks);
    hub.home_answer("abcd", 3, true, "", {{"weather.home", {{"forecast", {{{"temperature", 21}}}}}}});
    EXPECT_EQ(line.sent.back(), R"(["answer",3,true,"",{"weather.home":{"forecast":[{"temperature":21}]}}])");
}

TEST_F(HubHome, an_answer_that_does_not_fit_the_line_is_refused_with_the_reason) {
    attach();
    const std::string around = R"(["answer",3,true,"",{"a":""}])";
    hub.home_answer("abcd", 3, true, "", {{"a", std::string(1022 - around.size(), 'x')}});
    EXPECT_EQ(line.sent.back().size(), 1022U) << "with the marks of a frame these are 1,024 bytes";
    hub.home_answer("abcd", 3, true, "", {{"a", std::string(1023 - around.size(), 'x')}});
    EXPECT_EQ(line.sent.back(),
              R"(["answer",3,false,"the answer has 1023 bytes and this board takes 1022: ask for less"])");
    hub.home_answer("abcd", 3, true, "", Json::parse(R"({"a":{"b":{"c":{"d":1}}}})"));
    EXPECT_EQ(line.sent.back(), R"(["answer",3,true,"",{"a":{"b":{"c":{"d":1}}}}])");
    hub.home_answer("abcd", 3, true, "", Json::parse(R"({"a":{"b":{"c":{"d":{"e":{}}}}}})"));
    EXPECT_EQ(line.sent.back(), R"(["answer",3,false,"the answer is nested more deeply than a message may be"])");
}

TEST_F(HubHome, the_fifth_call_within_a_second_is_refused) {
    attach();
    hub.home_connected(true);
    for (int i = 1; i <= 5; ++i) say(R"(["call",)" + std::to_string(i) + R"(,"light.toggle","light.hall",{}])");
    EXPECT_EQ(seen.all<HomeCall>().size(), 4U);
    EXPECT_EQ(line.sent.back(), R"(["answer",5,false,"rate_limited"])");
    advance(1s);
    say(R"(["call",6,"light.toggle","light.hall",{}])");
    EXPECT_EQ(seen.all<HomeCall>().size(), 5U);
}

} // namespace
} // namespace hub::core
