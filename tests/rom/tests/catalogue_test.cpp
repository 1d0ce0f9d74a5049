// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/catalogue.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hub::workbench::flash;

// ACCEPTANCE 1.5: both boards of the first document have their firmware.
TEST(Catalogue, row_1_5_knows_the_feather_and_the_raw_module) {
    for (const char* board : {"feather-huzzah-esp8266", "esp8266"}) {
        const auto micropython = Catalogue::built_in().find(board);
        ASSERT_TRUE(micropython);
        EXPECT_EQ(micropython->system, "micropython");
        const auto circuitpython = Catalogue::built_in().find(std::string(board) + "/circuitpython@3.1.1");
        ASSERT_TRUE(circuitpython);
        EXPECT_EQ(circuitpython->file_name(), "adafruit-circuitpython-feather_huzzah-3.1.1.bin");
    }
}

// ACCEPTANCE 1.9: an address is made of board and version.
TEST(Catalogue, row_1_9_finds_a_release_by_name) {
    const auto entry = Catalogue::built_in().find("esp32@1.25.0");
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->url, "https://micropython.org/resources/firmware/ESP32_GENERIC-20250415-v1.25.0.bin");
    EXPECT_EQ(Catalogue::built_in().find("pico/circuitpython")->version, "9.2.8");
    const auto missing = Catalogue::built_in().find("esp32@0.1");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, base::ErrorCode::not_found);
    EXPECT_NE(missing.error().hint.view().find("esp32/micropython@1.25.0"), std::string_view::npos);
    EXPECT_FALSE(Catalogue::built_in().find("nothing"));
    EXPECT_FALSE(Catalogue::built_in().find(""));
}

TEST(Catalogue, that_is_wrong_is_refused) {
    const std::string good = R"({"releases":{"m":[{"version":"1"}]},"boards":[{"name":"a","firmware":[)"
                             R"({"system":"m","url":"https://example.org/{version}.bin"}]}]})";
    ASSERT_TRUE(Catalogue::parse(good));
    EXPECT_EQ(Catalogue::parse(good)->entries().front().url, "https://example.org/1.bin");
    const auto without = [&good](const std::string& part, const std::string& instead) {
        std::string bad = good;
        bad.replace(bad.find(part), part.size(), instead);
        return !Catalogue::parse(bad).has_value();
    };
    EXPECT_TRUE(without("releases", "relea"));
    EXPECT_TRUE(without("boards", "b"));
    EXPECT_TRUE(without("\"a\"", "7"));
    EXPECT_TRUE(without("\"m\":", "\"n\":"));
    EXPECT_TRUE(without("https", "file"));
    EXPECT_TRUE(without("\"1\"", "null"));
    EXPECT_TRUE(without("{version}.bin", ""));
    EXPECT_FALSE(Catalogue::parse(""));
}

TEST(Catalogue, addresses_move_to_a_mirror) {
    EXPECT_EQ(at_mirror("https://example.org/a/b.bin", ""), "https://example.org/a/b.bin");
    EXPECT_EQ(at_mirror("https://example.org/a/b.bin", "http://127.0.0.1:8080/files/"),
              "http://127.0.0.1:8080/files/a/b.bin");
}

} // namespace
