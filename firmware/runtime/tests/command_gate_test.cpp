// SPDX-License-Identifier: Apache-2.0
// Each rule of docs/protocol.md, "What a board does with set", on both of its sides.
#include "firmware/runtime/command_gate.hpp"

#include <gtest/gtest.h>

#include <string>

namespace firmware::runtime {
namespace {

using base::ErrorCode;
using base::from_ms;

class CommandGateTest : public testing::Test {
protected:
    CommandGateTest() {
        declare("door", bridge::EntityKind::lock);
        declare("auto", bridge::EntityKind::switch_);
        declare("level", bridge::EntityKind::number, R"({"min":1,"max":5})");
        declare("mode", bridge::EntityKind::select, R"({"options":["day","night"]})");
        declare("free", bridge::EntityKind::sensor);
        declare("ring", bridge::EntityKind::button);
    }

    void declare(std::string_view id, bridge::EntityKind kind, std::string_view options = "{}") {
        bridge::HomeMessage message;
        message.id = id;
        message.kind = kind;
        message.json = options;
        ASSERT_TRUE(entities.declare(message));
    }

    /// The word of the refusal; "ok" when it may go to Python, "" when there is nobody to answer.
    std::string check(const std::string& text, base::Micros at = from_ms(100000), bool busy = false) {
        const auto message = protocol::json::parse(text);
        EXPECT_TRUE(message);
        const auto verdict = gate.check(*message, entities, at, busy);
        command = verdict.command;
        if (!verdict.answerable) return "";
        return verdict.refusal ? std::string(base::error_name(*verdict.refusal)) : "ok";
    }
    /// As above, with an id of its own.
    std::string check_value(const std::string& id, const std::string& value) {
        now += from_ms(1000);
        return check("[\"set\",\"" + id + "\"," + value + ",\"c" + std::to_string(++next_id) + "\"]", now);
    }

    Entities entities;
    CommandGate gate;
    bridge::HomeCommand command;
    base::Micros now = 0;
    int next_id = 0;
};

TEST_F(CommandGateTest, knows_what_each_kind_takes) {
    EXPECT_EQ(check_value("door", R"("UNLOCK")"), "ok");
    EXPECT_EQ(check_value("door", R"("unlock")"), "invalid_argument");
    EXPECT_EQ(check_value("auto", "true"), "ok");
    EXPECT_EQ(check_value("auto", "1"), "invalid_argument");
    EXPECT_EQ(check_value("ring", R"("PRESS")"), "ok");
    EXPECT_EQ(check_value("ring", "null"), "invalid_argument");
    EXPECT_EQ(check_value("level", "5"), "ok");
    EXPECT_EQ(check_value("level", "5.01"), "invalid_argument");
    EXPECT_EQ(check_value("level", "0.99"), "invalid_argument");
    EXPECT_EQ(check_value("mode", R"("night")"), "ok");
    EXPECT_EQ(check_value("mode", R"("dusk")"), "invalid_argument");
    EXPECT_EQ(check_value("free", "1"), "not_found");
    EXPECT_EQ(check_value("nobody", "1"), "not_found");
}

TEST_F(CommandGateTest, without_a_valid_cmd_id_there_is_nobody_to_answer) {
    EXPECT_EQ(check(R"(["set","door","LOCK"])"), "");
    EXPECT_EQ(check(R"(["set","door","LOCK","a b"])"), "");
}

TEST_F(CommandGateTest, expires_after_its_time_by_the_boards_clock) {
    EXPECT_EQ(check(R"(["set","door","LOCK","a",5000,1000])", from_ms(6000) - 1), "ok");
    EXPECT_EQ(command.expires, from_ms(6000));
    EXPECT_EQ(check(R"(["set","door","LOCK","b",5000,1000])", from_ms(6000)), "expired");
}

TEST_F(CommandGateTest, without_a_moment_of_sending_the_time_begins_on_arrival) {
    EXPECT_EQ(check(R"(["set","door","LOCK","a"])", from_ms(70)), "ok");
    EXPECT_EQ(command.expires, from_ms(5070));
}

TEST_F(CommandGateTest, a_moment_of_another_boot_is_expired) {
    EXPECT_EQ(check(R"(["set","door","LOCK","a",5000,101000])"), "ok");
    EXPECT_EQ(check(R"(["set","door","LOCK","b",5000,101001])"), "expired");
    EXPECT_EQ(check(R"(["set","door","LOCK","c",5000,-1])", from_ms(5)), "expired");
    EXPECT_EQ(check(R"(["set","door","LOCK","d",5000,9007199254740992])"), "expired");
}

TEST_F(CommandGateTest, a_time_to_live_has_two_ends) {
    EXPECT_EQ(check(R"(["set","door","LOCK","a",0])"), "invalid_argument");
    EXPECT_EQ(check(R"(["set","door","LOCK","b",1])"), "ok");
    EXPECT_EQ(check(R"(["set","door","LOCK","c",60000])"), "ok");
    EXPECT_EQ(check(R"(["set","door","LOCK","d",60001])"), "invalid_argument");
    EXPECT_EQ(check(R"(["set","door","LOCK","e","soon"])"), "invalid_argument");
}

TEST_F(CommandGateTest, remembers_32_ids) {
    EXPECT_EQ(check(R"(["set","door","LOCK","first"])", from_ms(1)), "ok");
    for (int i = 0; i < 31; ++i) EXPECT_EQ(check_value("door", R"("LOCK")"), "ok");
    EXPECT_EQ(check(R"(["set","door","LOCK","first"])", now + from_ms(1000)), "duplicate");
    EXPECT_EQ(check_value("door", R"("LOCK")"), "ok");
    EXPECT_EQ(check(R"(["set","door","LOCK","first"])", now + from_ms(5000)), "ok");
}

TEST_F(CommandGateTest, the_fifth_to_one_entity_within_a_second_is_too_fast) {
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(check("[\"set\",\"door\",\"LOCK\",\"" + std::to_string(i) + "\"]", from_ms(i)), "ok");
    }
    EXPECT_EQ(check(R"(["set","door","LOCK","x"])", from_ms(1000) - 1), "rate_limited");
    EXPECT_EQ(check(R"(["set","auto",true,"y"])", from_ms(1000) - 1), "ok") << "another entity";
    EXPECT_EQ(check(R"(["set","door","LOCK","z"])", from_ms(1000)), "ok");
}

TEST_F(CommandGateTest, full_is_the_last_rule) {
    EXPECT_EQ(check(R"(["set","door","LOCK","a"])", from_ms(1), true), "busy");
    EXPECT_EQ(check(R"(["set","door","LOCK","a"])", from_ms(2), true), "duplicate");
    EXPECT_EQ(check(R"(["set","door","LOCK","b",5000,0])", from_ms(9000), true), "expired");
}

} // namespace
} // namespace firmware::runtime
