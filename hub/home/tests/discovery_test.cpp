// SPDX-License-Identifier: Apache-2.0
#include "hub/home/discovery.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hub::home {
namespace {

using core::Json;
using core::Kind;

core::Board board() {
    core::Board result;
    result.uid = "a1b2c3";
    result.name = "Door Intercom";
    result.profile = "intercom";
    result.version = "0.1.0";
    return result;
}

DiscoveryMessage describe_one(Kind kind, const char* options) {
    return describe(board(), {"thing", kind, "Thing", Json::parse(options)}, "homeassistant");
}

/// What every entity's document says, with `kind` and the golden rest of it put in.
Json golden(const std::string& kind, const char* rest) {
    Json config = Json::parse(R"({
        "origin": {"name": "Ouroboard"},
        "device": {"identifiers": ["ouro_a1b2c3"], "name": "Door Intercom", "manufacturer": "Ouroboard",
                   "model": "intercom", "sw_version": "0.1.0", "via_device": "ouro_hub"},
        "availability_mode": "all",
        "availability": [
            {"topic": "ouro/hub/status", "payload_available": "online", "payload_not_available": "offline"},
            {"topic": "ouro/a1b2c3/status", "payload_available": "online", "payload_not_available": "offline"}],
        "unique_id": "ouro_a1b2c3_thing", "object_id": "door_intercom_thing", "name": "Thing", "qos": 1})");
    config["origin"]["sw_version"] = OURO_VERSION;
    config["default_entity_id"] = kind + ".door_intercom_thing";
    config.update(Json::parse(rest));
    return config;
}

struct Golden {
    Kind kind;
    const char* word;
    const char* options;
    const char* rest;
};

class Discovery : public ::testing::TestWithParam<Golden> {};

TEST_P(Discovery, says_exactly_what_home_assistant_needs) {
    const Golden& expected = GetParam();
    const DiscoveryMessage message = describe_one(expected.kind, expected.options);
    EXPECT_EQ(message.topic, "homeassistant/" + std::string(expected.word) + "/ouro_a1b2c3_thing/config");
    EXPECT_EQ(message.config, golden(expected.word, expected.rest)) << message.config.dump(2);
}

INSTANTIATE_TEST_SUITE_P(
    every_kind, Discovery,
    ::testing::Values(
        Golden{Kind::sensor, "sensor",
               R"({"device_class":"temperature","unit_of_measurement":"°C","state_class":"measurement",
                   "suggested_display_precision":1,"entity_category":"diagnostic"})",
               R"({"state_topic":"ouro/a1b2c3/thing/state","device_class":"temperature","unit_of_measurement":"°C",
                   "state_class":"measurement","suggested_display_precision":1,"entity_category":"diagnostic"})"},
        Golden{Kind::binary_sensor, "binary_sensor", R"({"device_class":"door","off_delay":5})",
               R"({"state_topic":"ouro/a1b2c3/thing/state","device_class":"door","off_delay":5,"payload_on":"ON",
                   "payload_off":"OFF"})"},
        Golden{Kind::switch_, "switch", R"({"icon":"mdi:lamp"})",
               R"({"state_topic":"ouro/a1b2c3/thing/state","command_topic":"ouro/a1b2c3/thing/set","retain":false,
                   "optimistic":false,"payload_on":"ON","payload_off":"OFF","icon":"mdi:lamp"})"},
        Golden{Kind::light, "light", "{}",
               R"({"state_topic":"ouro/a1b2c3/thing/state","command_topic":"ouro/a1b2c3/thing/set","retain":false,
                   "optimistic":false,"payload_on":"ON","payload_off":"OFF"})"},
        Golden{Kind::button, "button", R"({"enabled_by_default":false,"mqtt_command":["x/y","z"]})",
               R"({"command_topic":"ouro/a1b2c3/thing/set","retain":false,"payload_press":"PRESS",
                   "enabled_by_default":false})"},
        Golden{Kind::event, "event", R"({"device_class":"doorbell","event_types":["ring"],"mqtt_publish":["x/y","z"]})",
               R"({"state_topic":"ouro/a1b2c3/thing/event","device_class":"doorbell","event_types":["ring"]})"},
        Golden{Kind::number, "number", R"({"min":0,"max":10,"step":0.5,"mode":"slider"})",
               R"({"state_topic":"ouro/a1b2c3/thing/state","command_topic":"ouro/a1b2c3/thing/set","retain":false,
                   "optimistic":false,"min":0,"max":10,"step":0.5,"mode":"slider"})"},
        Golden{Kind::select, "select", R"({"options":["a","b"]})",
               R"({"state_topic":"ouro/a1b2c3/thing/state","command_topic":"ouro/a1b2c3/thing/set","retain":false,
                   "optimistic":false,"options":["a","b"]})"},
        Golden{Kind::text, "text", R"({"max":20})",
               R"({"state_topic":"ouro/a1b2c3/thing/state","command_topic":"ouro/a1b2c3/thing/set","retain":false,
                   "max":20})"},
        Golden{Kind::lock, "lock", "{}",
               R"({"state_topic":"ouro/a1b2c3/thing/state","command_topic":"ouro/a1b2c3/thing/set","retain":false,
                   "optimistic":false,"payload_lock":"LOCK","payload_unlock":"UNLOCK","state_locked":"LOCKED",
                   "state_unlocked":"UNLOCKED","state_locking":"LOCKING","state_unlocking":"UNLOCKING",
                   "state_jammed":"JAMMED"})"},
        Golden{Kind::cover, "cover", R"({"device_class":"gate"})",
               R"({"state_topic":"ouro/a1b2c3/thing/state","command_topic":"ouro/a1b2c3/thing/set","retain":false,
                   "optimistic":false,"device_class":"gate","payload_open":"OPEN","payload_close":"CLOSE",
                   "payload_stop":"STOP","state_open":"open","state_opening":"opening","state_closed":"closed",
                   "state_closing":"closing","state_stopped":"stopped"})"}),
    [](const auto& test) { return std::string(test.param.word); });

TEST(DiscoveryOfSensors, leaves_out_the_enum_class_that_old_home_assistants_refuse) {
    EXPECT_FALSE(
        describe_one(Kind::sensor, R"({"device_class":"enum","options":["a"]})").config.contains("device_class"));
}

TEST(DiscoveryOfTheHub, is_a_device_with_a_connectivity_sensor) {
    const DiscoveryMessage message = describe_hub("ha");
    EXPECT_EQ(message.topic, "ha/binary_sensor/ouro_hub_status/config");
    EXPECT_EQ(message.config["state_topic"], "ouro/hub/status");
    EXPECT_EQ(message.config["device"]["identifiers"], Json::array({"ouro_hub"}));
    EXPECT_EQ(message.config["payload_on"], "online");
    EXPECT_FALSE(message.config.contains("availability")) << "it must be able to say that the hub is offline";
}

} // namespace
} // namespace hub::home
