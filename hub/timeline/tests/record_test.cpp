// SPDX-License-Identifier: Apache-2.0
#include "hub/timeline/record.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace hub::timeline {
namespace {

const core::Time noon{std::chrono::seconds(1'700'000'000)};

std::vector<Row> state(core::Json value) {
    return rows_of(core::StateChanged{"b0a7d001", "door", core::State{std::move(value), noon}});
}

TEST(Record, a_number_is_a_sample_alone) {
    const auto rows = state(21.5);
    ASSERT_EQ(rows.size(), 1U);
    const auto& sample = std::get<Sample>(rows[0]);
    EXPECT_EQ(sample.uid, "b0a7d001");
    EXPECT_EQ(sample.id, "door");
    EXPECT_EQ(sample.at, noon);
    EXPECT_EQ(sample.value, 21.5);
}

TEST(Record, true_is_a_sample_and_a_line) {
    const auto rows = state(true);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(std::get<Sample>(rows[0]).value, 1);
    EXPECT_EQ(std::get<Line>(rows[1]).what, "state");
    EXPECT_EQ(std::get<Line>(rows[1]).text, "true");
    EXPECT_EQ(std::get<Line>(rows[1]).data, "true");
}

TEST(Record, words_and_unknown_are_lines) {
    const auto word = state("unlocking");
    ASSERT_EQ(word.size(), 1U);
    EXPECT_EQ(std::get<Line>(word[0]).text, "unlocking");
    EXPECT_EQ(std::get<Line>(word[0]).data, "\"unlocking\"");
    const auto unknown = state(nullptr);
    ASSERT_EQ(unknown.size(), 1U);
    EXPECT_EQ(std::get<Line>(unknown[0]).text, "unknown");
    EXPECT_EQ(std::get<Line>(unknown[0]).data, "null");
}

TEST(Record, a_number_that_is_not_finite_is_not_kept) {
    EXPECT_TRUE(state(std::numeric_limits<double>::infinity()).empty());
    EXPECT_TRUE(state(std::numeric_limits<double>::quiet_NaN()).empty());
}

TEST(Record, an_output_is_a_sample_of_its_own_name_and_a_line_with_the_cause) {
    const auto rows = rows_of(core::OutputChanged{"b0a7d001", "door", core::Output{true, "guard", noon}});
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(std::get<Sample>(rows[0]).id, "output:door");
    EXPECT_EQ(std::get<Line>(rows[1]).text, "on");
    EXPECT_EQ(std::get<Line>(rows[1]).data, R"({"cause":"guard"})");
}

TEST(Record, a_command_says_who_wanted_what_and_how_it_ended) {
    const auto rows = rows_of(core::CommandChanged{"b0a7d001", "door", "c1", "UNLOCK", "web", "refused", "busy", noon});
    ASSERT_EQ(rows.size(), 1U);
    const auto& line = std::get<Line>(rows[0]);
    EXPECT_EQ(line.what, "command");
    EXPECT_EQ(line.id, "door");
    EXPECT_EQ(line.text, "refused");
    EXPECT_EQ(core::Json::parse(line.data),
              core::Json({{"cmd_id", "c1"}, {"value", "UNLOCK"}, {"source", "web"}, {"text", "busy"}}));
}

TEST(Record, a_crash_is_found_by_its_app_and_message) {
    const auto rows =
        rows_of(core::Crashed{"b0a7d001", {{"app", "intercom"}, {"message", "ValueError"}, {"line", 7}}, noon});
    const auto& line = std::get<Line>(rows.at(0));
    EXPECT_EQ(line.what, "crash");
    EXPECT_EQ(line.id, "intercom");
    EXPECT_EQ(line.text, "ValueError");
}

TEST(Record, a_heartbeat_is_the_free_heap_if_it_says_so) {
    const auto rows = rows_of(core::Heartbeat{"b0a7d001", 5, {{"heap", 90'000}}, noon});
    EXPECT_EQ(std::get<Sample>(rows.at(0)).id, "up:heap");
    EXPECT_TRUE(rows_of(core::Heartbeat{"b0a7d001", 5, {{"rssi", -60}}, noon}).empty());
    EXPECT_TRUE(rows_of(core::Heartbeat{"b0a7d001", 5, nullptr, noon}).empty());
}

TEST(Record, console_text_is_not_kept) {
    EXPECT_TRUE(rows_of(core::ConsoleText{"b0a7d001", ">>> ", noon}).empty());
    EXPECT_TRUE(rows_of(core::BoardChanged{"b0a7d001"}).empty());
}

TEST(Record, text_is_cut_at_its_limit_and_not_inside_a_character) {
    const auto text_of = [](std::string text) {
        return std::get<Line>(rows_of(core::LogLine{"b0a7d001", "info", std::move(text), noon}).at(0)).text;
    };
    EXPECT_EQ(text_of(std::string(text_size_max, 'a')).size(), text_size_max);
    EXPECT_EQ(text_of(std::string(text_size_max + 1, 'a')).size(), text_size_max);
    EXPECT_EQ(text_of(std::string(text_size_max - 1, 'a') + "é").size(), text_size_max - 1);
}

TEST(Record, bytes_that_are_not_text_become_json_all_the_same) {
    const auto rows = rows_of(core::EventFired{"b0a7d001", "bell", "ring", {{"by", "\xFF"}}, noon});
    EXPECT_EQ(core::Json::parse(std::get<Line>(rows.at(0)).data).at("by"), "\xEF\xBF\xBD");
}

TEST(Record, data_beyond_its_limit_is_left_out) {
    const auto data_of = [](std::size_t size) {
        const core::Json data = std::string(size - 2, 'a'); // two quotes
        return std::get<Line>(rows_of(core::EventFired{"b0a7d001", "bell", "ring", data, noon}).at(0)).data;
    };
    EXPECT_EQ(data_of(data_size_max).size(), data_size_max);
    EXPECT_EQ(data_of(data_size_max + 1), "null");
}

} // namespace
} // namespace hub::timeline
