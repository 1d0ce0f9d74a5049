// SPDX-License-Identifier: Apache-2.0
// What is said, in which order, and what is kept while nobody listens.
#include "firmware/runtime/link_endpoint.hpp"

#include "firmware/runtime/tests/test_board.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace firmware::runtime {
namespace {

using base::from_ms;

class LinkEndpointTest : public testing::Test, public OutputListener {
protected:
    LinkEndpointTest() {
        guards.boot(0);
        link.boot(0);
        link.declared();
    }
    void output_changed(std::size_t, bool, base::Micros, Cause) noexcept override {}
    void output_refused(std::size_t, std::string_view, base::Micros) noexcept override {}

    std::vector<std::string> say(base::Micros now) {
        std::vector<std::string> frames;
        for (auto bytes = link.next(now); !bytes.empty(); bytes = link.next(now)) {
            EXPECT_EQ(bytes.front(), 0x1E);
            EXPECT_EQ(bytes.back(), '\n');
            EXPECT_LE(bytes.size(), 1024U);
            frames.emplace_back(bytes.begin() + 1, bytes.end() - 1);
        }
        return frames;
    }
    static int count(const std::vector<std::string>& frames, std::string_view prefix) {
        return static_cast<int>(
            std::count_if(frames.begin(), frames.end(), [&](const auto& frame) { return frame.starts_with(prefix); }));
    }
    void declare(const std::string& id, const std::string& options = "{}") {
        bridge::HomeMessage message;
        message.id = std::string_view(id);
        message.name = std::string_view(id);
        message.json = std::string_view(options);
        ASSERT_TRUE(entities.declare(message));
    }
    void set(std::size_t entity, std::int64_t value, base::Micros at) {
        entities[entity].value.type = bridge::Value::Type::integer;
        entities[entity].value.integer = value;
        entities[entity].value_at = at;
        entities[entity].unsaid = true;
        link.state_changed();
    }
    void ring(base::Micros at) {
        bridge::HomeMessage message;
        message.id = "bell";
        message.text = "ring";
        message.at = at;
        link.event(message);
    }

