// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/audience.hpp"

#include "hub/workbench/tests/recorded_viewer.hpp"

#include <gtest/gtest.h>

namespace hub::workbench {
namespace {

using core::AttachMode;
using Types = std::vector<std::string>;

class AudienceTest : public testing::Test, public Audience::Board {
protected:
    std::unique_ptr<core::Attachment> attach(core::Viewer& viewer, AttachMode mode, const std::string& name = "anna") {
        auto attached = audience_.attach({name, mode}, viewer);
        EXPECT_TRUE(attached);
        return attached ? std::move(*attached) : nullptr;
    }

    bool write(std::string_view bytes) override {
        if (full_) return false;
        written_ += bytes;
        return true;
    }
    base::Result<> set_baud(unsigned baud) override {
        calls_.push_back("baud " + std::to_string(baud));
        return {};
    }
    base::Result<> set_lines(bool dtr, bool rts) override {
        calls_.push_back("lines " + std::to_string(int{dtr}) + std::to_string(int{rts}));
        return {};
    }
    void on_lease(const core::SessionInfo::Lease* lease) override {
        calls_.push_back(lease == nullptr ? "no lease" : "lease of " + lease->name);
    }

    std::string written_;
    std::vector<std::string> calls_;
    bool full_ = false;
    core::Time now_{std::chrono::seconds(1'700'000'000)};
    Audience audience_{*this, [this] { return now_; }};
};

TEST_F(AudienceTest, row_1_17_what_is_printed_while_nobody_watches_is_shown_to_the_next_one_once) {
    RecordedViewer first;
    auto seat = attach(first, AttachMode::type);
    audience_.on_console("seen\n");
    seat.reset();
    audience_.on_console("missed\n");
    EXPECT_EQ(audience_.kept_bytes(), 7U);

    RecordedViewer second;
    seat = attach(second, AttachMode::type);
    EXPECT_EQ(second.notices.at(0), (core::Json{{"type", "replay"}, {"bytes", 7}, {"seen", false}}));
    EXPECT_EQ(second.output, "missed\n");
    EXPECT_EQ(audience_.kept_bytes(), 0U);
    EXPECT_EQ(first.output, "seen\n") << "who has left hears nothing more";
}

TEST_F(AudienceTest, what_is_kept_is_the_newest_and_no_more_than_its_limit) {
    audience_.on_console(std::string(console_history_max, 'a'));
    EXPECT_EQ(audience_.kept_bytes(), console_history_max);
    audience_.on_console("b");
    EXPECT_EQ(audience_.kept_bytes(), console_history_max);
    RecordedViewer viewer;
    const auto seat = attach(viewer, AttachMode::watch);
    EXPECT_EQ(viewer.output, std::string(console_history_max - 1, 'a') + "b");
}

TEST_F(AudienceTest, who_missed_nothing_is_shown_the_last_lines) {
    RecordedViewer first;
    const auto seat = attach(first, AttachMode::watch);
    audience_.on_console(std::string(replay_seen_max, 'x') + "\n>>> ");
    RecordedViewer second;
    const auto other = attach(second, AttachMode::watch);
    EXPECT_EQ(second.notices.at(0), (core::Json{{"type", "replay"}, {"bytes", 4}, {"seen", true}}));
    EXPECT_EQ(second.output, ">>> ");
}

TEST_F(AudienceTest, all_viewers_share_the_same_bytes) {
    RecordedViewer one;
    RecordedViewer other;
    const auto first = attach(one, AttachMode::watch);
    const auto second = attach(other, AttachMode::type);
    audience_.on_console("hello");
    ASSERT_EQ(one.pieces.size(), 1U);
    EXPECT_EQ(one.pieces.back(), other.pieces.back());
}

TEST_F(AudienceTest, all_who_may_type_can_type_and_who_watches_is_told_that_it_only_watches) {
    RecordedViewer one;
    RecordedViewer other;
    RecordedViewer watcher;
    const auto first = attach(one, AttachMode::type);
    const auto second = attach(other, AttachMode::type);
    const auto third = attach(watcher, AttachMode::watch);
    EXPECT_TRUE(first->type("a"));
    EXPECT_TRUE(second->type("b"));
    EXPECT_TRUE(third->type("c"));
    EXPECT_EQ(written_, "ab");
    EXPECT_EQ(watcher.types(), (Types{"replay", "refused"}));
}

TEST_F(AudienceTest, a_board_that_takes_no_more_now_takes_none_of_it) {
    RecordedViewer viewer;
    const auto seat = attach(viewer, AttachMode::type);
    full_ = true;
    EXPECT_FALSE(seat->type("a"));
    full_ = false;
    EXPECT_TRUE(seat->type("a"));
    EXPECT_EQ(written_, "a");
}

TEST_F(AudienceTest, during_a_lease_others_look_on_and_what_they_type_is_refused_and_not_lost_silently) {
    RecordedViewer viewer;
    RecordedViewer holder;
    const auto seat = attach(viewer, AttachMode::type);
    auto lease = attach(holder, AttachMode::lease, "ouro fs put (pid 12)");
    EXPECT_TRUE(seat->type("x"));
    EXPECT_TRUE(lease->type("\x01"));
    EXPECT_EQ(written_, "\x01");
    ASSERT_EQ(viewer.types(), (Types{"replay", "lease", "refused"}));
    EXPECT_EQ(viewer.notices[1]["name"], "ouro fs put (pid 12)");
    EXPECT_EQ(viewer.notices[1]["since_ms"], 1'700'000'000'000.0);
    EXPECT_NE(viewer.notices[2]["message"].get<std::string>().find("ouro fs put (pid 12)"), std::string::npos);
    lease.reset();
    EXPECT_EQ(viewer.types().back(), "lease_end");
    EXPECT_TRUE(seat->type("y"));
    EXPECT_EQ(written_, "\x01y");
    EXPECT_EQ(calls_, (Types{"lease of ouro fs put (pid 12)", "no lease"}));
}

TEST_F(AudienceTest, who_has_the_lease_gets_every_byte_as_it_came_and_others_the_console) {
    RecordedViewer viewer;
    RecordedViewer holder;
    const auto seat = attach(viewer, AttachMode::watch);
    const auto lease = attach(holder, AttachMode::lease);
    audience_.on_bytes("OK\x1E[\"up\",1,{}]\n\x04");
    audience_.on_console("OK\x04");
    EXPECT_EQ(holder.output, "OK\x1E[\"up\",1,{}]\n\x04");
    EXPECT_EQ(holder.notices.size(), 0U) << "a tool wants no replay";
    EXPECT_EQ(viewer.output, "OK\x04");
    EXPECT_EQ(audience_.history(), "") << "what a tool says to a board is not kept";
}

TEST_F(AudienceTest, a_second_lease_is_refused_with_who_has_it_and_since_when) {
    RecordedViewer holder;
    RecordedViewer second;
    auto lease = attach(holder, AttachMode::lease, "ouro fs put (pid 12)");
    const auto refused = audience_.attach({"ouro run (pid 13)", AttachMode::lease}, second);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::busy);
    EXPECT_EQ(refused.error().message.view().find("ouro fs put (pid 12) has had the board's prompt since "), 0U);
    lease.reset();
    EXPECT_TRUE(audience_.attach({"ouro run (pid 13)", AttachMode::lease}, second));
}

TEST_F(AudienceTest, one_who_comes_during_a_lease_is_told_of_it) {
    RecordedViewer holder;
    RecordedViewer viewer;
    const auto lease = attach(holder, AttachMode::lease);
    const auto seat = attach(viewer, AttachMode::type);
    EXPECT_EQ(viewer.types(), (Types{"lease", "replay"}));
}

TEST_F(AudienceTest, only_the_lease_changes_how_the_port_works) {
    RecordedViewer viewer;
    RecordedViewer holder;
    const auto seat = attach(viewer, AttachMode::type);
    const auto lease = attach(holder, AttachMode::lease);
    EXPECT_EQ(seat->set_baud(9600).error().code, base::ErrorCode::refused);
    EXPECT_EQ(seat->set_lines(true, true).error().code, base::ErrorCode::refused);
    EXPECT_TRUE(lease->set_baud(9600));
    EXPECT_TRUE(lease->set_lines(false, true));
    EXPECT_EQ(calls_, (Types{"lease of anna", "baud 9600", "lines 01"}));
}

TEST_F(AudienceTest, a_board_that_goes_ends_the_lease_and_viewers_wait_for_its_return) {
    RecordedViewer viewer;
    RecordedViewer holder;
    const auto seat = attach(viewer, AttachMode::type);
    const auto lease = attach(holder, AttachMode::lease);
    audience_.on_gone("it was unplugged");
    EXPECT_TRUE(holder.cut);
    EXPECT_EQ(holder.notices, (std::vector<core::Json>{{{"type", "gone"}, {"reason", "it was unplugged"}}}));
    EXPECT_FALSE(audience_.lease());
    audience_.on_back();
    EXPECT_FALSE(viewer.cut);
    EXPECT_EQ(viewer.types(), (Types{"replay", "lease", "lease_end", "gone", "back"}));
    EXPECT_TRUE(lease->type("too late"));
    EXPECT_EQ(written_, "");
}

TEST_F(AudienceTest, row_1_19_a_cut_ends_everybody_and_says_why) {
    RecordedViewer viewer;
    RecordedViewer holder;
    const auto seat = attach(viewer, AttachMode::type);
    const auto lease = attach(holder, AttachMode::lease);
    audience_.cut("killed");
    EXPECT_TRUE(viewer.cut);
    EXPECT_TRUE(holder.cut);
    EXPECT_EQ(viewer.notices.back(), (core::Json{{"type", "cut"}, {"reason", "killed"}}));
    EXPECT_TRUE(audience_.viewers().empty());
    EXPECT_EQ(calls_.back(), "no lease");
}

TEST_F(AudienceTest, as_many_attach_as_the_limit_says_and_no_more) {
    std::vector<RecordedViewer> viewers(viewers_max + 1);
    std::vector<std::unique_ptr<core::Attachment>> seats;
    for (std::size_t i = 0; i < viewers_max; ++i) seats.push_back(attach(viewers[i], AttachMode::watch));
    const auto refused = audience_.attach({"one more", AttachMode::watch}, viewers.back());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::full);
    seats.pop_back();
    EXPECT_TRUE(audience_.attach({"one more", AttachMode::watch}, viewers.back()));
}

TEST_F(AudienceTest, viewers_are_listed_without_the_lease) {
    RecordedViewer one;
    RecordedViewer other;
    RecordedViewer holder;
    const auto first = attach(one, AttachMode::type, "anna");
    const auto second = attach(other, AttachMode::watch, "ben");
    const auto third = attach(holder, AttachMode::lease, "tool");
    const auto viewers = audience_.viewers();
    ASSERT_EQ(viewers.size(), 2U);
    EXPECT_EQ(viewers[0].name, "anna");
    EXPECT_TRUE(viewers[0].typing);
    EXPECT_EQ(viewers[1].name, "ben");
    EXPECT_FALSE(viewers[1].typing);
    EXPECT_EQ(viewers[1].since, now_);
}

} // namespace
} // namespace hub::workbench
