// SPDX-License-Identifier: Apache-2.0
#include "hub/jobs/jobs.hpp"

#include "hub/jobs/tests/bench.hpp"

namespace hub::jobs::tests {
namespace {

TEST(Jobs, one_begins_at_once_and_is_done_when_its_program_ends_well) {
    Bench bench;
    const auto job = bench.flash("/dev/ttyUSB0");
    ASSERT_TRUE(job);
    EXPECT_EQ(job->id, "1");
    EXPECT_EQ(job->state, JobState::running);
    EXPECT_EQ(bench.tools.front().arguments[2], "/dev/ttyUSB0");
    bench.tools.front().say({{"type", "result"}, {"runs", "MicroPython"}, {"version", "1.25.0"}});
    bench.tools.front().end(0);
    EXPECT_TRUE(bench.tools.front().is_gone);
    EXPECT_EQ(bench.last["1"]["state"], "done");
    EXPECT_EQ(bench.last["1"]["result"], Json({{"runs", "MicroPython"}, {"version", "1.25.0"}}));
    EXPECT_EQ(bench.last["1"]["error"], nullptr);
}

TEST(Jobs, a_board_has_one_at_a_time_and_the_second_is_told_which) {
    Bench bench;
    ASSERT_TRUE(bench.flash("/dev/ttyUSB0"));
    const auto second = bench.flash("/dev/ttyUSB0");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, base::ErrorCode::busy);
    EXPECT_EQ(second.error().message.view(), "/dev/ttyUSB0: job 1 (flash, by web) has it");
    EXPECT_TRUE(bench.flash("/dev/ttyUSB1"));
    bench.tools.front().end(1);
    EXPECT_TRUE(bench.flash("/dev/ttyUSB0")) << "it has ended";
}

TEST(Jobs, four_run_and_sixteen_wait_in_order_and_one_more_is_refused) {
    Bench bench;
    for (std::size_t i = 0; i < running_max + queued_max; ++i) ASSERT_TRUE(bench.flash("port" + std::to_string(i)));
    EXPECT_EQ(bench.tools.size(), running_max);
    EXPECT_EQ(bench.job("5")["state"], "queued");
    const auto refused = bench.flash("another");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::full);
    std::next(bench.tools.begin())->end(0);
    EXPECT_EQ(bench.tools.size(), running_max + 1);
    EXPECT_EQ(bench.tools.back().arguments[2], "port4") << "the one that waited longest";
    EXPECT_EQ(bench.last["5"]["state"], "running");
    EXPECT_TRUE(bench.flash("another"));
}

TEST(Jobs, one_that_fails_says_why_and_the_others_go_on) {
    Bench bench;
    ASSERT_TRUE(bench.flash("a"));
    ASSERT_TRUE(bench.flash("b"));
    bench.tools.front().progress("write", 10, 100);
    bench.tools.front().complain("the board is gone: it was unplugged");
    bench.tools.front().complain("What to try: Plug it in again.");
    bench.tools.front().end(1);
    EXPECT_EQ(bench.job("1")["state"], "failed");
    EXPECT_EQ(bench.job("1")["error"]["message"], "the board is gone: it was unplugged");
    EXPECT_EQ(bench.job("1")["error"]["hint"], "Plug it in again.");
    EXPECT_EQ(bench.job("2")["state"], "running");
    bench.tools.back().end(0);
    EXPECT_EQ(bench.job("2")["state"], "done");
}

TEST(Jobs, a_program_that_dies_by_a_signal_has_failed) {
    Bench bench;
    ASSERT_TRUE(bench.flash("a"));
    bench.tools.front().end(-11);
    EXPECT_EQ(bench.job("1")["state"], "failed");
    EXPECT_EQ(bench.job("1")["error"]["message"], "It was ended by signal 11");
}

TEST(Jobs, one_that_can_not_be_started_is_refused_and_leaves_nothing) {
    Bench bench;
    bench.refusal = base::Error{base::ErrorCode::io, "No more processes", ""};
    EXPECT_FALSE(bench.flash("a"));
    EXPECT_TRUE(bench.jobs->list().empty());
}

TEST(Jobs, one_that_waited_and_can_not_be_started_then_has_failed) {
    Bench bench;
    for (std::size_t i = 0; i <= running_max; ++i) ASSERT_TRUE(bench.flash("port" + std::to_string(i)));
    bench.refusal = base::Error{base::ErrorCode::io, "No more processes", ""};
    bench.tools.front().end(0);
    EXPECT_EQ(bench.job("5")["state"], "failed");
    EXPECT_EQ(bench.job("5")["error"]["message"], "No more processes");
}

