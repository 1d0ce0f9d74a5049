// SPDX-License-Identifier: Apache-2.0
#include "hub/home/announcer.hpp"
#include "hub/home/event_queue.hpp"
#include "hub/home/topics.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace hub::home {
namespace {

using namespace std::chrono_literals;

const std::string door = "homeassistant/lock/ouro_abcd_door/config";
const std::string bell = "homeassistant/event/ouro_abcd_bell/config";

std::vector<std::string> say_all(Announcer& announcer) {
    std::vector<std::string> said;
    while (const auto message = announcer.next()) {
        said.push_back(message->payload.empty() ? "-" + message->topic : message->topic);
        announcer.said();
    }
    return said;
}

TEST(Announcer, says_nothing_before_it_knows_what_the_broker_keeps) {
    Announcer announcer("homeassistant");
    announcer.declare("abcd", {{door, "1"}});
    EXPECT_TRUE(say_all(announcer).empty());
    announcer.broker_known();
    EXPECT_EQ(say_all(announcer), std::vector{door});
}

TEST(Announcer, says_only_what_differs) {
    Announcer announcer("homeassistant");
    announcer.heard(door, "1");
    announcer.heard(bell, "old");
    announcer.broker_known();
    announcer.declare("abcd", {{door, "1"}, {bell, "new"}});
    EXPECT_EQ(say_all(announcer), std::vector{bell});
    announcer.declare("abcd", {{door, "1"}, {bell, "new"}});
    EXPECT_TRUE(say_all(announcer).empty());
}

TEST(Announcer, makes_home_assistant_forget_what_is_no_longer_declared) {
    Announcer announcer("homeassistant");
    announcer.heard(door, "1");
    announcer.heard("homeassistant/lock/ouro_efgh_door/config", "of a board that is not here");
    announcer.heard("homeassistant/lock/zigbee/config", "not ours");
    announcer.broker_known();
    announcer.declare("abcd", {});
    EXPECT_EQ(say_all(announcer), std::vector{"-" + door});
}

TEST(Announcer, leaves_deleted_what_the_user_deleted_until_the_board_declares_again) {
    Announcer announcer("homeassistant");
    announcer.broker_known();
    announcer.declare("abcd", {{door, "1"}});
    say_all(announcer);
    EXPECT_TRUE(announcer.heard(door, ""));
    announcer.repeat();
    EXPECT_TRUE(say_all(announcer).empty());
    announcer.declare("abcd", {{door, "1"}});
    EXPECT_EQ(say_all(announcer), std::vector{door});
}

TEST(Announcer, repeats_everything_and_starts_anew_with_a_new_connection) {
    Announcer announcer("homeassistant");
    announcer.broker_known();
    announcer.declare("abcd", {{door, "1"}});
    say_all(announcer);
    announcer.repeat();
    EXPECT_EQ(say_all(announcer).size(), 1U);
    announcer.connection_lost();
    announcer.broker_known();
    EXPECT_EQ(say_all(announcer).size(), 1U);
}

TEST(EventQueue, keeps_32_and_gives_up_the_oldest) {
    EventQueue queue;
    for (int i = 0; i < 32; ++i) EXPECT_TRUE(queue.add({"u", "t", std::to_string(i), 0s}).empty());
    const auto dropped = queue.add({"u", "t", "32", 0s});
    ASSERT_EQ(dropped.size(), 1U);
    EXPECT_EQ(dropped[0].payload, "0");
}

TEST(EventQueue, gives_up_what_is_over_30_s_old) {
    EventQueue queue;
    queue.add({"u", "t", "old", 10s});
    queue.add({"u", "t", "young", 11s});
    EXPECT_TRUE(queue.take_expired(40s).empty());
    EXPECT_EQ(queue.take_expired(40s + 1us).size(), 1U);
    EXPECT_EQ(queue.events().size(), 1U);
}

TEST(EventQueue, sends_again_what_was_not_acknowledged) {
    EventQueue queue;
    queue.add({"u", "t", "a", 0s, 1});
    queue.add({"u", "t", "b", 0s, 2});
    queue.delivered(1);
    queue.connection_lost();
    ASSERT_EQ(queue.events().size(), 1U);
    EXPECT_EQ(queue.events()[0].mid, 0);
    queue.delivered(0);
    EXPECT_EQ(queue.events().size(), 1U);
}

TEST(Topics, are_read_as_they_are_written) {
    const auto set = parse_command_topic(entity_topic("abcd", "front_door", "set"));
    ASSERT_TRUE(set);
    EXPECT_EQ(set->uid, "abcd");
    EXPECT_EQ(set->id, "front_door");
    const auto config = parse_config_topic("ha", config_topic("ha", core::Kind::lock, "abcd", "front_door"));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->id, "front_door");
    for (const char* wrong : {"ouro/abcd/set", "ouro/ab/x/set", "ouro/abcd/X/set", "ouro/abcd/a/b/set",
                              "ouro/hub/x/set", "ouro/../x/set", "x/abcd/door/set"}) {
        EXPECT_FALSE(parse_command_topic(wrong)) << wrong;
    }
    EXPECT_FALSE(parse_config_topic("ha", "ha/lock/ouro_hub_status/config"));
    EXPECT_FALSE(parse_config_topic("ha", "ha/lock/other/config"));
}

} // namespace
} // namespace hub::home
