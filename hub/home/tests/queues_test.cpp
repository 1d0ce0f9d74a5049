// SPDX-License-Identifier: Apache-2.0
#include "hub/home/announcer.hpp"
#include "hub/home/event_queue.hpp"
#include "hub/home/health_book.hpp"
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
        announcer.said(*message);
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

// --- one document for a whole device ---

const std::string device = "homeassistant/device/ouro_abcd/config";

std::string device_document(const std::vector<std::string>& ids) {
    core::Json document = {{"device", {{"name", "Door"}}}, {"components", core::Json::object()}};
    for (const std::string& id : ids) {
        document["components"]["lock_" + id] = {{"platform", "lock"}, {"unique_id", "ouro_abcd_" + id}};
    }
    return document.dump();
}

/// Every message, as "topic payload", with "| " in front where Home Assistant is given time.
std::vector<std::string> say_whole(Announcer& announcer) {
    std::vector<std::string> said;
    while (const auto message = announcer.next()) {
        said.push_back((message->settled ? "| " : "") + message->topic + " " + message->payload);
        announcer.said(*message);
    }
    return said;
}

TEST(AnnouncerOfDevices, moves_from_entities_to_the_device_without_losing_their_settings) {
    Announcer announcer("homeassistant");
    announcer.heard(door, R"({"unique_id":"ouro_abcd_door"})");
    announcer.heard(bell, R"({"unique_id":"ouro_abcd_bell"})");
    announcer.broker_known();
    const std::string document = device_document({"door"});
    announcer.declare("abcd", {{device, document}});
    EXPECT_EQ(say_whole(announcer), (std::vector<std::string>{bell + " ", door + R"( {"migrate_discovery":true})",
                                                              "| " + device + " " + document, "| " + door + " "}))
        << "the bell is gone, the door moves: let go, say, clear";
    announcer.declare("abcd", {{device, document}});
    EXPECT_TRUE(say_whole(announcer).empty());
}

TEST(AnnouncerOfDevices, moves_back_in_the_mirrored_way) {
    Announcer announcer("homeassistant");
    announcer.heard(device, device_document({"door"}));
    announcer.broker_known();
    announcer.declare("abcd", {{door, R"({"unique_id":"ouro_abcd_door"})"}});
    EXPECT_EQ(say_whole(announcer),
              (std::vector<std::string>{device + R"( {"migrate_discovery":true})",
                                        "| " + door + R"( {"unique_id":"ouro_abcd_door"})", "| " + device + " "}));
}

TEST(AnnouncerOfDevices, goes_on_with_a_move_that_was_cut_off) {
    Announcer announcer("homeassistant");
    announcer.heard(door, R"({"unique_id":"ouro_abcd_door"})");
    announcer.broker_known();
    const std::string document = device_document({"door"});
    announcer.declare("abcd", {{device, document}});
    announcer.said(*announcer.next()); // it has let go; then the broker leaves
    announcer.connection_lost();
    announcer.heard(door, R"({"migrate_discovery":true})");
    announcer.broker_known();
    EXPECT_EQ(say_whole(announcer), (std::vector<std::string>{door + R"( {"migrate_discovery":true})",
                                                              "| " + device + " " + document, "| " + door + " "}));
}

TEST(AnnouncerOfDevices, reduces_a_component_that_is_gone_before_it_leaves_it_out) {
    Announcer announcer("homeassistant");
    announcer.heard(device, device_document({"door", "gate"}));
    announcer.broker_known();
    const std::string document = device_document({"door"});
    announcer.declare("abcd", {{device, document}});
    core::Json reduced = core::Json::parse(document);
    reduced["components"]["lock_gate"] = {{"platform", "lock"}};
    EXPECT_EQ(say_whole(announcer),
              (std::vector<std::string>{device + " " + reduced.dump(), "| " + device + " " + document}));
    announcer.heard(device, reduced.dump()); // as a broker of MQTT 3.1.1 tells us what we said ourselves
    announcer.declare("abcd", {{device, document}});
    EXPECT_EQ(say_whole(announcer), std::vector{device + " " + document}) << "and not for ever";
}

