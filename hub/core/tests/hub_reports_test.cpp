// SPDX-License-Identifier: Apache-2.0
#include "hub/core/tests/hub_fixture.hpp"

namespace hub::core {
namespace {

class HubReports : public HubFixture {
protected:
    static constexpr const char* motion_on = R"(["report",1,"6501000101",{},1000])";

    HubReports() { hub.set_broker(BrokerState::connected); }

    void declare_sensor() {
        say(R"(["decl",[["motion","binary_sensor","Motion",{"device_class":"motion","datapoint":{"id":101}}],)"
            R"(["battery","sensor","Battery",{"unit_of_measurement":"%","datapoint":{"id":102,"values":)"
            R"({"0":100,"1":50,"2":10}}}],["low","binary_sensor","Battery low",{"datapoint":{"id":102,"values":)"
            R"({"0":false,"1":false,"2":true}}}],["level","sensor","Level",{"unit_of_measurement":"°C","datapoint":)"
            R"({"id":1,"scale":0.1}}],["name","sensor","Name",{"datapoint":{"id":105}}],["raw","sensor","Raw",)"
            R"({"datapoint":{"id":106}}],["key","event","Key",{"event_types":["press","hold"],"datapoint":)"
            R"({"id":3,"values":{"0":null,"1":"press","2":"hold"}}}],["other","sensor","Other",{}]]])");
    }
    void attach_sensor() {
        hub.line_opened("abcd", line, true);
        hello();
        declare_sensor();
    }
    std::vector<ReportTaken> taken() const { return seen.all<ReportTaken>(); }
    std::size_t answers(int serial) const { return line.count("[\"reported\"," + std::to_string(serial) + "]"); }
};

TEST_F(HubReports, row_4_11_a_motion_becomes_the_value_of_the_entity_that_reads_it) {
    attach_sensor();
    advance(2s);
    say(motion_on);
    EXPECT_EQ(state("motion").value, true);
    EXPECT_EQ(state("motion").at, wall - 2s);
    ASSERT_EQ(taken().size(), 1U);
    EXPECT_EQ(taken()[0].values, (std::vector<std::pair<std::string, Json>>{{"motion", true}}));
    EXPECT_EQ(seen.all<StateChanged>().size(), 1U);
    EXPECT_TRUE(seen.all<StateChanged>()[0].reported);
}

TEST_F(HubReports, row_4_12_motion_ends_with_the_value_0) {
    attach_sensor();
    say(motion_on);
    say(R"(["report",2,"6501000100",{},2000])");
    EXPECT_EQ(state("motion").value, false);
}

TEST_F(HubReports, row_4_13_nothing_is_answered_before_the_broker_has_confirmed_it) {
    attach_sensor();
    say(motion_on);
    advance_by_ticks(60);
    EXPECT_EQ(answers(1), 0U);
    hub.reported("abcd", 1, 1);
    EXPECT_EQ(answers(1), 1U);
}

TEST_F(HubReports, row_4_15_a_repetition_is_taken_once_and_answered_again) {
    attach_sensor();
    say(motion_on);
    say(motion_on);
    EXPECT_EQ(seen.all<StateChanged>().size(), 1U);
    EXPECT_EQ(taken().size(), 2U) << "for the broker, which may have lost the first; home knows what is on its way";
    hub.reported("abcd", 1, 1);
    say(motion_on);
    EXPECT_EQ(answers(1), 2U);
    EXPECT_EQ(taken().size(), 2U);
}

TEST_F(HubReports, another_report_of_the_same_serial_is_another_report) {
    attach_sensor();
    say(motion_on);
    hub.reported("abcd", 1, 1);
    say(R"(["report",1,"6501000100",{},2000])");
    EXPECT_EQ(state("motion").value, false);
    EXPECT_EQ(answers(1), 1U);
    hub.reported("abcd", 1, 1);
    advance(120s);
    say(R"(["report",1,"6501000100",{},122000])");
    EXPECT_EQ(taken().size(), 3U) << "no board repeats for two minutes: it has restarted";
}

TEST_F(HubReports, a_new_boot_counts_from_the_beginning_and_keeps_what_the_mcu_said) {
    attach_sensor();
    say(motion_on);
    say(R"(["state","other",7,1000])");
    hub.reported("abcd", 1, 1);
    hello(2, 10);
    EXPECT_EQ(state("motion").value, true);
    EXPECT_TRUE(state("other").value.is_null());
    say(motion_on);
    ASSERT_EQ(taken().size(), 2U) << "the declaration is the one that is known";
    EXPECT_EQ(taken()[1].boot, 2);
    hub.reported("abcd", 1, 1);
    EXPECT_EQ(answers(1), 1U) << "that confirmation was of the last boot";
}

TEST_F(HubReports, without_a_declaration_it_asks_and_does_not_answer) {
    hub.line_opened("abcd", line, true);
    hello();
    advance(4s);
    say(motion_on);
    EXPECT_EQ(line.count(R"(["who"])"), 2U);
    EXPECT_TRUE(taken().empty());
    declare_sensor();
    say(motion_on);
    EXPECT_EQ(taken().size(), 1U);
    hello(2, 10, "00000002");
    say(R"(["report",1,"6501000100",{},2000])");
    EXPECT_EQ(taken().size(), 1U) << "of entities that are not known yet";
}

TEST_F(HubReports, a_repetition_after_another_declaration_is_translated_anew) {
    attach_sensor();
    say(motion_on);
    hello(1, 1000, "00000002");
    say(R"(["decl",[["moves","binary_sensor","Moves",{"datapoint":{"id":101}}]]])");
    say(motion_on);
    ASSERT_EQ(taken().size(), 2U);
    EXPECT_EQ(taken()[1].values[0].first, "moves");
}

TEST_F(HubReports, before_hello_it_asks_and_does_not_answer) {
    attach_sensor();
    hub.line_closed("abcd", "unplugged");
    hub.line_opened("abcd", line, true);
    say(motion_on);
    EXPECT_TRUE(taken().empty());
    hello();
    say(motion_on);
    EXPECT_EQ(taken().size(), 1U);
}

TEST_F(HubReports, row_4_23_while_the_broker_is_away_nothing_is_taken) {
    attach_sensor();
    hub.set_broker(BrokerState::away);
    EXPECT_EQ(line.sent.back(), R"(["up",1800000000000,false])");
    say(motion_on);
    EXPECT_TRUE(seen.all<StateChanged>().empty());
    hub.set_broker(BrokerState::connected);
    EXPECT_EQ(line.sent.back(), R"(["up",1800000000000,true])");
    say(motion_on);
    EXPECT_EQ(taken().size(), 1U);
}

TEST_F(HubReports, what_the_broker_lost_is_told_to_it_again_with_its_own_value) {
    attach_sensor();
    say(motion_on);
    say(R"(["report",2,"6501000100",{},1100])");
    hub.set_broker(BrokerState::away);
    say(motion_on);
    hub.set_broker(BrokerState::connected);
    say(motion_on);
    ASSERT_EQ(taken().size(), 3U);
    EXPECT_EQ(taken()[2].values[0].second, true);
    EXPECT_EQ(state("motion").value, false);
}

TEST_F(HubReports, without_any_broker_it_is_answered_once_it_is_on_the_timeline) {
    hub.set_broker(BrokerState::none);
    attach_sensor();
    EXPECT_EQ(line.count(R"(["up",1800000000000,true])"), 1U);
    say(motion_on);
    EXPECT_EQ(answers(1), 1U);
    EXPECT_TRUE(taken().empty());
    EXPECT_EQ(state("motion").value, true);
}

TEST_F(HubReports, row_4_16_several_datapoints_of_all_types_are_each_read) {
    attach_sensor();
    say(R"(["report",1,"660400010265010001010102000400)"
        R"(00011d690300024f4b6a000004deadbeef0304000101",{},1000])");
    EXPECT_EQ(state("motion").value, true);
    EXPECT_EQ(state("battery").value, 10);
    EXPECT_EQ(state("low").value, true);
    EXPECT_EQ(state("level").value, 28.5);
    EXPECT_EQ(state("name").value, "OK");
    EXPECT_EQ(state("raw").value, "deadbeef");
    ASSERT_EQ(taken().size(), 1U);
    EXPECT_EQ(taken()[0].values.size(), 6U);
    ASSERT_EQ(taken()[0].events.size(), 1U);
    EXPECT_EQ(taken()[0].events[0].type, "press");
    EXPECT_EQ(seen.all<EventFired>().size(), 1U);
}

