// SPDX-License-Identifier: Apache-2.0
#include "hub/home/ha_conversation.hpp"
#include "hub/home/home_assistant.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hub::home {
namespace {

using core::Json;

class HaConversationTest : public testing::Test, protected HaConversation::Listener {
protected:
    void send(const Json& message) override { sent.push_back(message.dump()); }
    void logged_in(std::string_view version) override { told.push_back("version " + std::string(version)); }
    void refused(std::string_view reason) override { told.push_back("refused " + std::string(reason)); }
    void entity(const std::string& id, const Json& state, const Json& attributes) override {
        told.push_back(id + " " + state.dump() + " " + attributes.dump());
    }
    void called(std::uint64_t ticket, bool ok, std::string_view text, const core::Json& response) override {
        told.push_back(std::to_string(ticket) + (ok ? " ok " : " failed ") + std::string(text) +
                       (response.is_null() ? "" : response.dump()));
    }
    void log_in() {
        talk.receive(R"({"type":"auth_required","ha_version":"2024.3.3"})");
        talk.receive(R"({"type":"auth_ok","ha_version":"2024.3.3"})");
    }
    void event(const std::string& id, const std::string& json) {
        talk.receive(R"({"id":)" + id + R"(,"type":"event","event":)" + json + "}");
    }

    std::vector<std::string> sent;
    std::vector<std::string> told;
    HaConversation talk{*this, "secret"};
};

TEST_F(HaConversationTest, logs_in_and_then_follows) {
    talk.follow({"sensor.t", "light.hall"});
    EXPECT_TRUE(sent.empty());
    log_in();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0], R"({"access_token":"secret","type":"auth"})");
    EXPECT_EQ(sent[1], R"({"entity_ids":["light.hall","sensor.t"],"id":1,"type":"subscribe_entities"})");
}

TEST_F(HaConversationTest, a_refused_token_is_told_and_never_sent_again) {
    talk.receive(R"({"type":"auth_required"})");
    talk.receive(R"({"type":"auth_invalid","message":"Invalid access token"})");
    talk.receive(R"({"type":"auth_required"})");
    EXPECT_EQ(told, std::vector<std::string>{"refused Invalid access token"});
    EXPECT_EQ(sent.size(), 1U);
}

TEST_F(HaConversationTest, an_entity_is_told_and_what_does_not_exist_is_unknown) {
    talk.follow({"light.hall", "light.none"});
    log_in();
    told.clear();
    event("1", R"({"a":{"light.hall":{"s":"on","a":{"brightness":3}},"light.other":{"s":"on","a":{}}}})");
    EXPECT_EQ(told, (std::vector<std::string>{R"(light.hall "on" {"brightness":3})", "light.none null {}"}));
}

TEST_F(HaConversationTest, a_difference_is_applied_to_what_was_known) {
    talk.follow({"light.hall"});
    log_in();
    event("1", R"({"a":{"light.hall":{"s":"on","a":{"brightness":3,"effect":"none"}}}})");
    told.clear();
    event("1", R"({"c":{"light.hall":{"+":{"s":"off","a":{"brightness":null}},"-":{"a":["effect"]}}}})");
    event("1", R"({"r":["light.hall"]})");
    EXPECT_EQ(told, (std::vector<std::string>{R"(light.hall "off" {"brightness":null})", "light.hall null {}"}));
}

TEST_F(HaConversationTest, another_list_takes_the_place_of_the_first) {
    talk.follow({"light.hall"});
    log_in();
    talk.follow({"light.kitchen"});
    EXPECT_EQ(sent[2], R"({"id":2,"subscription":1,"type":"unsubscribe_events"})");
    told.clear();
    event("1", R"({"a":{"light.hall":{"s":"on","a":{}}}})");
    EXPECT_TRUE(told.empty()) << "of the old subscription";
    talk.follow({});
    EXPECT_EQ(sent.size(), 5U);
}

TEST_F(HaConversationTest, a_call_is_sent_with_its_target_and_ends_once) {
    log_in();
    talk.call(9, {"b0a7", 1, "light.turn_on", "light.hall", {{"brightness", 9}}, {}});
    EXPECT_EQ(Json::parse(sent.back()),
              Json::parse(R"({"id":1,"type":"call_service","domain":"light","service":"turn_on",)"
                          R"("service_data":{"brightness":9},"target":{"entity_id":"light.hall"}})"));
    told.clear();
    talk.receive(R"({"id":1,"type":"result","success":false,"error":{"code":"x","message":"Not now"}})");
    talk.receive(R"({"id":1,"type":"result","success":true})");
    EXPECT_EQ(told, std::vector<std::string>{"9 failed Not now"});
}

TEST_F(HaConversationTest, a_question_brings_its_answer_and_a_call_none) {
    log_in();
    sent.clear();
    talk.call(7, {"b0a7", 1, "weather.get_forecasts", "weather.home", {{"type", "daily"}}, {}, true});
    EXPECT_EQ(sent.back(), R"({"domain":"weather","id":1,"return_response":true,"service":"get_forecasts",)"
                           R"("service_data":{"type":"daily"},"target":{"entity_id":"weather.home"},)"
                           R"("type":"call_service"})");
    told.clear();
    talk.receive(R"({"id":1,"type":"result","success":true,"result":{"context":{},"response":{"weather.home":{}}}})");
    EXPECT_EQ(told, std::vector<std::string>{R"(7 ok {"weather.home":{}})"});
    talk.call(8, {"b0a7", 1, "light.toggle", "light.hall", {}, {}});
    told.clear();
    talk.receive(R"({"id":2,"type":"result","success":true,"result":{"context":{},"response":{"a":1}}})");
    EXPECT_EQ(told, std::vector<std::string>{"8 ok "});
}

TEST_F(HaConversationTest, a_question_that_fails_has_a_reason_and_no_answer) {
    log_in();
    talk.call(7, {"b0a7", 1, "weather.get_forecasts", "", {}, {}, true});
    told.clear();
    talk.receive(R"({"id":1,"type":"result","success":false,"error":{"code":"x","message":"no such weather"}})");
    EXPECT_EQ(told, std::vector<std::string>{"7 failed no such weather"});
}

TEST_F(HaConversationTest, several_messages_in_one_are_read) {
    talk.follow({"light.hall"});
    talk.receive(R"([{"type":"auth_required"},{"type":"auth_ok","ha_version":"1"}])");
    EXPECT_EQ(sent.size(), 2U);
}

TEST(HaUrlTest, an_address_is_http_or_https_with_a_host) {
    for (const char* good :
         {"http://ha.local:8123", "https://ha.example.org", "http://[::1]:8123/", "http://a/prefix"}) {
        EXPECT_TRUE(check_ha_url(good)) << good;
    }
    for (const char* bad : {"", "ha.local", "ws://ha", "http://", "http://:8123", "http://ha:port", "http://u:p@ha"}) {
        EXPECT_FALSE(check_ha_url(bad)) << bad;
    }
}

} // namespace
} // namespace hub::home
