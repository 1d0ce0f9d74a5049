// SPDX-License-Identifier: Apache-2.0
#include "hub/core/declaration.hpp"

#include "hub/core/device_classes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace hub::core {
namespace {

struct Checked {
    base::Result<Entity> entity;
    std::vector<Remark> remarks;
};

Checked check(const char* json) {
    Checked result;
    result.entity = check_entity(Json::parse(json), result.remarks);
    return result;
}

TEST(Declaration, takes_an_entity_as_home_assistant_knows_it) {
    const auto checked = check(R"(["temp","sensor","Temperature",{"device_class":"temperature",
        "unit_of_measurement":"°C","state_class":"measurement","suggested_display_precision":1}])");
    ASSERT_TRUE(checked.entity);
    EXPECT_TRUE(checked.remarks.empty());
    EXPECT_EQ(checked.entity->options.size(), 4U);
    EXPECT_TRUE(is_numeric(*checked.entity));
}

TEST(Declaration, refuses_what_is_no_entity) {
    for (const char* wrong : {R"([])", R"(["a"])", R"({})", R"(["a","sensor",1])", R"(["A","sensor","x"])",
                              R"(["a b","sensor","x"])", R"(["a","toaster","x"])", R"(["a","sensor",""])",
                              R"(["a","sensor","x",3])", R"(["a","sensor","two\nlines"])"}) {
        EXPECT_FALSE(check(wrong).entity) << wrong;
    }
    EXPECT_FALSE(check((R"(["a","sensor",")" + std::string(65, 'x') + R"("])").c_str()).entity);
    EXPECT_TRUE(check((R"(["a","sensor",")" + std::string(64, 'x') + R"("])").c_str()).entity);
}

TEST(Declaration, leaves_out_unknown_and_mistyped_options_with_a_remark) {
    const auto checked = check(R"(["a","switch","A",{"state_topic":"x","enabled_by_default":"no","icon":"mdi:lamp"}])");
    ASSERT_TRUE(checked.entity);
    EXPECT_EQ(checked.remarks.size(), 2U);
    EXPECT_EQ(checked.entity->options, Json::parse(R"({"icon":"mdi:lamp"})"));
}

TEST(Declaration, leaves_out_a_device_class_that_the_unit_does_not_fit) {
    for (const char* options :
         {R"({"device_class":"temperature","unit_of_measurement":"V"})", R"({"device_class":"temperature"})",
          R"({"device_class":"hotness"})", R"({"device_class":"absolute_humidity","unit_of_measurement":"g/m³"})"}) {
        const auto checked = check((R"(["a","sensor","A",)" + std::string(options) + "]").c_str());
        ASSERT_TRUE(checked.entity);
        EXPECT_FALSE(checked.entity->options.contains("device_class")) << options;
        EXPECT_EQ(checked.remarks.size(), 1U);
    }
}

TEST(Declaration, leaves_out_a_state_class_that_the_device_class_forbids) {
    const auto checked = check(
        R"(["a","sensor","A",{"device_class":"energy","unit_of_measurement":"kWh","state_class":"measurement"}])");
    ASSERT_TRUE(checked.entity);
    EXPECT_FALSE(checked.entity->options.contains("state_class"));
    EXPECT_TRUE(checked.entity->options.contains("device_class"));
}

TEST(Declaration, writes_the_micro_sign_as_every_home_assistant_knows_it) {
    const auto checked =
        check("[\"a\",\"sensor\",\"A\",{\"device_class\":\"pm25\",\"unit_of_measurement\":\"\xCE\xBCg/m³\"}]");
    ASSERT_TRUE(checked.entity);
    EXPECT_EQ(text_option(*checked.entity, "unit_of_measurement"), "\xC2\xB5g/m³");
    EXPECT_EQ(text_option(*checked.entity, "device_class"), "pm25");
}

TEST(Declaration, an_event_needs_types_and_a_select_options) {
    EXPECT_FALSE(check(R"(["a","event","A",{}])").entity);
    EXPECT_FALSE(check(R"(["a","select","A",{"options":["x","x"]}])").entity);
    EXPECT_TRUE(check(R"(["a","select","A",{"options":["x","y"]}])").entity);
}

TEST(Declaration, a_doorbell_without_ring_is_told) {
    EXPECT_EQ(check(R"(["a","event","A",{"device_class":"doorbell","event_types":["press"]}])").remarks.size(), 1U);
    EXPECT_TRUE(check(R"(["a","event","A",{"device_class":"doorbell","event_types":["ring"]}])").remarks.empty());
}

TEST(Declaration, config_is_no_category_for_a_sensor) {
    EXPECT_EQ(check(R"(["a","sensor","A",{"entity_category":"config"}])").remarks.size(), 1U);
    EXPECT_TRUE(check(R"(["a","switch","A",{"entity_category":"config"}])").remarks.empty());
}

TEST(Declaration, a_range_must_be_one) {
    EXPECT_EQ(check(R"(["a","number","A",{"min":5,"max":5}])").remarks.size(), 1U);
    EXPECT_EQ(check(R"(["a","text","A",{"max":256}])").remarks.size(), 1U);
    EXPECT_TRUE(check(R"(["a","number","A",{"min":-5,"max":5}])").remarks.empty());
}