TEST(Announcer, offers_what_no_board_declares_and_forgets_only_that) {
    Announcer announcer("homeassistant");
    const std::string old = "homeassistant/lock/ouro_efgh_gate/config";
    announcer.heard(old, R"({"name":"Gate","device":{"name":"Shed"}})");
    announcer.heard("homeassistant/device/ouro_ijkl/config", R"({"device":{"name":"Attic"}})");
    announcer.heard("homeassistant/sensor/ouro_mnop_health-heap/config", "no JSON");
    announcer.heard(door, "1");
    announcer.broker_known();
    announcer.declare("abcd", {{door, "1"}});
    const auto orphans = announcer.orphans();
    ASSERT_EQ(orphans.size(), 3U);
    EXPECT_EQ(orphans[0].uid, "ijkl");
    EXPECT_EQ(orphans[0].id, "");
    EXPECT_EQ(orphans[1].name, "Shed: Gate");
    EXPECT_EQ(orphans[1].id, "gate");
    EXPECT_EQ(orphans[2].id, "health-heap");
    EXPECT_FALSE(announcer.forget(door)) << "it has its board";
    EXPECT_FALSE(announcer.forget("homeassistant/lock/zigbee/config"));
    EXPECT_TRUE(announcer.knows("efgh"));
    EXPECT_TRUE(announcer.forget(old));
    EXPECT_FALSE(announcer.forget(old)) << "once";
    EXPECT_FALSE(announcer.knows("efgh"));
    EXPECT_EQ(say_all(announcer), std::vector{"-" + old});
    EXPECT_EQ(announcer.orphans().size(), 2U);
}

TEST(Announcer, a_board_that_comes_after_all_is_no_orphan_any_more) {
    Announcer announcer("homeassistant");
    announcer.heard(door, "1");
    announcer.broker_known();
    EXPECT_EQ(announcer.orphans().size(), 1U);
    announcer.declare("abcd", {{door, "1"}, {bell, "1"}});
    EXPECT_TRUE(announcer.orphans().empty());
    ASSERT_EQ(announcer.announced().size(), 1U);
    EXPECT_EQ(announcer.announced()[0].documents, 2U);
    EXPECT_EQ(announcer.announced()[0].waiting, 1U);
    say_all(announcer);
    announcer.heard(door, "");
    EXPECT_EQ(announcer.announced()[0].waiting, 0U);
    EXPECT_EQ(announcer.announced()[0].deleted, 1U);
}

TEST(Announcer, what_is_about_to_be_forgotten_stays_if_its_board_declares_it_meanwhile) {
    Announcer announcer("homeassistant");
    announcer.heard(door, "1");
    announcer.broker_known();
    EXPECT_TRUE(announcer.forget(door));
    announcer.declare("abcd", {{door, "1"}});
    EXPECT_EQ(say_all(announcer), std::vector{door});
}

TEST(HealthBook, tells_figures_once_a_minute_and_a_crash_at_once) {
    HealthBook book;
    EXPECT_FALSE(book.find("abcd"));
    EXPECT_EQ(book.note(core::Heartbeat{"abcd", 12'345, {{"heap", 100}}, {}}, 0s),
              R"({"crash":null,"heap":100,"rssi":null,"uptime":12})");
    EXPECT_FALSE(book.note(core::Heartbeat{"abcd", 22'345, {{"heap", 90}, {"rssi", "loud"}}, {}}, 59s));
    EXPECT_EQ(book.note(core::Crashed{"abcd", {{"message", "ValueError: x"}, {"file", "app.py"}, {"line", 12}}, {}}),
              R"x({"crash":"ValueError: x (app.py:12)","heap":90,"rssi":null,"uptime":22})x");
    EXPECT_TRUE(book.note(core::Heartbeat{"abcd", 62'345, core::Json::object(), {}}, 60s));
    EXPECT_EQ(book.find("abcd"), R"x({"crash":"ValueError: x (app.py:12)","heap":90,"rssi":null,"uptime":62})x");
    book.note(core::Crashed{"abcd", {{"message", std::string(1000, 'x')}}, {}});
    EXPECT_LE(core::Json::parse(*book.find("abcd"))["crash"].get<std::string>().size(), 255U);
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
    const auto whole = parse_config_topic("ha", device_config_topic("ha", "abcd"));
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->uid, "abcd");
    EXPECT_EQ(whole->id, "");
    const auto health = parse_config_topic("ha", config_topic("ha", core::Kind::sensor, "abcd", health_id("heap")));
    ASSERT_TRUE(health);
    EXPECT_EQ(health->id, "health-heap");
    EXPECT_FALSE(parse_config_topic("ha", "ha/sensor/ouro_abcd_health-/config"));
    EXPECT_FALSE(parse_config_topic("ha", "ha/device/ouro_hub/config"));
}

} // namespace
} // namespace hub::home
