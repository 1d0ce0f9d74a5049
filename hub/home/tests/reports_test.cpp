// SPDX-License-Identifier: Apache-2.0
// Reports of battery sensors on their way through a real broker.
#include "hub/home/confirmations.hpp"
#include "hub/home/tests/broker_fixture.hpp"

#include <algorithm>
#include <csignal>

namespace hub::home {
namespace {

TEST(Confirmations, a_report_is_confirmed_with_its_last_message) {
    Confirmations confirmations;
    confirmations.add({"abcd", 1, 7}, {3, 4});
    EXPECT_TRUE(confirmations.contains({"abcd", 1, 7}));
    EXPECT_FALSE(confirmations.acknowledged(4, true));
    EXPECT_FALSE(confirmations.acknowledged(5, true));
    EXPECT_EQ(confirmations.acknowledged(3, true), (ReportName{"abcd", 1, 7}));
    EXPECT_FALSE(confirmations.contains({"abcd", 1, 7}));
}

TEST(Confirmations, what_the_broker_did_not_take_confirms_nothing) {
    Confirmations confirmations;
    confirmations.add({"abcd", 1, 7}, {3, 4});
    EXPECT_FALSE(confirmations.acknowledged(3, false));
    EXPECT_FALSE(confirmations.acknowledged(4, true));
    EXPECT_FALSE(confirmations.contains({"abcd", 1, 7})) << "the board's repetition is published";
}

TEST(Confirmations, a_lost_connection_and_another_boot_confirm_nothing) {
    Confirmations confirmations;
    confirmations.add({"abcd", 1, 7}, {3});
    confirmations.connection_lost();
    EXPECT_FALSE(confirmations.acknowledged(3, true));
    confirmations.add({"abcd", 1, 7}, {3});
    confirmations.add({"efgh", 1, 7}, {4});
    confirmations.add({"abcd", 2, 1}, {5});
    EXPECT_FALSE(confirmations.acknowledged(3, true));
    EXPECT_TRUE(confirmations.acknowledged(4, true));
}

TEST(Confirmations, no_more_than_256_are_remembered) {
    Confirmations confirmations;
    for (int i = 0; i <= 256; ++i) confirmations.add({"abcd", 1, static_cast<std::uint16_t>(i)}, {i + 1});
    EXPECT_FALSE(confirmations.contains({"abcd", 1, 0}));
    EXPECT_TRUE(confirmations.contains({"abcd", 1, 1}));
}

class ReportsWithBroker : public BrokerFixture {
protected:
    static constexpr const char* motion = "ouro/abcd/motion/state";
    const std::string motion_config = "homeassistant/binary_sensor/ouro_abcd_motion/config";

    void hello(int boot) {
        say(R"(["hello",{"uid":"abcd","name":"Hall","board":"pir","boot":)" + std::to_string(boot) +
            R"(,"t_ms":1000,"decl":"1"}])");
    }
    void declare() {
        say(R"(["decl",[["motion","binary_sensor","Motion",{"device_class":"motion","datapoint":{"id":101}}],)"
            R"(["key","event","Key",{"event_types":["press"],"mqtt_publish":["old/key","pressed"],)"
            R"("datapoint":{"id":3,"values":{"1":"press"}}}]]])");
    }
    void start_sensor() {
        connect_peer();
        start_home();
        hub.line_opened("abcd", line, true);
        hello(1);
        declare();
        ASSERT_TRUE(until([&] { return peer->count(motion_config) == 1 && home->status() == MqttState::connected; }));
    }
    std::size_t answers(int serial) const {
        return static_cast<std::size_t>(
            std::count(line.sent.begin(), line.sent.end(), core::Json::array({"reported", serial})));
    }
    bool told_broker_is(bool connected) const {
        for (auto message = line.sent.rbegin(); message != line.sent.rend(); ++message) {
            if ((*message)[0] == "up") return (*message)[2] == connected;
        }
        return false;
    }
};

TEST_F(ReportsWithBroker, row_4_13_a_report_is_answered_when_the_broker_has_it) {
    start_sensor();
    say(R"(["report",1,"65010001010304000101",{},1000])");
    EXPECT_EQ(answers(1), 0U) << "nothing is confirmed before the broker was asked";
    ASSERT_TRUE(until([&] { return answers(1) == 1; }));
    EXPECT_TRUE(until([&] {
        return peer->count(motion, "ON") == 1 && peer->count("ouro/abcd/key/event", R"({"event_type":"press"})") == 1 &&
               peer->count("old/key", "pressed") == 1;
    }));
}

TEST_F(ReportsWithBroker, row_4_25_a_boot_for_an_event_says_states_and_no_discovery) {
    start_sensor();
    say(R"(["report",1,"6501000101",{},1000])");
    ASSERT_TRUE(until([&] { return answers(1) == 1 && peer->count(motion) == 1; }));
    peer->received.clear();
    hello(2);
    declare();
    say(R"(["report",1,"6501000100",{},1000])");
    ASSERT_TRUE(until([&] { return peer->count(motion, "OFF") == 1; }));
    peer->publish("end", "1");
    ASSERT_TRUE(until([&] { return peer->count("end") == 1; }));
    std::size_t discovery = 0;
    std::size_t states = 0;
    for (const Peer::Received& message : peer->received) {
        discovery += message.topic.starts_with("homeassistant/") ? 1 : 0;
        states += message.topic.ends_with("/state") ? 1 : 0;
    }
    EXPECT_EQ(discovery, 0U);
    EXPECT_EQ(states, 1U);
}

TEST_F(ReportsWithBroker, row_4_15_a_repetition_on_its_way_is_not_published_again) {
    start_sensor();
    for (int i = 0; i < 5; ++i) say(R"(["report",1,"6501000101",{},1000])");
    ASSERT_TRUE(until([&] { return answers(1) == 1; }));
    say(R"(["report",2,"6501000100",{},1000])");
    ASSERT_TRUE(until([&] { return peer->count(motion, "OFF") == 1; }));
    EXPECT_EQ(peer->count(motion, "ON"), 1U);
    EXPECT_EQ(answers(1), 1U);
}

TEST_F(ReportsWithBroker, row_4_23_what_a_broker_lost_is_not_answered_and_published_when_it_is_back) {
    start_sensor();
    EXPECT_TRUE(told_broker_is(true));
    ::kill(broker.pid(), SIGSTOP); // it gets the report, and never answers
    say(R"(["report",1,"6501000101",{},1000])");
    ::kill(broker.pid(), SIGKILL);
    ASSERT_TRUE(until([&] { return told_broker_is(false); }));
    say(R"(["report",1,"6501000101",{},1000])");
    peer.reset();
    ASSERT_TRUE(until([&] { return told_broker_is(true); })); // it was started again
    connect_peer();
    for (int i = 0; i < 100; ++i) io.run_for(1ms);
    EXPECT_EQ(answers(1), 0U) << "whatever else the hub has said since, nobody has confirmed the report";
    say(R"(["report",1,"6501000101",{},1000])");
    EXPECT_TRUE(until([&] { return answers(1) == 1 && peer->count(motion, "ON") > 0; }));
}

TEST_F(ReportsWithBroker, the_option_datapoint_stays_in_the_hub) {
    start_sensor();
    for (const Peer::Received& message : peer->received) {
        if (!message.topic.starts_with("homeassistant/")) continue;
        EXPECT_EQ(message.payload.find("datapoint"), std::string::npos) << message.payload;
    }
}

} // namespace
} // namespace hub::home