TEST(Jobs, cancelling_is_harmless_while_it_compares_and_not_while_it_writes) {
    Bench bench;
    ASSERT_TRUE(bench.flash("a"));
    PlayedTool& tool = bench.tools.front();
    for (const char* phase : {"connect", "fetch", "compare"}) {
        tool.phase(phase);
        EXPECT_EQ(bench.last["1"]["cancellable"], true) << phase;
    }
    tool.phase("write");
    EXPECT_EQ(bench.last["1"]["cancellable"], false);
    const auto refused = bench.jobs->cancel("1", false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::invalid_state);
    EXPECT_EQ(tool.interrupts, 0);
    tool.phase("verify");
    EXPECT_EQ(bench.last["1"]["cancellable"], true);
    tool.phase("compare");
    EXPECT_EQ(bench.last["1"]["cancellable"], false) << "what was found wrong is written again: half of it is old";
    tool.phase("start");
    tool.phase("connect");
    EXPECT_EQ(bench.last["1"]["cancellable"], true) << "all of it is there";
}

TEST(Jobs, one_that_is_cancelled_is_interrupted_once_and_ends_as_cancelled) {
    Bench bench;
    ASSERT_TRUE(bench.flash("a"));
    bench.tools.front().phase("compare");
    const auto job = bench.jobs->cancel("1", false);
    ASSERT_TRUE(job);
    EXPECT_TRUE(job->cancelling);
    ASSERT_TRUE(bench.jobs->cancel("1", false));
    EXPECT_EQ(bench.tools.front().interrupts, 1);
    bench.tools.front().complain("stopped, as you asked");
    bench.tools.front().end(1);
    EXPECT_EQ(bench.job("1")["state"], "cancelled");
    EXPECT_EQ(bench.job("1")["error"], nullptr);
    EXPECT_EQ(bench.jobs->cancel("1", false).error().code, base::ErrorCode::invalid_state);
    EXPECT_EQ(bench.jobs->cancel("2", false).error().code, base::ErrorCode::not_found);
}

TEST(Jobs, one_that_is_cancelled_by_force_while_it_writes_says_what_that_left) {
    Bench bench;
    ASSERT_TRUE(bench.flash("a"));
    bench.tools.front().progress("write", 10, 100);
    ASSERT_TRUE(bench.jobs->cancel("1", true));
    bench.tools.front().end(1);
    EXPECT_EQ(bench.job("1")["state"], "cancelled");
    EXPECT_EQ(bench.job("1")["error"]["code"], "invalid_state");
    EXPECT_NE(bench.job("1")["error"]["hint"].get<std::string>().find("once more"), std::string::npos);
}

TEST(Jobs, one_that_was_done_before_it_heard_of_its_end_is_done) {
    Bench bench;
    ASSERT_TRUE(bench.flash("a"));
    ASSERT_TRUE(bench.jobs->cancel("1", false));
    bench.tools.front().end(0);
    EXPECT_EQ(bench.job("1")["state"], "done");
}

TEST(Jobs, one_that_does_not_end_politely_is_killed_after_five_seconds) {
    Bench bench;
    ASSERT_TRUE(bench.flash("a"));
    ASSERT_TRUE(bench.jobs->cancel("1", false));
    bench.pass(end_patience - 1);
    EXPECT_EQ(bench.tools.front().kills, 0);
    bench.pass(1);
    EXPECT_EQ(bench.tools.front().kills, 1);
}

TEST(Jobs, one_that_waits_is_cancelled_without_having_begun) {
    Bench bench;
    for (std::size_t i = 0; i <= running_max; ++i) ASSERT_TRUE(bench.flash("port" + std::to_string(i)));
    ASSERT_TRUE(bench.jobs->cancel("5", false));
    EXPECT_EQ(bench.last["5"]["state"], "cancelled");
    bench.tools.front().end(0);
    EXPECT_EQ(bench.tools.size(), running_max);
}

TEST(Jobs, a_program_with_nothing_to_say_is_ended_and_one_that_speaks_is_not) {
    Bench bench;
    ASSERT_TRUE(bench.flash("a"));
    bench.pass(silence_max - 1);
    bench.tools.front().progress("write", 1, 100);
    bench.pass(silence_max - 1);
    EXPECT_EQ(bench.tools.front().interrupts, 0);
    bench.pass(1);
    EXPECT_EQ(bench.tools.front().interrupts, 1);
    bench.pass(end_patience);
    EXPECT_EQ(bench.tools.front().kills, 1);
    bench.tools.front().end(-9);
    EXPECT_EQ(bench.job("1")["state"], "failed");
    EXPECT_EQ(bench.job("1")["error"]["code"], "timeout");
}