    test::FakeGpio gpio;
    Guards guards{test::profile, gpio, *this};
    Entities entities;
    Identity identity{"abcd1234", "Door", "test", "1.0", 7};
    bridge::Bridge bridge;
    HomeWatch watched{bridge};
    LinkEndpoint link{identity, entities, guards, watched};
};

TEST_F(LinkEndpointTest, says_one_hello_after_boot_and_then_waits_for_a_hub) {
    const auto frames = say(from_ms(1));
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_TRUE(frames[0].starts_with(R"(["hello",{"uid":"abcd1234","name":"Door","board":"test")")) << frames[0];
    ring(from_ms(2));
    EXPECT_TRUE(say(from_ms(3)).empty());
}

TEST_F(LinkEndpointTest, who_is_answered_with_everything_in_order) {
    declare("bell");
    set(0, 42, from_ms(5));
    link.heard_who(from_ms(10));
    const auto frames = say(from_ms(10));
    ASSERT_GE(frames.size(), 3U);
    EXPECT_TRUE(frames[0].starts_with(R"(["hello")"));
    EXPECT_EQ(frames[1], R"(["decl",[["bell","sensor","bell",{}]]])");
    EXPECT_EQ(count(frames, R"(["hello")"), 1);
    EXPECT_EQ(count(frames, R"(["output",)"), 3);
    EXPECT_EQ(count(frames, R"(["state","bell",42,5])"), 1);
    EXPECT_EQ(count(frames, R"(["up",10,)"), 1);
}

TEST_F(LinkEndpointTest, while_nobody_listens_the_newest_value_and_16_events_are_kept) {
    declare("bell");
    for (int i = 0; i < 5; ++i) set(0, i, from_ms(i));
    for (int i = 0; i < 17; ++i) ring(from_ms(100 + i));
    link.heard_who(from_ms(1000));
    const auto frames = say(from_ms(1000));
    EXPECT_EQ(count(frames, R"(["state")"), 1);
    EXPECT_EQ(count(frames, R"(["state","bell",4,4])"), 1);
    EXPECT_EQ(count(frames, R"(["event")"), 16);
    EXPECT_EQ(count(frames, R"(["event","bell","ring",{},100])"), 0) << "the oldest went";
    EXPECT_EQ(count(frames, R"(["event","bell","ring",{},116])"), 1);
    EXPECT_EQ(link.dropped(), 1U);
}

TEST_F(LinkEndpointTest, is_down_after_25_s_of_silence) {
    link.heard_up(from_ms(1000));
    link.step(from_ms(26000) - 1);
    EXPECT_TRUE(link.is_up());
    EXPECT_LE(link.deadline(), from_ms(26000));
    link.step(from_ms(26000));
    EXPECT_FALSE(link.is_up());
}

TEST_F(LinkEndpointTest, says_up_every_10_s) {
    link.heard_who(from_ms(1000));
    say(from_ms(1000));
    EXPECT_TRUE(say(from_ms(11000) - 1).empty());
    EXPECT_EQ(say(from_ms(11000)), (std::vector<std::string>{R"(["up",11000,{"dropped":0}])"}));
    link.note_heap_free(98304);
    EXPECT_EQ(say(from_ms(21000)), (std::vector<std::string>{R"(["up",21000,{"heap":98304,"dropped":0}])"}));
    link.heard_up(from_ms(21000));
    link.note_counters({.frames_shown = 7, .led_timeouts = 2});
    EXPECT_EQ(say(from_ms(31000)),
              (std::vector<std::string>{
                  R"(["up",31000,{"heap":98304,"dropped":0,"counters":{"frames":7,"led_timeouts":2}}])"}));
}

TEST_F(LinkEndpointTest, a_port_that_takes_nothing_does_not_keep_the_core_awake) {
    link.heard_up(0);
    link.step(0);
    EXPECT_GT(link.deadline(), 0) << "what waits for room in the port needs no step before there is room";
    link.step(from_ms(10000));
    EXPECT_GT(link.deadline(), from_ms(10000));
    EXPECT_EQ(count(say(from_ms(10001)), "[\"up\""), 1) << "said once there is room, and once only";
}

TEST_F(LinkEndpointTest, a_long_declaration_is_split_and_says_where_each_part_belongs) {
    const std::string options = R"({"note":")" + std::string(400, 'x') + R"("})";
    for (int i = 0; i < 5; ++i) declare("entity_" + std::to_string(i), options);
    link.heard_who(1);
    const auto frames = say(1);
    EXPECT_EQ(count(frames, R"(["decl")"), 3);
    EXPECT_TRUE(frames[1].ends_with("],0,5]")) << frames[1];
    EXPECT_TRUE(frames[2].ends_with("],2,5]")) << frames[2];
    EXPECT_TRUE(frames[3].ends_with("],4,5]")) << frames[3];
}

TEST_F(LinkEndpointTest, the_fingerprint_follows_the_declaration) {
    const std::uint32_t of_none = entities.fingerprint();
    declare("a");
    const std::uint32_t of_one = entities.fingerprint();
    EXPECT_NE(of_one, of_none);
    declare("a", R"({"unit_of_measurement":"V"})");
    EXPECT_NE(entities.fingerprint(), of_one);
    declare("a");
    EXPECT_EQ(entities.fingerprint(), of_one);
    set(0, 5, 0);
    EXPECT_EQ(entities.fingerprint(), of_one) << "a value is no part of it";
    entities.clear();
    EXPECT_EQ(entities.fingerprint(), of_none);
}

TEST_F(LinkEndpointTest, who_again_within_a_moment_is_answered_once_more_and_later) {
    link.heard_who(0);
    say(0);
    for (int i = 1; i < 10; ++i) link.heard_who(i);
    EXPECT_TRUE(say(from_ms(250) - 1).empty());
    EXPECT_EQ(count(say(from_ms(250)), R"(["hello")"), 1);
    EXPECT_EQ(count(say(from_ms(2000)), R"(["hello")"), 0);
}

TEST_F(LinkEndpointTest, an_app_that_declares_is_waited_for_but_not_for_ever) {
    say(0);
    link.heard_who(1);
    link.app_started("intercom", 1);
    EXPECT_EQ(count(say(from_ms(2999)), R"(["hello")"), 0);
    const auto frames = say(1 + LinkEndpoint::declaring_max);
    EXPECT_EQ(count(frames, R"(["hello")"), 1);
    EXPECT_EQ(count(frames, R"(["decl",[]])"), 1);
}

TEST_F(LinkEndpointTest, no_kind_of_message_starves_another) {
    declare("a");
    declare("bell");
    link.heard_who(0);
    say(0);
    link.log(1, "hello", 1);
    set(1, 1, 1);
    std::string said;
    for (int i = 0; i < 8; ++i) { // an app that never stops sending
        ring(2);
        set(0, i, 2);
        const auto bytes = link.next(2);
        said.append(bytes.begin(), bytes.end());
    }
    EXPECT_NE(said.find(R"(["log","info","hello",0])"), std::string::npos) << said;
    EXPECT_NE(said.find(R"(["state","bell",1,0])"), std::string::npos) << said;
}

TEST_F(LinkEndpointTest, a_message_too_long_for_a_frame_is_counted_and_holds_up_nothing) {
    declare("bell");
    entities[0].value.type = bridge::Value::Type::text;
    entities[0].value.text = std::string_view(std::string(255, '\x01'));
    entities[0].value_at = 1;
    entities[0].unsaid = true;
    link.heard_who(1);
    const auto frames = say(1);
    EXPECT_EQ(count(frames, R"(["state")"), 0);
    EXPECT_EQ(count(frames, R"(["output")"), 3);
    EXPECT_EQ(link.dropped(), 1U);
}

// --- a battery sensor's reports ---

constexpr std::array<std::uint8_t, 10> motion_and_battery{0x65, 1, 0, 1, 1, 0x66, 4, 0, 1, 1};
constexpr std::array<std::uint8_t, 5> motion{0x65, 1, 0, 1, 1};

TEST_F(LinkEndpointTest, a_report_is_said_as_the_vectors_show) {
    link.heard_up(0);
    say(0);
    ASSERT_TRUE(link.report({1, false, false, {}, motion_and_battery}, from_ms(812)));
    ASSERT_TRUE(link.report({2, true, true, protocol::tuya::LocalTime{26, 3, 1, 17, 4, 5}, motion}, from_ms(812)));
    const auto frames = say(from_ms(812));
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[0], R"(["report",1793,"65010001016604000101",{},812])");
    EXPECT_EQ(frames[1],
              R"(["report",1794,"6501000101",{"record":true,"late":true,"time":"2026-03-01T17:04:05"},812])");
}