TEST_F(HubReports, row_4_18_an_unknown_level_is_unknown) {
    attach_sensor();
    say(R"(["report",1,"6604000109",{},1000])");
    EXPECT_TRUE(state("battery").value.is_null());
    EXPECT_EQ(taken()[0].values.size(), 2U);
}

TEST_F(HubReports, row_4_18_a_level_in_percent_is_low_below_its_bound) {
    hub.line_opened("abcd", line, true);
    hello();
    say(R"(["decl",[["low","binary_sensor","Low",{"device_class":"battery","datapoint":{"id":103,"below":21}}]]])");
    say(R"(["report",1,"6702000400000015",{},1000])");
    EXPECT_EQ(state("low").value, false);
    say(R"(["report",2,"6702000400000014",{},1000])");
    EXPECT_EQ(state("low").value, true);
}

TEST_F(HubReports, an_event_type_of_null_fires_none) {
    attach_sensor();
    say(R"(["report",1,"0304000100",{},1000])");
    EXPECT_TRUE(seen.all<EventFired>().empty());
    EXPECT_EQ(answers(1), 1U) << "nothing is left to confirm";
}

TEST_F(HubReports, a_datapoint_that_nobody_reads_is_logged_once) {
    attach_sensor();
    say(R"(["report",1,"0904000100",{},1000])");
    say(R"(["report",2,"0904000101",{},1000])");
    ASSERT_EQ(seen.all<LogLine>().size(), 1U);
    EXPECT_EQ(seen.all<LogLine>()[0].text, "datapoint 9 is read by no entity");
    EXPECT_EQ(answers(2), 1U);
}

