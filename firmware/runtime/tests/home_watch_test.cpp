// SPDX-License-Identifier: Apache-2.0
#include "firmware/runtime/home_watch.hpp"

#include <gtest/gtest.h>

#include <string>

namespace firmware::runtime {
namespace {

using bridge::HomeNews;

class HomeWatchTest : public testing::Test {
protected:
    void say(std::string_view json) {
        const auto message = protocol::json::parse(json);
        ASSERT_TRUE(message);
        if (message->at(0).equals("ha")) watched.heard_state(*message);
        if (message->at(0).equals("answer")) watched.heard_answer(*message);
        watched.step();
    }
    /// What Python hears next, in short.
    std::string next() {
        HomeNews news;
        if (!bridge.home_news.pop(news)) return "nothing";
        if (news.op == HomeNews::Op::answer) {
            return std::to_string(news.number) + (news.ok ? " ok " : " failed ") + std::string(news.text.view());
        }
        return std::string(news.entity.view()) + "=" + (news.ok ? std::string(news.text.view()) : "unknown") + " " +
               std::string(news.attributes.view());
    }

    bridge::Bridge bridge;
    HomeWatch watched{bridge};
};

TEST_F(HomeWatchTest, a_watched_entity_is_told_and_another_is_not) {
    ASSERT_TRUE(watched.add("light.hall"));
    say(R"(["ha","light.kitchen","on",{}])");
    EXPECT_EQ(next(), "nothing");
    say(R"(["ha","light.hall","on",{"brightness":3}])");
    EXPECT_EQ(next(), R"(light.hall=on {"brightness":3})");
    say(R"(["ha","light.hall",null,{}])");
    EXPECT_EQ(next(), "light.hall=unknown {}");
}

TEST_F(HomeWatchTest, sixteen_entities_are_watched_each_once) {
    for (int i = 0; i < 16; ++i) ASSERT_TRUE(watched.add("light.l" + std::to_string(i)));
    EXPECT_TRUE(watched.add("light.l3"));
    EXPECT_EQ(watched.add("light.one_more").error().code, base::ErrorCode::full);
    EXPECT_EQ(watched.size(), 16U);
}

TEST_F(HomeWatchTest, while_python_does_not_listen_the_newest_state_is_kept) {
    ASSERT_TRUE(watched.add("sensor.t"));
    for (int i = 0; i < 20; ++i) say(R"(["ha","sensor.t",")" + std::to_string(i) + R"(",{}])");
    std::string last;
    for (std::string heard = next(); heard != "nothing"; heard = next()) last = heard;
    watched.step();
    for (std::string heard = next(); heard != "nothing"; heard = next()) last = heard;
    EXPECT_EQ(last, "sensor.t=19 {}");
    EXPECT_EQ(watched.dropped(), 0U);
}

TEST_F(HomeWatchTest, an_answer_comes_with_its_number) {
    say(R"(["answer",7,false,"rate_limited"])");
    EXPECT_EQ(next(), "7 failed rate_limited");
    for (const char* wrong : {R"(["answer",0,true,""])", R"(["answer","7",true])", R"(["answer",7])"}) say(wrong);
    EXPECT_EQ(next(), "nothing");
}

TEST_F(HomeWatchTest, attributes_that_are_too_long_are_left_out) {
    ASSERT_TRUE(watched.add("sensor.t"));
    say(R"(["ha","sensor.t","1",{"a":")" + std::string(240, 'x') + R"("}])");
    EXPECT_EQ(next(), "sensor.t=1 {}");
}

TEST_F(HomeWatchTest, a_new_app_watches_nothing) {
    ASSERT_TRUE(watched.add("light.hall"));
    watched.clear();
    say(R"(["ha","light.hall","on",{}])");
    EXPECT_EQ(next(), "nothing");
}

TEST_F(HomeWatchTest, a_response_comes_before_the_news_of_its_number) {
    say(R"(["answer",7,true,"",{"weather.home":{"forecast":[{"temperature":11}]}}])");
    EXPECT_EQ(next(), "7 ok ");
    bridge::HomeResponse response;
    ASSERT_TRUE(bridge.home_responses.pop(response));
    EXPECT_EQ(response.number, 7);
    EXPECT_EQ(response.json.view(), R"({"weather.home":{"forecast":[{"temperature":11}]}})");
    say(R"(["answer",8,false,"refused",{"a":1}])");
    EXPECT_EQ(next(), "8 failed refused");
    say(R"(["answer",9,true,"",[1]])");
    EXPECT_EQ(next(), "9 ok ");
    EXPECT_TRUE(bridge.home_responses.empty());
}

TEST_F(HomeWatchTest, a_response_without_room_is_a_call_that_failed) {
    const auto sized = [](std::size_t size) { return "{\"a\":\"" + std::string(size - 8, 'x') + "\"}"; };
    say(R"(["answer",1,true,"",)" + sized(bridge::response_max) + "]");
    EXPECT_EQ(next(), "1 ok ");
    say(R"(["answer",2,true,"",)" + sized(bridge::response_max + 1) + "]");
    EXPECT_EQ(next(), "2 failed the answer does not fit: ask for less");
    say(R"(["answer",3,true,"",{}])");
    say(R"(["answer",4,true,"",{}])");
    EXPECT_EQ(next(), "3 ok ");
    EXPECT_EQ(next(), "4 failed busy: an answer before it has not been read yet");
}

} // namespace
} // namespace firmware::runtime