TEST(Declaration, further_topics_belong_to_nobody_we_know) {
    for (const char* wrong : {"", "$SYS/x", "ouro/abcd/door/set", "ouro", "a/+/b", "a/#", "homeassistant/status",
                              "homeassistant", "with\nline", "\xff"}) {
        EXPECT_FALSE(is_further_topic(wrong, "homeassistant")) << wrong;
    }
    EXPECT_FALSE(is_further_topic(std::string(201, 'a'), "homeassistant"));
    EXPECT_TRUE(is_further_topic(std::string(200, 'a'), "homeassistant"));
    EXPECT_TRUE(is_further_topic("pyntercom/intercom/unlock", "homeassistant"));
    EXPECT_TRUE(is_further_topic("homeassistant2/x", "homeassistant"));
}

TEST(Declaration, further_topics_are_for_kinds_that_can_use_them) {
    EXPECT_TRUE(check(R"(["a","lock","A",{"mqtt_command":["x/unlock","open"]}])").remarks.empty());
    EXPECT_EQ(check(R"(["a","lock","A",{"mqtt_publish":["x/y","z"]}])").remarks.size(), 1U);
    EXPECT_EQ(check(R"(["a","lock","A",{"mqtt_command":["x/+","open"]}])").remarks.size(), 1U);
    EXPECT_EQ(check(R"(["a","lock","A",{"mqtt_command":["x/y",""]}])").remarks.size(), 1U);
}

TEST(DeviceClasses, know_units_for_each_class) {
    EXPECT_TRUE(unit_fits("power_factor", ""));
    EXPECT_TRUE(unit_fits("power_factor", "%"));
    EXPECT_FALSE(unit_fits("ph", "%"));
    EXPECT_TRUE(unit_fits("monetary", "EUR"));
    EXPECT_FALSE(unit_fits("monetary", ""));
    EXPECT_TRUE(state_class_fits("", "total"));
    EXPECT_FALSE(state_class_fits("timestamp", "measurement"));
}

TEST(Declaration, takes_a_datapoint_of_a_battery_sensor) {
    for (const char* option : {R"({"id":101})", R"({"id":1,"scale":0.1})", R"({"id":255,"values":{"0":5,"9":null}})"}) {
        const auto checked = check((R"(["a","sensor","A",{"datapoint":)" + std::string(option) + "}]").c_str());
        ASSERT_TRUE(checked.entity);
        EXPECT_EQ(checked.entity->options["datapoint"], Json::parse(option));
        EXPECT_TRUE(checked.remarks.empty());
    }
}

TEST(Declaration, leaves_out_a_datapoint_that_is_none) {
    for (const char* option :
         {"101", "{}", R"({"id":0})", R"({"id":256})", R"({"id":1.5})", R"({"id":"1"})", R"({"id":1,"scale":0})",
          R"({"id":1,"scale":1e9})", R"({"id":1,"scale":"2"})", R"({"id":1,"values":{}})", R"({"id":1,"values":[1]})",
          R"({"id":1,"values":{"0":[1]}})", R"({"id":1,"scale":2,"values":{"0":1}})", R"({"id":1,"more":2})"}) {
        const auto checked = check((R"(["a","sensor","A",{"datapoint":)" + std::string(option) + "}]").c_str());
        ASSERT_TRUE(checked.entity) << option;
        EXPECT_FALSE(checked.entity->options.contains("datapoint")) << option;
        EXPECT_EQ(checked.remarks.size(), 1U) << option;
    }
}

TEST(Declaration, leaves_out_a_datapoint_whose_values_are_none_of_the_entity) {
    for (const char* wrong :
         {R"(["a","binary_sensor","A",{"datapoint":{"id":1,"values":{"0":"off"}}}])",
          R"(["a","binary_sensor","A",{"datapoint":{"id":1,"scale":2}}])",
          R"(["a","sensor","A",{"datapoint":{"id":1,"below":20}}])", R"(["a","switch","A",{"datapoint":{"id":1}}])",
          R"(["a","event","A",{"event_types":["x"],"datapoint":{"id":1,"values":{"0":"y"}}}])",
          R"(["a","sensor","A",{"unit_of_measurement":"V","datapoint":{"id":1,"values":{"0":"y"}}}])"}) {
        const auto checked = check(wrong);
        ASSERT_TRUE(checked.entity) << wrong;
        EXPECT_FALSE(checked.entity->options.contains("datapoint")) << wrong;
        EXPECT_EQ(checked.remarks.size(), 1U) << wrong;
    }
    EXPECT_TRUE(check(R"(["a","event","A",{"event_types":["x"],"datapoint":{"id":1,"values":{"0":"x","1":null}}}])")
                    .remarks.empty());
}

