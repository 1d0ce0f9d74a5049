// SPDX-License-Identifier: Apache-2.0
#include "hub/jobs/tool_report.hpp"

#include "hub/jobs/line_cutter.hpp"

#include <gtest/gtest.h>

namespace hub::jobs {
namespace {

Job running() {
    Job job;
    job.id = "1";
    job.state = JobState::running;
    job.request = Json::object();
    return job;
}

TEST(ToolReport, steps_and_progress_say_how_far_it_is) {
    Job job = running();
    hear_line(job, R"({"type":"step","text":"Look for the chip"})");
    EXPECT_EQ(job.step, "Look for the chip");
    hear_line(job, R"({"type":"progress","phase":"write","done":5,"total":10,"bytes_per_s":2.5,"left_s":2,"baud":9})");
    EXPECT_EQ(job.phase, Phase::write);
    EXPECT_EQ(job.progress->done, 5U);
    EXPECT_EQ(job.progress->left_s, 2);
    hear_line(job, R"({"type":"phase","phase":"verify"})");
    EXPECT_EQ(job.progress, std::nullopt) << "it is of the phase before";
}

TEST(ToolReport, a_deploy_counts_the_bytes_of_the_files_that_are_sent) {
    Job job = running();
    hear_line(job, R"({"type":"plan","app":"door","version":"ab12","files":[],"bytes":30})");
    EXPECT_EQ(job.phase, Phase::copy);
    hear_line(job, R"({"type":"file","path":"main.py","size":20,"sent":true})");
    hear_line(job, R"({"type":"file","path":"old.py","size":500,"sent":false})");
    EXPECT_EQ(job.progress->done, 20U);
    EXPECT_EQ(job.progress->total, 30U);
    hear_line(job, R"({"type":"phase","phase":"switch"})");
    EXPECT_FALSE(is_harmless(job));
    hear_line(job, R"({"type":"phase","phase":"watch"})");
    EXPECT_TRUE(is_harmless(job));
}

TEST(ToolReport, hostile_lines_change_nothing_and_break_nothing) {
    Job job = running();
    for (const std::string& line :
         {std::string("not JSON"), std::string("[]"), std::string("7"), std::string(100'000, '['),
          std::string("{\"a\":\"\xff\"}"),
          std::string(R"({"type":"progress","done":-5,"total":"x","bytes_per_s":1e999})"),
          std::string(R"({"type":7,"phase":["write"]})"), std::string(R"({"type":"phase","phase":"nonsense"})")}) {
        hear_line(job, line);
        EXPECT_EQ(job.phase, Phase::none) << line.substr(0, 50);
    }
    hear_line(job, R"({"type":"progress","phase":"write","done":1e300,"total":7})");
    EXPECT_EQ(job.progress->done, 7U) << "no further than its end";
    hear_line(job, "{\"type\":\"step\",\"text\":\"\\u001b[2J" + std::string(5000, 'a') + "\"}");
    EXPECT_LE(job.step.size(), line_size_max);
    EXPECT_EQ(job.step.find('\x1b'), std::string::npos);
    EXPECT_NO_THROW(json_of(job).dump());
}

TEST(ToolReport, the_last_twenty_lines_are_kept) {
    Job job = running();
    for (int i = 0; i < 50; ++i) hear_line(job, R"({"type":"step","text":"step )" + std::to_string(i) + "\"}");
    ASSERT_EQ(job.lines.size(), lines_max);
    EXPECT_EQ(job.lines.front(), "step 30");
}

TEST(ToolReport, a_result_is_kept_flat_and_small) {
    Job job = running();
    hear_line(job, R"({"type":"result","runs":"MicroPython","deep":{"a":[1]}})");
    EXPECT_EQ(job.result, Json({{"runs", "MicroPython"}}));
    hear_line(job, R"({"type":"result","banner":")" + std::string(result_size_max, 'x') + "\"}");
    EXPECT_EQ(job.result, nullptr);
}

TEST(ToolReport, an_exit_code_becomes_the_word_of_its_kind) {
    for (const auto& [code, word] : {std::pair{1, "io"}, {2, "invalid_argument"}, {4, "not_found"}, {5, "refused"}}) {
        Job job = running();
        hear_complaint(job, "something");
        hear_end(job, code);
        EXPECT_EQ(job.error->code, word);
    }
}

TEST(ToolReport, a_job_comes_out_of_its_file_as_it_went_in) {
    Job job = running();
    hear_line(job, R"({"type":"step","text":"Start it"})");
    hear_complaint(job, "no");
    hear_end(job, 1);
    job.created = core::Time(std::chrono::microseconds(1'700'000'000'123'456));
    job.ended = job.created;
    const auto again = job_of(json_of(job));
    ASSERT_TRUE(again);
    EXPECT_EQ(json_of(*again), json_of(job));
}

TEST(LineCutter, lines_come_whole_however_they_are_cut) {
    LineCutter cutter;
    std::vector<std::string> lines;
    const auto hear = [&lines](std::string_view line) { lines.emplace_back(line); };
    for (const char c : std::string("ab\n\ncd\ne")) cutter.feed({&c, 1}, hear);
    EXPECT_EQ(lines, (std::vector<std::string>{"ab", "cd"}));
    cutter.finish(hear);
    EXPECT_EQ(lines.back(), "e");
}

TEST(LineCutter, a_line_that_is_too_long_is_passed_over_and_the_next_is_heard) {
    LineCutter cutter;
    std::vector<std::string> lines;
    const auto hear = [&lines](std::string_view line) { lines.emplace_back(line); };
    cutter.feed(std::string(tool_line_size_max, 'a') + "\n", hear);
    ASSERT_EQ(lines.size(), 1U);
    cutter.feed(std::string(tool_line_size_max, 'b'), hear);
    cutter.feed("b\nc\n", hear);
    EXPECT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines.back(), "c");
}

} // namespace
} // namespace hub::jobs