TEST(Jobs, a_program_that_never_ends_is_ended) {
    Bench bench;
    ASSERT_TRUE(bench.flash("a"));
    for (base::Micros at = 0; at < duration_max; at += base::from_ms(60'000)) {
        EXPECT_EQ(bench.tools.front().interrupts, 0);
        bench.tools.front().progress("write", 1, 100);
        bench.pass(base::from_ms(60'000));
    }
    EXPECT_EQ(bench.tools.front().interrupts, 1);
}

TEST(Jobs, news_are_told_five_times_a_second_at_most_and_the_newest_is_never_lost) {
    Bench bench;
    ASSERT_TRUE(bench.flash("a"));
    bench.tools.front().phase("write");
    const int before = bench.told["1"];
    for (int i = 0; i < 1000; ++i) {
        bench.tools.front().progress("write", i, 1000);
        bench.pass(base::from_ms(1));
    }
    EXPECT_LE(bench.told["1"] - before, 5);
    EXPECT_GE(bench.told["1"] - before, 4);
    bench.pass(tell_interval);
    EXPECT_EQ(bench.last["1"]["progress"]["done"], 999);
}

TEST(Jobs, the_last_fifty_that_ended_are_kept) {
    Bench bench;
    for (std::size_t i = 0; i < ended_max + 3; ++i) {
        ASSERT_TRUE(bench.flash("a"));
        bench.tools.back().end(0);
    }
    const auto list = bench.jobs->list();
    ASSERT_EQ(list.size(), ended_max);
    EXPECT_EQ(list.front()->id, std::to_string(ended_max + 3)) << "newest first";
    EXPECT_EQ(list.back()->id, "4");
}

TEST(Jobs, what_ran_and_what_waited_when_the_hub_ended_is_interrupted_after_its_return) {
    Bench before;
    for (std::size_t i = 0; i <= running_max; ++i) ASSERT_TRUE(before.flash("port" + std::to_string(i)));
    before.tools.front().end(0);
    before.tools.back().progress("write", 5, 10);
    Bench after;
    after.jobs->load(before.saved);
    EXPECT_EQ(after.job("1")["state"], "done");
    EXPECT_EQ(after.job("2")["state"], "interrupted");
    EXPECT_EQ(after.job("5")["state"], "interrupted");
    EXPECT_NE(after.job("5")["error"]["message"].get<std::string>().find("may not start"), std::string::npos)
        << "that it had begun to write is known after a kill, too";
    EXPECT_EQ(after.job("2")["error"]["message"], "The hub ended while this ran");
    EXPECT_EQ(after.job("2")["request"]["board"], "port1") << "it can be asked for again";
    ASSERT_TRUE(after.flash("port1"));
    EXPECT_EQ(after.jobs->list().front()->id, "6") << "numbers are not used twice";
}

TEST(Jobs, a_hub_that_ends_asks_its_programs_to_and_saves_no_end_of_them) {
    Bench bench;
    ASSERT_TRUE(bench.flash("a"));
    const std::string saved = bench.saved;
    bench.jobs->stop();
    EXPECT_EQ(bench.tools.front().interrupts, 1);
    bench.tools.front().end(1);
    EXPECT_EQ(bench.saved, saved);
}

TEST(Jobs, programs_die_with_the_jobs) {
    Bench bench;
    ASSERT_TRUE(bench.flash("a"));
    bench.jobs.reset();
    EXPECT_TRUE(bench.tools.front().is_gone);
}

TEST(Jobs, a_damaged_file_is_read_as_far_as_it_makes_sense) {
    Bench good;
    ASSERT_TRUE(good.flash("a"));
    good.tools.back().end(0);
    ASSERT_TRUE(good.flash("a"));
    good.tools.back().end(0);
    Json damaged = Json::parse(good.saved);
    damaged["jobs"][0]["state"] = "flying";
    Bench bench;
    bench.jobs->load(damaged.dump());
    ASSERT_EQ(bench.jobs->list().size(), 1U);
    EXPECT_EQ(bench.jobs->list().front()->id, "2");
    for (const char* text : {"", "{", "[]", "null", R"({"jobs":7})", R"({"jobs":[7,null,{}]})"}) {
        Bench empty;
        empty.jobs->load(text);
        EXPECT_TRUE(empty.jobs->list().empty()) << text;
    }
}

TEST(Jobs, a_file_stays_needed_until_its_job_has_ended) {
    Bench bench;
    NewJob job;
    job.claim = "a";
    job.upload = "0123456789abcdef";
    ASSERT_TRUE(bench.jobs->start(std::move(job)));
    EXPECT_TRUE(bench.jobs->needs_upload("0123456789abcdef"));
    EXPECT_FALSE(bench.jobs->needs_upload("fedcba9876543210"));
    bench.tools.front().end(0);
    EXPECT_FALSE(bench.jobs->needs_upload("0123456789abcdef"));
}

} // namespace
} // namespace hub::jobs::tests