TEST(Declaration, says_which_releases_object_and_how_much) {
    const auto newer = check(R"(["a","sensor","A",{"device_class":"conductivity","unit_of_measurement":"µS/cm"}])");
    ASSERT_EQ(newer.remarks.size(), 1U);
    EXPECT_EQ(newer.remarks[0].text(),
              "a: device_class \"conductivity\" is not known to older ones (Home Assistant 2024.3); left out");
    EXPECT_TRUE(newer.remarks[0].rejected);
    const auto unit = check(R"(["a","sensor","A",{"device_class":"power","unit_of_measurement":"MW"}])");
    ASSERT_EQ(unit.remarks.size(), 1U);
    EXPECT_FALSE(unit.remarks[0].rejected || unit.remarks[0].left_out);
    EXPECT_EQ(unit.remarks[0].releases, "2024.3");
    EXPECT_TRUE(unit.entity->options.contains("device_class"));
    const auto wrong = check(R"(["a","sensor","A",{"device_class":"power","unit_of_measurement":"V"}])");
    ASSERT_EQ(wrong.remarks.size(), 1U);
    EXPECT_EQ(wrong.remarks[0].releases, "2025.7 and later");
    const auto unknown = check(R"(["a","switch","A",{"colour":"red"}])");
    ASSERT_EQ(unknown.remarks.size(), 1U);
    EXPECT_FALSE(unknown.remarks[0].rejected) << "Home Assistant ignores what it does not know";
}

TEST(Declaration, leaves_out_of_a_whole_one_what_can_not_be_taken) {
    Json elements = Json::array({7, {"a", "sensor", "A"}, {"a", "switch", "A again"}, {"b", "toaster", "B"}});
    for (int i = 0; i < 32; ++i) elements.push_back({"n" + std::to_string(i), "sensor", "N"});
    std::vector<Remark> remarks;
    const auto entities = check_declaration(elements, remarks);
    EXPECT_EQ(entities.size(), 32U);
    ASSERT_EQ(remarks.size(), 4U);
    EXPECT_EQ(remarks[1].text(), "a: declared twice, this is the second; left out");
    EXPECT_EQ(remarks[3].text(), "n31: a board has at most 32 entities; left out");
}

TEST(Declaration, has_64_remarks_at_most) {
    Json options;
    for (int i = 0; i < 20; ++i) options["x" + std::to_string(i)] = i;
    std::vector<Remark> remarks;
    check_declaration({{"a", "sensor", "A", options},
                       {"b", "sensor", "B", options},
                       {"c", "sensor", "C", options},
                       {"d", "sensor", "D", options}},
                      remarks);
    EXPECT_EQ(remarks.size(), 64U);
}

/// Home Assistant's own tables; tests/e2e compares the file with the real one.
struct Release2024 : testing::Test {
    static Json table() {
        std::ifstream file("hub/core/tests/home_assistant_2024_3.json");
        return Json::parse(file);
    }
    static bool holds(const Json& list, const std::string& word) {
        return std::find(list.begin(), list.end(), word) != list.end();
    }
};

TEST_F(Release2024, has_the_sensor_classes_units_and_state_classes_that_we_know) {
    std::set<std::string> all_units{"", "EUR"};
    const Json sensors = table()["sensor"];
    for (const auto& [name, rules] : sensors.items()) {
        if (rules["units"].is_array()) all_units.insert(rules["units"].begin(), rules["units"].end());
    }
    for (const auto& [name, rules] : sensors.items()) {
        EXPECT_TRUE(is_device_class(Kind::sensor, name)) << name;
        for (const std::string& unit : all_units) {
            const bool takes = rules["units"].is_null() ? !unit.empty() : holds(rules["units"], unit);
            EXPECT_EQ(unit_fits(name, unit, Release::v2024_3), takes) << name << " " << unit;
            EXPECT_TRUE(!takes || unit_fits(name, unit)) << name << " has lost " << unit;
        }
        for (const char* state_class : {"measurement", "total", "total_increasing"}) {
            EXPECT_EQ(state_class_fits(name, state_class), holds(rules["state_classes"], state_class)) << name;
        }
    }
}

TEST_F(Release2024, has_the_classes_of_the_other_kinds_that_we_know) {
    const Json kinds = table();
    std::set<std::string> all_classes;
    for (const auto& [kind, classes] : kinds.items()) {
        if (classes.is_array()) all_classes.insert(classes.begin(), classes.end());
    }
    for (const auto& [kind, classes] : kinds.items()) {
        for (const std::string& name : all_classes) {
            if (!classes.is_array()) continue;
            EXPECT_EQ(is_device_class(*protocol::link::kind_from(kind), name), holds(classes, name))
                << kind << " " << name;
        }
    }
}

TEST(DeviceClasses, of_later_releases_are_known_as_such) {
    for (const char* name : {"conductivity", "wind_direction", "absolute_humidity", "reactive_energy", "pm4"}) {
        EXPECT_FALSE(is_device_class(Kind::sensor, name)) << name;
        EXPECT_TRUE(is_device_class(Kind::sensor, name, Release::v2026_8)) << name;
    }
    EXPECT_TRUE(unit_fits("voltage", "kV"));
    EXPECT_FALSE(unit_fits("voltage", "kV", Release::v2024_3));
}

} // namespace
} // namespace hub::core
