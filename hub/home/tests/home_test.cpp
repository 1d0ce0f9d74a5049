// SPDX-License-Identifier: Apache-2.0
#include "hub/home/event_queue.hpp"
#include "hub/home/tests/broker_fixture.hpp"

#include <sys/stat.h>

namespace hub::home {
namespace {

using HomeWithBroker = BrokerFixture;

TEST_F(HomeWithBroker, says_who_is_there_what_it_has_and_how_it_is) {
    start_all();
    EXPECT_TRUE(until([&] {
        return peer->count("ouro/hub/status", "online") > 0 && peer->count("ouro/abcd/status", "online") > 0 &&
               peer->count("ouro/abcd/hello") > 0 && peer->count("ouro/abcd/decl") > 0 &&
               peer->count("homeassistant/event/ouro_abcd_bell/config") > 0 &&
               peer->count("homeassistant/binary_sensor/ouro_hub_status/config") > 0;
    }));
    EXPECT_EQ(home->status(), MqttState::connected);
    EXPECT_EQ(peer->count(door_config), 1U) << "said once, and not again while nothing changes";
}

TEST_F(HomeWithBroker, a_ring_becomes_an_event_and_the_further_topic) {
    start_all();
    say(R"(["event","bell","ring",{},1000])");
    EXPECT_TRUE(until([&] {
        return peer->count("ouro/abcd/bell/event", R"({"event_type":"ring"})") == 1 &&
               peer->count("pyntercom/call", "call_detected") == 1;
    }));
}

TEST_F(HomeWithBroker, unlock_reaches_the_board_and_its_end_is_told) {
    start_all();
    peer->publish("ouro/abcd/door/set", R"({"value":"UNLOCK","id":"c1"})");
    ASSERT_TRUE(until([&] { return line.commands() == 1; }));
    EXPECT_EQ(line.sent.back()[2], "UNLOCK");
    say(R"(["done","c1",true,""])");
    EXPECT_TRUE(until([&] { return peer->count("ouro/abcd/door/done", R"({"id":"c1","ok":true,"text":""})") == 1; }));
}

TEST_F(HomeWithBroker, the_further_topic_takes_exactly_its_payload) {
    start_all();
    for (const char* wrong : {"OPEN", "open\n", " open", "opened"}) peer->publish("pyntercom/unlock", wrong);
    peer->publish("pyntercom/unlock", "");
    ASSERT_TRUE(until([&] { return log.count("not the payload") == 5; }));
    EXPECT_EQ(line.commands(), 0U);
    peer->publish("pyntercom/unlock", "open");
    EXPECT_TRUE(until([&] { return line.commands() == 1; }));
}

TEST_F(HomeWithBroker, what_a_board_declares_while_the_connection_is_made_is_heard_too) {
    connect_peer();
    start_home();
    while (home->status() != MqttState::connected) ASSERT_EQ(io.run_one_for(20s), 1U);
    attach_board(); // subscriptions are sent, none is confirmed
    ASSERT_TRUE(until([&] { return peer->count("ouro/abcd/door/state", "LOCKED") > 0; }));
    peer->publish("pyntercom/unlock", "open");
    EXPECT_TRUE(until([&] { return line.commands() == 1; }));
}

TEST_F(HomeWithBroker, wrong_commands_are_refused_and_logged) {
    start_all();
    for (const std::string& wrong : {std::string("OPEN"), std::string(), std::string("UNLOCK\n"),
                                     std::string(10'000, 'x'), std::string("\xff\xfe")}) {
        peer->publish("ouro/abcd/door/set", wrong);
    }
    ASSERT_TRUE(until([&] { return log.count("command refused") == 5; }));
    EXPECT_EQ(line.commands(), 0U);
}

TEST_F(HomeWithBroker, a_retained_command_is_never_acted_on_and_is_cleared) {
    connect_peer();
    peer->publish("ouro/abcd/door/set", "UNLOCK", true);
    peer->publish("pyntercom/unlock", "open", true);
    ASSERT_TRUE(until([&] { return peer->received.size() == 2; }));
    attach_board();
    start_home();
    ASSERT_TRUE(
        until([&] { return peer->count("ouro/abcd/door/set", "") == 1 && peer->count("pyntercom/unlock", "") == 1; }));
    ASSERT_TRUE(until([&] { return peer->count("ouro/abcd/door/state", "LOCKED") > 0; }));
    EXPECT_EQ(line.commands(), 0U);
    EXPECT_EQ(log.count("retained command was ignored"), 2U);
    peer->publish("ouro/abcd/door/set", "UNLOCK");
    EXPECT_TRUE(until([&] { return line.commands() == 1; })) << "one that is not retained is still welcome";
}

TEST_F(HomeWithBroker, everything_is_said_again_after_a_restart_of_the_broker) {
    start_all();
    broker.stop();
    ASSERT_TRUE(until([&] { return home->status() == MqttState::connecting; }));
    start_broker();
    connect_peer();
    EXPECT_TRUE(until([&] {
        return peer->count("ouro/hub/status", "online") > 0 && peer->count("ouro/abcd/status", "online") > 0 &&
               peer->count("ouro/abcd/door/state", "LOCKED") > 0 && peer->count(door_config) > 0;
    }));
}

TEST_F(HomeWithBroker, a_ring_while_the_broker_is_away_is_told_when_it_is_back) {
    start_all();
    broker.stop();
    ASSERT_TRUE(until([&] { return home->status() == MqttState::connecting; }));
    say(R"(["event","bell","ring",{},1000])");
    start_broker();
    connect_peer();
    EXPECT_TRUE(until([&] { return peer->count("ouro/abcd/bell/event", R"({"event_type":"ring"})") == 1; }));
}

TEST_F(HomeWithBroker, after_a_long_absence_of_the_broker_the_newest_is_said_once_and_all_is_announced_in_bursts) {
    start_all();
    hub.line_opened("efgh", line, true);
    hub.on_message("efgh", R"(["hello",{"uid":"efgh","name":"Many","boot":1,"t_ms":1000,"decl":"1"}])");
    for (int part = 0; part < 2; ++part) {
        core::Json elements = core::Json::array();
        for (int i = 0; i < 16; ++i) elements.push_back({"n" + std::to_string(16 * part + i), "sensor", "N"});
        hub.on_message("efgh", core::Json::array({"decl", elements, 16 * part, 32}).dump());
    }
    const std::string last_config = "homeassistant/sensor/ouro_efgh_n9/config";
    ASSERT_TRUE(until([&] { return peer->count(last_config) == 1; }));
    broker.stop();
    ASSERT_TRUE(until([&] { return home->status() == MqttState::connecting; }));
    for (int i = 0; i < 3000; ++i) say(R"(["state","note",")" + std::to_string(i) + R"(",1000])");
    for (int i = 0; i < 40; ++i) say(R"(["event","bell","ring",{"n":)" + std::to_string(i) + "},1000]");
    start_broker(); // one that remembers nothing
    connect_peer();
    ASSERT_TRUE(until([&] { return peer->count("ouro/hub/status", "online") > 0; }));
    const auto began = std::chrono::steady_clock::now();
    ASSERT_TRUE(until([&] { return peer->count(last_config) == 1 && peer->count(door_config) == 1; }));
    EXPECT_GT(std::chrono::steady_clock::now() - began, 800ms) << "42 documents, 20 at once";
    EXPECT_EQ(peer->count("ouro/abcd/note/state"), 1U);
    EXPECT_EQ(peer->count("ouro/abcd/note/state", "2999"), 1U);
    ASSERT_TRUE(until([&] { return peer->count("ouro/abcd/bell/event", R"({"event_type":"ring","n":39})") == 1; }));
    EXPECT_EQ(peer->count("ouro/abcd/bell/event"), EventQueue::size_max / 2)
        << "the oldest gave way: each ring is said on a further topic too";
}

TEST_F(HomeWithBroker, a_board_with_another_name_is_announced_by_it_though_it_declares_nothing_new) {
    start_all();
    say(R"(["hello",{"uid":"abcd","name":"Basement","boot":1,"t_ms":2000,"decl":"1"}])");
    EXPECT_TRUE(until([&] {
        return std::any_of(peer->received.begin(), peer->received.end(), [&](const auto& message) {
            return message.topic == door_config && message.payload.find("Basement") != std::string::npos;
        });
    }));
}

TEST_F(HomeWithBroker, home_assistants_birth_makes_it_say_everything_again) {
    start_all();
    peer->received.clear();
    peer->publish("homeassistant/status", "online");
    EXPECT_TRUE(until([&] {
        return peer->count(door_config) == 1 && peer->count("ouro/abcd/status", "online") == 1 &&
               peer->count("ouro/abcd/door/state", "LOCKED") == 1;
    }));
}

TEST_F(HomeWithBroker, documents_of_entities_that_are_gone_are_cleared) {
    start_all();
    peer->publish("homeassistant/switch/ouro_abcd_old/config", "{}", true);
    peer->publish("homeassistant/switch/ouro_zzzz_other/config", "{}", true);
    ASSERT_TRUE(until([&] { return peer->count("homeassistant/switch/ouro_zzzz_other/config", "{}") == 1; }));
    const auto cleared = [&] {
        attach_board(); // it declares again
        return peer->count("homeassistant/switch/ouro_abcd_old/config", "") == 1;
    };
    EXPECT_TRUE(until(cleared));
    EXPECT_EQ(peer->count("homeassistant/switch/ouro_zzzz_other/config", ""), 0U);
}

TEST_F(HomeWithBroker, an_orphan_is_offered_and_removed_with_all_that_the_broker_keeps_of_it) {
    connect_peer();
    const std::string gate = "homeassistant/lock/ouro_gone1_gate/config";
    const std::vector<std::string> leaves{"hello", "decl", "status", "gate/state"};
    peer->publish(gate, R"({"name":"Gate","device":{"name":"Shed"}})", true);
    for (const std::string& leaf : leaves) peer->publish("ouro/gone1/" + leaf, "x", true);
    ASSERT_TRUE(until([&] { return peer->received.size() == 5; }));
    start_home();
    attach_board();
    ASSERT_TRUE(until([&] { return home->report().orphans.size() == 1; }));
    EXPECT_EQ(home->report().orphans[0].name, "Shed: Gate");
    EXPECT_EQ(home->forget({door_config, "homeassistant/x/y/config"}), 0U) << "only orphans";
    EXPECT_EQ(home->forget({gate}), 1U);
    EXPECT_TRUE(until([&] {
        return peer->count(gate, "") == 1 && std::all_of(leaves.begin(), leaves.end(), [&](const auto& leaf) {
                   return peer->count("ouro/gone1/" + leaf, "") == 1;
               });
    }));
    EXPECT_TRUE(home->report().orphans.empty());
}

TEST_F(HomeWithBroker, the_report_says_what_is_announced_and_when_home_assistant_started) {
    start_all();
    EXPECT_TRUE(until([&] {
        const auto report = home->report();
        return report.announced.size() == 2 && report.announced[0].uid == "abcd" &&
               report.announced[0].documents == 6 && report.announced[0].waiting == 0;
    })) << "three entities and three of its health";
    EXPECT_EQ(home->report().broker, "connected");
    EXPECT_FALSE(home->report().birth || home->report().running);
    peer->publish("homeassistant/status", "online");
    EXPECT_TRUE(until([&] { return home->report().running && home->report().birth; }));
    peer->publish("homeassistant/status", "offline");
    EXPECT_TRUE(until([&] { return !home->report().running; }));
}

TEST_F(HomeWithBroker, health_is_told_of_a_board_on_a_serial_line_too) {
    start_all();
    say(R"(["up",62000,{"heap":12345}])");
    EXPECT_TRUE(until([&] {
        return peer->count("ouro/abcd/health", R"({"crash":null,"heap":12345,"rssi":null,"uptime":62})") == 1;
    }));
    say(R"(["crash",{"message":"ValueError: x"}])");
    EXPECT_TRUE(until([&] { return peer->count("ouro/abcd/health") == 2; }));
}

TEST_F(HomeWithBroker, what_was_announced_by_entity_moves_to_one_document_of_the_device) {
    start_all();
    home->stop();
    peer->received.clear();
    home.emplace(io,
                 HomeConfig{.own_broker = false,
                            .broker = {"127.0.0.1", access.port, access.username, access.password},
                            .data_dir = folder.path(),
                            .discovery_by_device = true},
                 hub);
    ASSERT_TRUE(home->start());
    attach_board();
    const std::string whole = "homeassistant/device/ouro_abcd/config";
    ASSERT_TRUE(until([&] { return peer->count(door_config, "") == 1; }));
    std::vector<std::string> told;
    for (const auto& message : peer->received) {
        if (message.topic == door_config) told.push_back(message.payload);
        if (message.topic == whole) told.push_back("device");
    }
    EXPECT_EQ(told, (std::vector<std::string>{R"({"migrate_discovery":true})", "device", ""}));
}

TEST_F(HomeWithBroker, what_the_user_deleted_stays_deleted_until_the_board_declares) {
    start_all();
    peer->publish(door_config, "", true);
    ASSERT_TRUE(
        until([&] { return log.count("deleted in Home Assistant") == 1 && peer->count(door_config, "") == 1; }));
    peer->received.clear();
    peer->publish("homeassistant/status", "online");
    ASSERT_TRUE(until([&] { return peer->count("ouro/abcd/door/state", "LOCKED") == 1; }));
    EXPECT_EQ(peer->count(door_config), 0U);
    attach_board();
    EXPECT_TRUE(until([&] { return peer->count(door_config) == 1; }));
}

TEST_F(HomeWithBroker, stopping_says_offline) {
    start_all();
    home->stop();
    EXPECT_EQ(home->status(), MqttState::off);
    EXPECT_TRUE(until([&] {
        return peer->count("ouro/hub/status", "offline") == 1 && peer->count("ouro/abcd/status", "offline") == 1;
    }));
}

TEST_F(HomeWithBroker, a_board_that_was_left_online_by_a_hub_that_died_is_said_to_be_offline) {
    connect_peer();
    peer->publish("ouro/gone/status", "online", true);
    ASSERT_TRUE(until([&] { return peer->received.size() == 1; }));
    start_home();
    EXPECT_TRUE(until([&] { return peer->count("ouro/gone/status", "offline") == 1; }));
}

TEST(OwnBroker, keeps_its_port_and_password_and_hides_them) {
    TemporaryFolder folder;
    const auto first = load_broker_access(folder.path());
    const auto second = load_broker_access(folder.path());
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->port, second->port);
    EXPECT_EQ(first->password, second->password);
    EXPECT_EQ(first->password.size(), 48U);
    ASSERT_TRUE(write_broker_files(folder.path(), *first));
    for (const char* name : {"broker.json", "mosquitto.passwd", "mosquitto.conf"}) {
        struct stat status {};
        ASSERT_EQ(::stat((folder.path() / name).c_str(), &status), 0) << name;
        EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
    }
}

TEST_F(HomeWithBroker, own_broker_refuses_who_does_not_know_the_password) {
    Peer stranger;
    BrokerAccess wrong = access;
    wrong.password += "x";
    ASSERT_TRUE(stranger.connect(wrong));
    stranger.subscribe("#");
    connect_peer();
    peer->publish("secret", "1", true);
    ASSERT_TRUE(until([&] { return peer->count("secret") == 1; }));
    for (int i = 0; i < 50; ++i) stranger.run_a_little();
    EXPECT_TRUE(stranger.received.empty());
}

TEST_F(HomeWithBroker, home_starts_a_broker_of_its_own_and_ends_it) {
    TemporaryFolder own_folder;
    home.emplace(io, HomeConfig{true, {}, own_folder.path()}, hub);
    ASSERT_TRUE(home->start());
    EXPECT_NE(home->broker().port, access.port);
    ASSERT_TRUE(until([&] { return home->status() == MqttState::connected; }));
    EXPECT_FALSE(is_port_free(home->broker().port));
    home->stop();
    EXPECT_TRUE(is_port_free(home->broker().port));
}

TEST_F(HomeWithBroker, own_broker_is_started_again_when_it_dies) {
    const pid_t first = broker.pid();
    bool again = false;
    broker.stop();
    ASSERT_TRUE(broker.start([&again] { again = true; }));
    ASSERT_TRUE(until([&] { return again; }));
    again = false;
    const pid_t second = broker.pid();
    EXPECT_NE(first, second);
    ::kill(second, SIGKILL);
    EXPECT_TRUE(until([&] { return again && broker.pid() != second; }));
}

} // namespace
} // namespace hub::home
