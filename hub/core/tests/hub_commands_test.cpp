// SPDX-License-Identifier: Apache-2.0
#include "hub/core/tests/hub_fixture.hpp"

namespace hub::core {
namespace {

using base::ErrorCode;
using HubCommands = HubFixture;

TEST_F(HubCommands, a_command_is_sent_with_the_boards_own_time_and_ends_with_done) {
    attach(); // uptime 1,000 ms
    advance(2s);
    const auto sent = command("door", "UNLOCK", "c1");
    ASSERT_TRUE(sent);
    EXPECT_EQ(line.sent.back(), R"(["set","door","UNLOCK","c1",5000,3000])");
    EXPECT_EQ(last_outcome(), "sent");
    say(R"(["done","c1",true,""])");
    EXPECT_EQ(last_outcome(), "done");
    EXPECT_EQ(seen.all<CommandChanged>().back().source, "web");
}

TEST_F(HubCommands, what_somebody_else_sent_is_on_the_record_and_ends_with_the_boards_word_about_that_entity) {
    attach();
    hub.overheard({"abcd", "lamp", true, "mqtt"});
    hub.overheard({"abcd", "door", "UNLOCK", "mqtt"});
    EXPECT_EQ(line.count(R"(["set")"), 0U) << "it was sent already";
    ASSERT_EQ(seen.all<CommandChanged>().size(), 2U);
    EXPECT_EQ(seen.all<CommandChanged>()[0].source, "mqtt");
    say(R"(["done","m-1","not a flag","","lamp"])");
    say(R"(["done","m-2",true,"","nobody"])");
    EXPECT_EQ(seen.all<CommandChanged>().size(), 2U);
    say(R"(["done","m-2",false,"jammed","door"])");
    EXPECT_EQ(last_outcome(), "failed");
    EXPECT_EQ(seen.all<CommandChanged>().back().id, "door");
    EXPECT_EQ(seen.all<CommandChanged>().back().cmd_id, seen.all<CommandChanged>()[1].cmd_id);
    say(R"(["done","m-3",true,"","door"])");
    EXPECT_EQ(seen.all<CommandChanged>().size(), 3U) << "one end for one command";
}

TEST_F(HubCommands, an_overheard_command_with_an_id_ends_by_it_and_our_own_is_not_counted_twice) {
    attach();
    ASSERT_TRUE(command("lamp", true, "c1"));
    hub.overheard({"abcd", "lamp", true, "mqtt", "c1"});
    EXPECT_EQ(seen.all<CommandChanged>().size(), 1U);
    hub.overheard({"abcd", "door", "UNLOCK", "mqtt", "theirs"});
    say(R"(["done","other",true,"","door"])");
    EXPECT_EQ(last_outcome(), "sent");
    say(R"(["done","theirs",true,"","door"])");
    EXPECT_EQ(last_outcome(), "done");
}

TEST_F(HubCommands, a_flood_of_overheard_commands_does_not_fill_the_record) {
    attach();
    for (int i = 0; i < 100; ++i) hub.overheard({"abcd", "lamp", true, "mqtt"});
    EXPECT_EQ(seen.all<CommandChanged>().size(), 4U);
    hub.overheard({"none", "lamp", true, "mqtt"});
    advance_by_ticks(36);
    EXPECT_EQ(last_outcome(), "timeout");
}

TEST_F(HubCommands, a_failed_command_says_why) {
    attach();
    ASSERT_TRUE(command("lamp", true, "c1"));
    say(R"(["done","c1",false,"busy"])");
    EXPECT_EQ(last_outcome(), "failed");
    EXPECT_EQ(seen.all<CommandChanged>().back().text, "busy");
}

TEST_F(HubCommands, a_command_to_a_board_that_somebody_has_for_itself_is_refused_with_who_it_is) {
    attach();
    line.holder = "ouro fs put (pid 12) has had the board's prompt since 12:03:07";
    const auto refused = command("lamp", true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::busy);
    EXPECT_EQ(refused.error().message.view(), line.holder);
    EXPECT_EQ(line.count(R"(["set")"), 0U);
    EXPECT_EQ(last_outcome(), "refused");
    line.holder.clear();
    EXPECT_TRUE(command("lamp", true));
}

TEST_F(HubCommands, made_up_ids_are_short_and_differ) {
    attach();
    const auto first = command("lamp", true);
    const auto second = command("lamp", false);
    ASSERT_TRUE(first && second);
    EXPECT_NE(*first, *second);
    EXPECT_LE(first->size(), 24U);
}

TEST_F(HubCommands, a_value_that_the_kind_does_not_take_is_refused) {
    attach();
    for (const Json& wrong : {Json("OPEN"), Json("unlock"), Json(true), Json(1), Json(nullptr), Json("")}) {
        EXPECT_EQ(command("door", wrong).error().code, ErrorCode::invalid_argument) << wrong;
    }
    EXPECT_EQ(command("temp", 1).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(command("level", 11).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(command("note", "12345678901").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(command("nothing", true).error().code, ErrorCode::not_found);
    EXPECT_EQ(line.count(R"(["set")"), 0U);
    EXPECT_EQ(last_outcome(), "refused");
    EXPECT_TRUE(command("level", 10));
    EXPECT_TRUE(command("note", "1234567890"));
    EXPECT_TRUE(command("press", "PRESS"));
}

TEST_F(HubCommands, the_same_id_again_is_a_duplicate_and_nothing_is_sent) {
    attach();
    ASSERT_TRUE(command("lamp", true, "same"));
    EXPECT_EQ(command("lamp", true, "same").error().code, ErrorCode::duplicate);
    EXPECT_EQ(line.count(R"(["set")"), 1U);
    EXPECT_EQ(last_outcome(), "sent") << "a repeat must not look like the end of the first";
}

TEST_F(HubCommands, an_id_is_remembered_for_32_commands) {
    attach();
    ASSERT_TRUE(command("lamp", true, "old"));
    for (int i = 0; i < 31; ++i) {
        advance(1s);
        ASSERT_TRUE(command("lamp", true, "c" + std::to_string(i)));
        say(R"(["done","c)" + std::to_string(i) + R"(",true,""])");
    }
    EXPECT_EQ(command("lamp", true, "old").error().code, ErrorCode::duplicate);
    advance(1s);
    ASSERT_TRUE(command("lamp", true, "one_more"));
    advance(1s);
    EXPECT_TRUE(command("lamp", true, "old"));
}

TEST_F(HubCommands, an_old_command_is_expired_and_a_young_one_gets_what_is_left) {
    attach();
    EXPECT_EQ(hub.command({"abcd", "door", "UNLOCK", "mqtt", "a", 5000, wall - 5s}).error().code, ErrorCode::expired);
    EXPECT_EQ(hub.command({"abcd", "door", "UNLOCK", "mqtt", "b", 5000, wall + 2s}).error().code, ErrorCode::expired);
    ASSERT_TRUE(hub.command({"abcd", "door", "UNLOCK", "mqtt", "c", 5000, wall - 3s}));
    EXPECT_EQ(line.sent.back(), R"(["set","door","UNLOCK","c",2000,1000])");
}

TEST_F(HubCommands, a_time_to_live_has_limits) {
    attach();
    EXPECT_EQ(hub.command({"abcd", "lamp", true, "web", "", 0}).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(hub.command({"abcd", "lamp", true, "web", "", 60001}).error().code, ErrorCode::invalid_argument);
    EXPECT_TRUE(hub.command({"abcd", "lamp", true, "web", "", 1}));
    EXPECT_TRUE(hub.command({"abcd", "lamp", true, "web", "", 60000}));
}

TEST_F(HubCommands, the_fifth_command_within_a_second_is_too_fast) {
    attach();
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(command("lamp", true));
    EXPECT_EQ(command("lamp", true).error().code, ErrorCode::rate_limited);
    EXPECT_TRUE(command("door", "LOCK")) << "another entity has a rate of its own";
    advance(1s);
    EXPECT_TRUE(command("lamp", true));
}

TEST_F(HubCommands, no_answer_is_a_timeout_when_a_handler_would_long_have_ended) {
    attach();
    ASSERT_TRUE(command("door", "UNLOCK", "c1"));
    constexpr int time_to_live_s = 5;
    constexpr int end_s = time_to_live_s + static_cast<int>(Hub::handler_time_max.count());
    advance_by_ticks(20);
    say(R"(["up",30000,{}])"); // the board is alive, only its handler does not end
    advance_by_ticks(end_s - 20 - 1);
    EXPECT_EQ(last_outcome(), "sent");
    advance_by_ticks(1);
    EXPECT_EQ(last_outcome(), "timeout");
    say(R"(["done","c1",true,""])");
    EXPECT_EQ(last_outcome(), "done") << "what happened in the end is what counts";
}

TEST_F(HubCommands, a_text_that_no_frame_can_hold_is_refused) {
    attach();
    say(R"(["decl",[["note","text","Note",{}]]])");
    EXPECT_EQ(command("note", std::string(255, '\x01')).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(command("note", "\xff\xfe").error().code, ErrorCode::invalid_argument);
    EXPECT_TRUE(command("note", std::string(255, 'x')));
}

TEST_F(HubCommands, ids_from_outside_are_checked) {
    attach();
    EXPECT_EQ(command("lamp", true, "with space").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(command("lamp", true, std::string(25, 'a')).error().code, ErrorCode::invalid_argument);
}

} // namespace
} // namespace hub::core
