// SPDX-License-Identifier: Apache-2.0
#include "hub/home/payloads.hpp"

#include <gtest/gtest.h>

namespace hub::home {
namespace {

using base::ErrorCode;
using core::Json;
using core::Kind;

core::Entity entity(Kind kind) { return {"x", kind, "X", Json::object()}; }

TEST(Payloads, values_are_written_as_home_assistant_reads_them) {
    EXPECT_EQ(state_payload(Kind::switch_, true), "ON");
    EXPECT_EQ(state_payload(Kind::switch_, false), "OFF");
    EXPECT_EQ(state_payload(Kind::sensor, 21.5), "21.5");
    EXPECT_EQ(state_payload(Kind::sensor, nullptr), "None");
    EXPECT_EQ(state_payload(Kind::lock, "LOCKED"), "LOCKED");
    EXPECT_EQ(state_payload(Kind::sensor, ""), "None") << "an empty payload would clear the retained one";
    EXPECT_EQ(event_payload("ring", {{"n", 1}, {"event_type", "lie"}}), R"({"event_type":"ring","n":1})");
}

TEST(Payloads, plain_commands_become_values) {
    EXPECT_EQ(read_command(entity(Kind::switch_), "ON")->value, true);
    EXPECT_EQ(read_command(entity(Kind::light), "OFF")->value, false);
    EXPECT_EQ(read_command(entity(Kind::number), "2.5")->value, 2.5);
    EXPECT_EQ(read_command(entity(Kind::lock), "UNLOCK")->value, "UNLOCK");
    EXPECT_EQ(read_command(entity(Kind::text), "")->value, "");
    EXPECT_EQ(read_command(entity(Kind::text), "{not json")->value, "{not json");
}

TEST(Payloads, the_json_form_carries_id_and_time) {
    const auto request =
        read_command(entity(Kind::lock), R"({"value":"UNLOCK","id":"c1","ttl_ms":2000,"t":1800000000.5})");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->value, "UNLOCK");
    EXPECT_EQ(request->cmd_id, "c1");
    EXPECT_EQ(request->ttl_ms, 2000);
    EXPECT_EQ(request->issued->time_since_epoch(), std::chrono::microseconds(1'800'000'000'500'000));
    EXPECT_EQ(read_command(entity(Kind::switch_), R"({"value":"ON"})")->value, true);
    EXPECT_EQ(read_command(entity(Kind::switch_), R"({"value":false})")->value, false);
}

TEST(Payloads, wrong_commands_are_refused_unread) {
    EXPECT_EQ(read_command(entity(Kind::lock), "").error().code, ErrorCode::malformed);
    EXPECT_EQ(read_command(entity(Kind::lock), "\xff").error().code, ErrorCode::malformed);
    EXPECT_EQ(read_command(entity(Kind::number), "nan").error().code, ErrorCode::malformed);
    EXPECT_EQ(read_command(entity(Kind::number), "1 ").error().code, ErrorCode::malformed);
    EXPECT_TRUE(read_command(entity(Kind::text), std::string(1024, 'x')));
    EXPECT_EQ(read_command(entity(Kind::text), std::string(1025, 'x')).error().code, ErrorCode::too_large);
    for (const char* wrong : {R"({"value":1,"id":5})", R"({"value":1,"id":""})", R"({"value":1,"ttl_ms":0})",
                              R"({"value":1,"ttl_ms":60001})", R"({"value":1,"t":"now"})", R"({"value":1,"t":-1})",
                              R"({"value":1,"t":1e300})"}) {
        EXPECT_EQ(read_command(entity(Kind::number), wrong).error().code, ErrorCode::invalid_argument) << wrong;
    }
}

} // namespace
} // namespace hub::home
