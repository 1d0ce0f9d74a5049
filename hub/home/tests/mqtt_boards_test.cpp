// SPDX-License-Identifier: Apache-2.0
// Boards that speak for themselves, as a client of a real Mosquitto plays them.
#include "hub/home/tests/broker_fixture.hpp"

#include <gmock/gmock.h>

namespace hub::home {
namespace {

/// Every command of which the hub has told, as "entity value source outcome".
struct CommandKeeper final : core::Observer {
    void on_change(const core::Change& change) override {
        if (const auto* command = std::get_if<core::CommandChanged>(&change)) {
            told.push_back(command->id + " " + command->value.dump() + " " + command->source + " " + command->outcome);
        }
    }
    std::vector<std::string> told;
};

class BoardsOnMqtt : public BrokerFixture {
protected:
    void publish(const std::string& leaf, const std::string& payload, bool retain = true) {
        peer->publish("ouro/wifi01/" + leaf, payload, retain);
    }
    void speak(const std::string& status = "online") {
        publish("temp/state", "21.5"); // the broker's order is not ours to choose
        publish("lamp/state", "ON");
        publish("status", status);
        publish("decl", R"([["lamp","switch","Lamp",{}],["temp","sensor","Temp",{}],)"
                        R"(["bell","event","Bell",{"event_types":["ring"],"mqtt_publish":["x/call","called"]}],)"
                        R"(["door","lock","Door",{"mqtt_command":["x/unlock","open"]}]])");
        publish("hello", R"({"uid":"wifi01","name":"Porch","app":"a","runtime":"micropython","version":"1.25.0",)"
                         R"("boot":7,"decl":"00000001","link":"mqtt"})");
    }
    void start_with_board() {
        connect_peer();
        start_home();
        speak();
        ASSERT_TRUE(until([&] { return is_online() && peer->count(lamp_config) > 0; }));
    }
    const core::Board* board() { return hub.find("wifi01"); }
    bool is_online() { return board() != nullptr && board()->online; }
    core::Json value(const std::string& id) {
        if (board() == nullptr) return "no board";
        for (const auto& [key, state] : board()->states) {
            if (key == id) return state.value;
        }
        return "nothing";
    }