TEST_F(LinkEndpointTest, the_longest_report_fits_a_frame) {
    link.heard_up(0);
    say(0);
    const std::vector<std::uint8_t> longest(protocol::tuya::mcu_data_max, 0xAB);
    ASSERT_TRUE(link.report({1, true, true, protocol::tuya::LocalTime{99, 12, 31, 23, 59, 59}, longest}, base::never));
    EXPECT_EQ(count(say(0), R"(["report",1793,"abab)"), 1);
}

TEST_F(LinkEndpointTest, a_report_is_said_again_after_who_until_it_is_confirmed) {
    link.heard_up(0);
    say(0);
    ASSERT_TRUE(link.report({1, false, false, {}, motion}, 0));
    EXPECT_EQ(count(say(0), R"(["report",1793,)"), 1);
    EXPECT_EQ(count(say(from_ms(500)), R"(["report")"), 0);
    link.heard_who(from_ms(1000));
    EXPECT_EQ(count(say(from_ms(1000)), R"(["report",1793,)"), 1);
    EXPECT_EQ(link.heard_reported(1792), std::nullopt);
    EXPECT_EQ(link.heard_reported(1793), 1);
    EXPECT_EQ(link.heard_reported(1793), std::nullopt) << "once";
    link.heard_who(from_ms(2000));
    EXPECT_EQ(count(say(from_ms(2000)), R"(["report")"), 0);
}

TEST_F(LinkEndpointTest, a_report_published_again_goes_to_the_end_with_its_number) {
    link.heard_up(0);
    say(0);
    for (std::uint16_t serial = 1; serial <= 4; ++serial) {
        ASSERT_TRUE(link.report({serial, false, false, {}, motion}, 0));
    }
    EXPECT_FALSE(link.report({5, false, false, {}, motion}, 0)) << "there is room for four";
    EXPECT_TRUE(link.report({2, false, false, {}, motion}, 1));
    const auto frames = say(0);
    ASSERT_EQ(frames.size(), 4U);
    EXPECT_TRUE(frames[1].starts_with(R"(["report",1795,)")) << frames[1];
    EXPECT_TRUE(frames[3].starts_with(R"(["report",1794,)")) << frames[3];
    EXPECT_EQ(link.heard_reported(1795), 3);
    EXPECT_TRUE(link.report({5, false, false, {}, motion}, 0)) << "there is room again";
}

TEST_F(LinkEndpointTest, an_answer_that_comes_after_the_power_was_cut_confirms_nothing_of_the_next_boot) {
    link.heard_up(0);
    ASSERT_TRUE(link.report({1, false, false, {}, motion}, 0));
    say(0);
    link.forget_reports();
    ASSERT_TRUE(link.report({1, false, false, {}, motion}, 0));
    EXPECT_EQ(count(say(0), R"(["report",1794,)"), 1);
    EXPECT_EQ(link.heard_reported(1793), std::nullopt);
    EXPECT_EQ(link.heard_reported(1794), 1);
}

TEST_F(LinkEndpointTest, the_home_is_connected_while_the_hub_says_so_and_is_heard) {
    link.heard_who(0);
    EXPECT_FALSE(link.home_connected()) << "nobody has said so";
    link.heard_home(true);
    EXPECT_TRUE(link.home_connected());
    link.heard_home(false);
    EXPECT_FALSE(link.home_connected());
    link.heard_home(true);
    link.step(from_ms(25000));
    EXPECT_FALSE(link.home_connected());
    link.heard_who(from_ms(26000));
    EXPECT_FALSE(link.home_connected()) << "what an earlier hub said";
}

TEST_F(LinkEndpointTest, a_declaration_is_told_again_when_asked_and_counted) {
    declare("motion");
    EXPECT_FALSE(link.declare()) << "nobody listens";
    link.heard_up(0);
    say(0);
    EXPECT_EQ(link.declarations(), 1U);
    EXPECT_TRUE(link.declare());
    const auto frames = say(0);
    EXPECT_EQ(count(frames, R"(["hello")"), 1);
    EXPECT_EQ(count(frames, R"(["decl")"), 1);
    EXPECT_EQ(link.declarations(), 2U);
}

TEST_F(LinkEndpointTest, row_4_19_hello_tells_the_mcus_product_when_it_is_known) {
    link.heard_up(0);
    EXPECT_EQ(say(0)[0].find("product"), std::string::npos);
    link.note_product({"Okurono2XLVRV0fB", "1.1.0"});
    const auto frames = say(0);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_NE(frames[0].find(R"("product":{"p":"Okurono2XLVRV0fB","v":"1.1.0"}})"), std::string::npos) << frames[0];
    link.note_product({"Okurono2XLVRV0fB", "1.1.0"});
    EXPECT_TRUE(say(0).empty()) << "nothing new";
}

} // namespace
} // namespace firmware::runtime
