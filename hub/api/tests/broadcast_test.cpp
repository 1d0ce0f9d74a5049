// SPDX-License-Identifier: Apache-2.0
#include "hub/api/broadcast.hpp"

#include <gtest/gtest.h>

namespace hub::api {
namespace {

using core::Json;

SharedBatch batch_of(std::string text, std::size_t messages = 1) {
    return std::make_shared<Batch>(Batch{std::move(text), messages});
}

Json sent(Outbox& outbox) {
    std::string text;
    const auto frame = outbox.take();
    for (const std::string_view piece : frame->pieces) text += piece;
    return Json::parse(text);
}

TEST(Outbox, everything_that_waits_leaves_as_one_array_in_order) {
    Outbox outbox(1000);
    outbox.push(batch_of("1,2", 2));
    outbox.push(batch_of("3"));
    EXPECT_EQ(sent(outbox), Json({1, 2, 3}));
    EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, clients_share_the_text_of_a_batch) {
    const SharedBatch batch = batch_of("1");
    Outbox one(1000);
    Outbox other(1000);
    one.push(batch);
    other.push(batch);
    EXPECT_EQ(one.take()->pieces[1].data(), other.take()->pieces[1].data());
}

TEST(Outbox, a_queue_that_is_exactly_full_loses_nothing) {
    Outbox outbox(6);
    outbox.push(batch_of("111"));
    outbox.push(batch_of("222"));
    EXPECT_EQ(sent(outbox), Json({111, 222}));
}

TEST(Outbox, one_byte_more_drops_the_oldest_and_says_how_many_messages_were_in_it) {
    Outbox outbox(6);
    outbox.push(batch_of("1,1", 2));
    outbox.push(batch_of("222"));
    outbox.push(batch_of("3"));
    const Json gap = {{"type", "gap"}, {"lost", 2}};
    EXPECT_EQ(sent(outbox), Json({gap, 222, 3}));
    outbox.push(batch_of("4"));
    EXPECT_EQ(sent(outbox), Json({4})) << "a gap is told once";
}

TEST(Outbox, a_batch_larger_than_the_queue_is_a_gap_by_itself) {
    Outbox outbox(3);
    outbox.push(batch_of("12345", 7));
    EXPECT_FALSE(outbox.empty());
    EXPECT_EQ(sent(outbox)[0]["lost"], 7);
}

struct BroadcastTest : testing::Test {
    std::vector<core::Board> boards;
    Broadcast broadcast{[this]() -> const std::vector<core::Board>& { return boards; }};

    BroadcastTest() {
        core::Board board;
        board.uid = "aaaa";
        boards.push_back(board);
    }

    Json flushed() {
        std::string text;
        for (const auto& batch : broadcast.flush()) text += (text.empty() ? "" : ",") + batch->text;
        return Json::parse("[" + text + "]");
    }
};

TEST_F(BroadcastTest, changes_become_messages_in_their_order) {
    broadcast.note(core::StateChanged{"aaaa", "door", {"LOCKED", core::Time(std::chrono::microseconds(1'500'250))}});
    broadcast.note(core::EventFired{"aaaa", "bell", "ring", nullptr, {}, true});
    const Json messages = flushed();
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0],
              Json({{"type", "state"}, {"uid", "aaaa"}, {"id", "door"}, {"value", "LOCKED"}, {"at_ms", 1500.25}}));
    EXPECT_EQ(messages[1]["data"], Json::object());
    EXPECT_EQ(messages[1]["late"], true);
}

TEST_F(BroadcastTest, a_board_that_changed_several_times_is_told_once_and_as_it_is_now) {
    broadcast.note(core::BoardChanged{"aaaa"});
    broadcast.note(core::EntitiesDeclared{"aaaa"});
    boards[0].online = true;
    const Json messages = flushed();
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0]["type"], "board");
    EXPECT_EQ(messages[0]["board"]["online"], true);
}

TEST_F(BroadcastTest, a_board_that_is_gone_by_then_is_not_told) {
    broadcast.note(core::BoardChanged{"gone"});
    EXPECT_TRUE(broadcast.flush().empty());
}

TEST_F(BroadcastTest, hostile_bytes_of_a_board_become_valid_text) {
    broadcast.note(core::ConsoleText{"aaaa", "\xff\x1b[31m</script>", {}});
    EXPECT_EQ(flushed()[0]["text"], "\xEF\xBF\xBD\x1b[31m</script>");
}

TEST_F(BroadcastTest, much_at_once_comes_in_batches_that_can_be_dropped_one_by_one) {
    for (int i = 0; i < 300; ++i) broadcast.note(core::ConsoleText{"aaaa", std::string(1000, 'x'), {}});
    std::size_t messages = 0;
    const auto batches = broadcast.flush();
    for (const auto& batch : batches) {
        EXPECT_LT(batch->text.size(), 70'000U);
        messages += batch->messages;
    }
    EXPECT_GT(batches.size(), 3U);
    EXPECT_EQ(messages, 300U);
}

} // namespace
} // namespace hub::api
