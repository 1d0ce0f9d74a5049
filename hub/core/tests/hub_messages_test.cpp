// SPDX-License-Identifier: Apache-2.0
#include "hub/core/tests/hub_fixture.hpp"

namespace hub::core {
namespace {

using HubMessages = HubFixture;

TEST_F(HubMessages, opening_a_line_asks_who_and_tells_the_time) {
    hub.line_opened("abcd", line, true);
    ASSERT_EQ(line.sent.size(), 2U);
    EXPECT_EQ(line.sent[0], R"(["who"])");
    EXPECT_EQ(line.sent[1], R"(["up",1800000000000,true])");
    EXPECT_FALSE(board().online);
}

TEST_F(HubMessages, hello_makes_a_board_online_and_fills_its_card) {
    attach();
    EXPECT_TRUE(board().online);
    EXPECT_EQ(board().name, "Door");
    EXPECT_EQ(board().profile, "intercom");
    EXPECT_EQ(board().boot, 1);
    EXPECT_EQ(board().entities.size(), 7U);
    EXPECT_EQ(board().evidence->path, "test line");
    EXPECT_EQ(board().evidence->what, "decl");
    EXPECT_EQ(seen.all<EntitiesDeclared>().size(), 1U);
}

TEST_F(HubMessages, hello_of_another_uid_is_refused) {
    hub.line_opened("abcd", line, false);
    say(R"(["hello",{"uid":"efgh","boot":1,"t_ms":1,"decl":"1"}])");
    EXPECT_FALSE(board().online);
    EXPECT_EQ(hub.counters().messages_malformed, 1U);
}

TEST_F(HubMessages, hostile_messages_are_counted_and_never_thrown) {
    attach();
    const std::vector<std::string> hostile{
        "",
        "null",
        "[]",
        "[1]",
        "{\"a\":1}",
        "[\"state\"",
        std::string(5000, '['),
        R"(["hello",3])",
        R"(["decl",{}])",
        R"(["decl",[],"a",2])",
        R"(["decl",[],-1,2])",
        R"(["done",1,2])",
        R"(["log"])",
        R"(["crash",[]])",
        R"(["up","x"])",
        R"(["up",-5])",
        R"(["up",1e999])",
        R"(["output","x",1,2,"app"])",
        R"(["output","x",true,2,"boredom"])",
        "[\"log\",\"info\",\"\xff\"]",
        R"(["report",0,"65010001",{},1])",
        R"(["report",65536,"65010001",{},1])",
        R"(["report",1.5,"65010001",{},1])",
        R"(["report",1,"6501000",{},1])",
        R"(["report",1,"6501000G",{},1])",
        R"(["report",1,"6501000A",{},1])",
        R"(["report",1,7,{},1])",
        R"(["report",1,"",[],1])",
        R"(["report",1,""])",
        R"(["report",1,"",{"record":1},1])",
        R"(["report",1,"",{"late":"yes"},1])",
        R"(["report",1,"",{"time":7},1])",
        R"(["report",1,"",{"time":"2026-02-30T00:00:00"},1])",
        R"(["report",1,"",{"time":"1999-02-03T00:00:00"},1])",
        R"(["report",1,"",{"time":"2026-02-03 00:00:00"},1])",
        "[\"report\",1,\"" + std::string(514, '0') + "\",{},1]",
    };
    for (const std::string& message : hostile) say(message);
    EXPECT_EQ(hub.counters().messages_malformed, hostile.size());
    EXPECT_TRUE(board().online);
}

TEST_F(HubMessages, unknown_words_and_extra_elements_are_ignored) {
    attach();
    say(R"(["future",{"a":[1,2]}])");
    say(R"(["state","temp",1.5,1000,"extra"])");
    EXPECT_EQ(hub.counters().messages_malformed, 0U);
    EXPECT_EQ(state("temp").value, 1.5);
}

TEST_F(HubMessages, a_message_for_a_board_that_was_never_opened_is_counted) {
    hub.on_message("nobody", R"(["up",1])");
    EXPECT_EQ(hub.find("nobody"), nullptr);
    EXPECT_EQ(hub.counters().messages_malformed, 1U);
}

TEST_F(HubMessages, a_declaration_in_parts_counts_when_it_is_whole) {
    hub.line_opened("abcd", line, true);
    hello();
    say(R"(["decl",[["a","switch","A",{}]],0,3])");
    EXPECT_TRUE(board().entities.empty());
    say(R"(["decl",[["b","switch","B",{}],["c","switch","C",{}]],1,3])");
    EXPECT_EQ(board().entities.size(), 3U);
}

TEST_F(HubMessages, a_declaration_with_a_hole_is_asked_for_again) {
    attach();
    advance(4s);
    say(R"(["decl",[["a","switch","A",{}]],0,3])");
    say(R"(["decl",[["c","switch","C",{}]],2,3])");
    EXPECT_EQ(board().entities.size(), 7U);
    EXPECT_EQ(line.count(R"(["who"])"), 2U);
}

TEST_F(HubMessages, a_33rd_entity_and_a_repeated_id_are_left_out) {
    hub.line_opened("abcd", line, true);
    hello();
    for (int part = 0; part < 5; ++part) {
        Json entities = Json::array();
        for (int i = part * 8; i < part * 8 + 8; ++i) {
            entities.push_back(Json::array({i == 5 ? "e4" : "e" + std::to_string(i), "switch", "E"}));
        }
        say(Json::array({"decl", entities, part * 8, 40}).dump());
    }
    EXPECT_EQ(board().entities.size(), 32U);
    EXPECT_EQ(hub.counters().values_refused, 8U);
}

TEST_F(HubMessages, a_value_that_does_not_fit_is_refused_and_the_old_one_stays) {
    attach();
    say(R"(["state","temp",21.5,1000])");
    say(R"(["state","temp","hot",1000])");
    say(R"(["state","temp",true,1000])");
    say(R"(["state","door","OPEN",1000])");
    say(R"(["state","level",11,1000])");
    say(R"(["state","nothing",1,1000])");
    say(R"(["state","press",1,1000])");
    EXPECT_EQ(hub.counters().values_refused, 6U);
    EXPECT_EQ(state("temp").value, 21.5);
    EXPECT_EQ(board().states.size(), 1U);
}

TEST_F(HubMessages, a_value_carries_the_time_at_which_the_board_measured_it) {
    attach(); // uptime 1,000 ms is now
    advance(10s);
    say(R"(["state","temp",1,3000])");
    EXPECT_EQ(state("temp").at, wall - 8s);
}

TEST_F(HubMessages, a_time_in_the_boards_future_counts_as_now) {
    attach();
    say(R"(["state","temp",1,900000])");
    EXPECT_EQ(state("temp").at, wall);
}

TEST_F(HubMessages, an_event_over_30_s_old_is_late) {
    attach();
    advance(40s);
    say(R"(["event","ring","ring",{},11000])");
    say(R"(["event","ring","ring",{"n":1},10999])");
    const auto events = seen.all<EventFired>();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_FALSE(events[0].late);
    EXPECT_TRUE(events[1].late);
    EXPECT_EQ(events[1].data["n"], 1);
}

TEST_F(HubMessages, an_event_of_an_undeclared_type_is_refused) {
    attach();
    say(R"(["event","ring","explode",{},1000])");
    say(R"(["event","door","ring",{},1000])");
    EXPECT_TRUE(seen.all<EventFired>().empty());
    EXPECT_EQ(hub.counters().values_refused, 2U);
}

TEST_F(HubMessages, a_restart_forgets_values_fails_commands_and_asks_again) {
    attach();
    say(R"(["state","temp",20,1000])");
    say(R"(["output","door_relay",true,1000,"app"])");
    ASSERT_TRUE(command("door", "UNLOCK"));
    advance(4s);
    hello(2, 100);
    EXPECT_TRUE(state("temp").value.is_null());
    EXPECT_TRUE(board().outputs.empty());
    EXPECT_EQ(last_outcome(), "failed");
    EXPECT_EQ(line.count(R"(["who"])"), 2U);
}

TEST_F(HubMessages, a_message_in_the_middle_makes_the_hub_ask_who) {
    hub.line_opened("abcd", line, true);
    advance(4s);
    say(R"(["up",5000,{}])");
    EXPECT_FALSE(board().online);
    EXPECT_EQ(line.count(R"(["who"])"), 2U);
}

TEST_F(HubMessages, a_new_declaration_that_does_not_come_is_asked_for) {
    attach();
    advance(4s);
    hello(1, 5000, "00000002");
    hub.tick();
    EXPECT_EQ(line.count(R"(["who"])"), 2U);
    declare();
    advance_by_ticks(5);
    EXPECT_EQ(line.count(R"(["who"])"), 2U);
}

TEST_F(HubMessages, what_never_answers_is_asked_less_and_less) {
    hub.line_opened("abcd", line, false);
    advance_by_ticks(60);
    EXPECT_LE(line.count(R"(["who"])"), 7U);
    EXPECT_GE(line.count(R"(["who"])"), 5U);
}

TEST_F(HubMessages, a_board_is_offline_after_35_s_of_silence_and_not_before) {
    attach();
    advance_by_ticks(34);
    EXPECT_TRUE(board().online);
    advance_by_ticks(1);
    EXPECT_FALSE(board().online);
    hello(1, 36000);
    EXPECT_TRUE(board().online);
}

TEST_F(HubMessages, console_text_is_evidence_of_life) {
    attach();
    advance_by_ticks(30);
    hub.on_console("abcd", ">>> ");
    advance_by_ticks(30);
    EXPECT_TRUE(board().online);
    EXPECT_EQ(board().evidence->what, "console");
    EXPECT_EQ(seen.all<ConsoleText>().at(0).bytes, ">>> ");
}

TEST_F(HubMessages, a_closed_line_makes_a_board_offline) {
    attach();
    hub.line_closed("abcd", "unplugged");
    EXPECT_FALSE(board().online);
    EXPECT_EQ(hub.command({"abcd", "door", "UNLOCK", "web", ""}).error().code, base::ErrorCode::disconnected);
}

TEST_F(HubMessages, the_heartbeat_goes_out_every_10_s) {
    attach();
    advance_by_ticks(30);
    EXPECT_EQ(line.count(R"(["up",)"), 4U);
}

TEST_F(HubMessages, the_boards_heartbeat_tells_uptime_and_heap) {
    attach();
    say(R"(["up",1200,{"heap":51200,"dropped":0}])");
    EXPECT_EQ(board().heap_free, 51200);
    EXPECT_EQ(board().counters, Json::object());
    say(R"(["up",2200,{"counters":{"frames":7,"Bad name":1,"minus":-1,"text":"x","led_timeouts":2}}])");
    EXPECT_EQ(board().counters, Json::parse(R"({"frames":7,"led_timeouts":2})"));
    EXPECT_EQ(seen.all<Heartbeat>().at(0).uptime_ms, 1200);
}

TEST_F(HubMessages, logs_and_crashes_come_through) {
    attach();
    say(R"(["log","shout","hello",1000])");
    say(R"(["crash",{"app":"intercom","message":"boom","t_ms":1000}])");
    EXPECT_EQ(seen.all<LogLine>().back().level, "info");
    EXPECT_EQ(seen.all<Crashed>().at(0).crash["message"], "boom");
}

TEST_F(HubMessages, complaints_are_limited_and_the_rest_is_counted) {
    attach();
    for (int i = 0; i < 500; ++i) say("nonsense");
    EXPECT_EQ(seen.all<LogLine>().size(), 10U);
    advance_by_ticks(10);
    EXPECT_NE(seen.all<LogLine>().back().text.find("490 more"), std::string::npos);
}

TEST_F(HubMessages, the_65th_board_is_refused) {
    for (int i = 0; i < 65; ++i) hub.line_opened("board" + std::to_string(i), line, false);
    EXPECT_EQ(hub.boards().size(), 64U);
    EXPECT_EQ(hub.find("board64"), nullptr);
    EXPECT_EQ(seen.all<LogLine>().back().level, "error");
}

} // namespace
} // namespace hub::core