    CommandKeeper commands;
    const std::string lamp_config = "homeassistant/switch/ouro_wifi01_lamp/config";
};

TEST_F(BoardsOnMqtt, become_boards_of_the_hub_with_values_and_discovery) {
    start_with_board();
    EXPECT_EQ(board()->name, "Porch");
    EXPECT_EQ(board()->evidence->path, "MQTT");
    EXPECT_TRUE(until([&] { return value("lamp") == true && value("temp") == 21.5; }));
    publish("temp/state", "None");
    publish("lamp/state", "OFF");
    EXPECT_TRUE(until([&] { return value("lamp") == false && value("temp").is_null(); }));
    for (const auto& message : peer->received) {
        if (message.topic != lamp_config) continue;
        EXPECT_THAT(message.payload, ::testing::HasSubstr("ouro/wifi01/status"));
        EXPECT_THAT(message.payload, ::testing::Not(::testing::HasSubstr("ouro/hub/status")))
            << "it is there without the hub, too";
    }
}

TEST_F(BoardsOnMqtt, are_known_to_a_hub_that_starts_later_by_what_the_broker_keeps) {
    connect_peer();
    speak();
    ASSERT_TRUE(until([&] { return peer->received.size() == 5; }));
    start_home();
    EXPECT_TRUE(until([&] { return is_online() && value("lamp") == true && value("temp") == 21.5; }));
}

TEST_F(BoardsOnMqtt, that_are_away_are_known_and_away) {
    connect_peer();
    speak("offline");
    start_home();
    EXPECT_TRUE(until([&] { return board() != nullptr && board()->entities.size() == 4 && !is_online(); }));
    publish("status", "online");
    EXPECT_TRUE(until([&] { return is_online(); }));
}

TEST_F(BoardsOnMqtt, say_themselves_whether_they_are_here_and_the_hub_says_nothing) {
    start_with_board();
    publish("log", R"({"level":"info","text":"hello there"})", false);
    publish("bell/event", R"({"event_type":"ring","n":1})", false);
    ASSERT_TRUE(until([&] {
        return log.count("hello there") == 1 && peer->count("ouro/wifi01/log") == 1 &&
               peer->count("ouro/wifi01/bell/event") == 1;
    }));
    peer->received.clear();
    publish("status", "offline");
    EXPECT_TRUE(until([&] { return !is_online(); }));
    publish("status", "online");
    EXPECT_TRUE(until([&] { return is_online(); }));
    home->stop();
    ASSERT_TRUE(until([&] { return peer->count("ouro/hub/status", "offline") == 1; }));
    EXPECT_EQ(peer->count("ouro/wifi01/status"), 2U) << "what it said itself, and nothing of ours";
    for (const char* leaf : {"hello", "decl", "lamp/state", "log", "bell/event"}) {
        EXPECT_EQ(peer->count(std::string("ouro/wifi01/") + leaf), 0U) << leaf;
    }
    EXPECT_EQ(peer->count("x/call"), 0U) << "its further topic is its own, too";
}

TEST_F(BoardsOnMqtt, get_commands_of_people_with_id_time_and_life) {
    start_with_board();
    const auto sent = hub.command({"wifi01", "lamp", false, "web", "w-1"});
    ASSERT_TRUE(sent) << std::string(sent.error().message);
    core::Json command;
    ASSERT_TRUE(until([&] {
        for (const auto& message : peer->received) {
            if (message.topic == "ouro/wifi01/lamp/set") command = core::Json::parse(message.payload);
            EXPECT_FALSE(message.topic.ends_with("/set") && message.retained);
        }
        return command.is_object();
    }));
    EXPECT_EQ(command["value"], false);
    EXPECT_EQ(command["id"], "w-1");
    EXPECT_EQ(command["ttl_ms"], 5000);
    EXPECT_GT(command["t"], 1.7e9);
}

TEST_F(BoardsOnMqtt, carry_out_what_comes_by_mqtt_themselves) {
    start_with_board();
    peer->publish("ouro/wifi01/lamp/set", "OFF");
    peer->publish("x/unlock", "open");
    peer->publish("ouro/wifi01/nobody/set", "OFF");
    peer->publish("ouro/wifi01/lamp/set", "OFF", true);
    publish("temp/state", "30");
    ASSERT_TRUE(until([&] { return value("temp") == 30 && peer->count("ouro/wifi01/temp/state", "30") == 1; }));
    EXPECT_EQ(peer->count("ouro/wifi01/lamp/set"), 2U) << "neither repeated nor cleared";
    EXPECT_EQ(log.count("command"), 0U);
}

TEST_F(BoardsOnMqtt, have_what_others_command_on_the_record_with_its_end) {
    hub.add_observer(commands);
    start_with_board();
    peer->publish("ouro/wifi01/lamp/set", "OFF");
    ASSERT_TRUE(until([&] { return commands.told.size() == 1; }));
    publish("lamp/done", R"({"id":"m-1-1","ok":true,"text":""})", false);
    ASSERT_TRUE(until([&] { return commands.told.size() == 2; }));
    EXPECT_EQ(commands.told[0], "lamp false mqtt sent");
    EXPECT_EQ(commands.told[1], "lamp false mqtt done");
    ASSERT_TRUE(hub.command({"wifi01", "lamp", true, "web", "w-1"}));
    ASSERT_TRUE(until([&] { return peer->count("ouro/wifi01/lamp/set") == 2; }));
    publish("lamp/done", R"({"id":"w-1","ok":true,"text":""})", false);
    ASSERT_TRUE(until([&] { return commands.told.size() == 4; }));
    EXPECT_EQ(commands.told[2], "lamp true web sent");
    EXPECT_EQ(commands.told[3], "lamp true web done") << "the hub's own is told once";
}

TEST_F(BoardsOnMqtt, get_the_answer_to_a_question_up_to_4_kib) {
    start_with_board();
    hub.home_answer("wifi01", 3, true, "", {{"a", std::string(4000, 'x')}});
    hub.home_answer("wifi01", 4, true, "", {{"a", std::string(4100, 'x')}});
    ASSERT_TRUE(until([&] { return peer->count("ouro/wifi01/answer") == 2; }));
    std::vector<core::Json> answers;
    for (const auto& message : peer->received) {
        if (message.topic != "ouro/wifi01/answer") continue;
        EXPECT_LE(message.payload.size(), 4096U);
        answers.push_back(core::Json::parse(message.payload));
    }
    EXPECT_EQ(answers[0]["response"]["a"].get<std::string>().size(), 4000U);
    EXPECT_EQ(answers[1]["ok"], false);
    EXPECT_FALSE(answers[1].contains("response"));
}

TEST_F(BoardsOnMqtt, are_announced_with_their_signal_and_their_health_is_told) {
    start_with_board();
    ASSERT_TRUE(until([&] { return peer->count("homeassistant/sensor/ouro_wifi01_health-rssi/config") == 1; }));
    publish("up", R"({"t_ms":61000,"heap":30000,"rssi":-61})", false);
    EXPECT_TRUE(until([&] {
        return peer->count("ouro/wifi01/health", R"({"crash":null,"heap":30000,"rssi":-61,"uptime":61})") == 1;
    }));
}

TEST_F(BoardsOnMqtt, that_come_back_on_a_serial_line_get_the_hubs_voice) {
    start_with_board();
    publish("status", "offline");
    ASSERT_TRUE(until([&] { return !is_online(); }));
    hub.line_opened("wifi01", line, false);
    hub.on_message("wifi01", R"(["hello",{"uid":"wifi01","name":"Porch","boot":8,"t_ms":1,"decl":"2"}])");
    hub.on_message("wifi01", R"(["decl",[["lamp","switch","Lamp",{}]]])");
    hub.on_message("wifi01", R"(["state","lamp",true,5])");
    EXPECT_TRUE(until([&] {
        return peer->count("ouro/wifi01/status", "online") == 2 && peer->count("ouro/wifi01/lamp/state", "ON") == 2;
    }));
}

TEST_F(BoardsOnMqtt, that_say_nonsense_are_left_alone) {
    start_with_board();
    publish("decl", "[[", false);
    publish("decl", std::string(40'000, '['), false);
    publish("hello", "7", false);
    publish("hello", R"({"link":"mqtt","uid":"other1"})", false);
    publish("lamp/state", std::string(2000, 'x'), false);
    publish("lamp/state", "\xFF\xFE", false);
    publish("bell/event", R"({"event_type":5})", false);
    publish("up", R"({"t_ms":"soon"})", false);
    publish("call", R"({"n":"x"})", false);
    publish("past", R"(["set","door","UNLOCK","x"])", false);
    peer->publish("ouro/x/status", "online");
    peer->publish("ouro/wifi01/UP/state", "1");
    publish("temp/state", "30");
    EXPECT_TRUE(until([&] { return value("temp") == 30; }));
    EXPECT_EQ(value("lamp"), true);
}

TEST_F(BoardsOnMqtt, come_and_go_with_the_connection_of_the_hub) {
    start_with_board();
    broker.stop();
    ASSERT_TRUE(until([&] { return !is_online(); }));
}

} // namespace
} // namespace hub::home