TEST_F(HubReports, a_value_that_is_none_of_the_entity_is_refused_and_the_rest_is_taken) {
    attach_sensor();
    say(R"(["report",1,"6504000107660400010265",{},1000])");
    EXPECT_EQ(hub.counters().values_refused, 1U);
    EXPECT_EQ(state("battery").value, 10);
    EXPECT_EQ(state("motion").value, "nothing");
}

TEST_F(HubReports, a_record_has_the_time_that_its_mcu_knew) {
    attach_sensor(); // it is 2027-01-15 08:00:00
    say(R"(["report",1,"65010001010304000102",{"record":true,"time":"2027-01-15T07:00:00"},1000])");
    EXPECT_EQ(state("motion").at, wall - 1h);
    EXPECT_EQ(taken()[0].values.size(), 1U) << "nothing newer is known: the value of an hour ago is the value";
    EXPECT_TRUE(taken()[0].events.empty());
    ASSERT_EQ(seen.all<EventFired>().size(), 1U);
    EXPECT_TRUE(seen.all<EventFired>()[0].late);
}

TEST_F(HubReports, a_record_of_before_what_is_known_goes_to_the_timeline_alone) {
    attach_sensor();
    say(motion_on);
    say(R"(["report",2,"6501000100",{"record":true,"time":"2027-01-15T07:00:00"},1000])");
    EXPECT_EQ(state("motion").value, true);
    ASSERT_EQ(seen.all<PastValue>().size(), 1U);
    EXPECT_EQ(seen.all<PastValue>()[0].state.at, wall - 1h);
    EXPECT_EQ(answers(2), 1U) << "the broker has nothing to confirm";
}

TEST_F(HubReports, a_time_that_can_not_be_is_that_of_the_arrival) {
    attach_sensor();
    say(R"(["report",1,"6501000101",{"record":true,"time":"2027-01-15T08:00:01"},1000])");
    EXPECT_EQ(state("motion").at, wall);
    say(R"(["report",2,"6501000100",{"record":true,"time":"2020-01-01T00:00:00"},1000])");
    EXPECT_EQ(state("motion").at, wall);
    EXPECT_EQ(state("motion").value, false);
}

TEST_F(HubReports, what_an_earlier_boot_could_not_deliver_is_a_value_but_no_event_of_now) {
    attach_sensor();
    say(R"(["report",1,"65010001010304000101",{"late":true},1000])");
    EXPECT_EQ(taken()[0].values.size(), 1U);
    EXPECT_TRUE(taken()[0].events.empty());
    EXPECT_TRUE(seen.all<EventFired>()[0].late);
}

TEST_F(HubReports, row_4_19_the_product_is_known_once_the_mcu_has_said_it) {
    hub.line_opened("abcd", line, true);
    say(R"(["hello",{"uid":"abcd","boot":1,"t_ms":1,"decl":"1","product":{"p":"3slpirlnlqp0bqo1","v":"1.0.0"}}])");
    EXPECT_EQ(board().product, "3slpirlnlqp0bqo1");
    EXPECT_EQ(board().product_version, "1.0.0");
    hello(2, 10);
    EXPECT_EQ(board().product, "3slpirlnlqp0bqo1");
    say(R"(["hello",{"uid":"abcd","boot":2,"t_ms":20,"decl":"1","product":[1]}])");
    EXPECT_EQ(board().product_version, "1.0.0");
}

} // namespace
} // namespace hub::core
