// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/value.hpp"

#include "protocol/tests/vectors.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace {

using protocol::json::parse;
using protocol::json::Type;
using protocol::json::Value;

Value good(std::string_view text) {
    const auto value = parse(text);
    EXPECT_TRUE(value.has_value()) << text;
    return value.value_or(Value{});
}

std::string decoded(std::string_view json) {
    std::array<char, 64> buffer{};
    return std::string(good(json).text(buffer).value_or("?"));
}

TEST(JsonValue, reads_every_message_of_the_link) {
    const auto vectors = protocol::tests::read_vectors("link.json");
    for (const auto& message : vectors["messages"]) {
        const auto text = message["json"].get<std::string>();
        const Value value = good(text);
        EXPECT_TRUE(value.is(Type::array));
        EXPECT_TRUE(value.at(0).is(Type::text));
        EXPECT_EQ(value.size(), nlohmann::json::parse(text).size()) << text;
    }
}

TEST(JsonValue, refuses_what_is_not_json) {
    const auto vectors = protocol::tests::read_vectors("link.json");
    for (const auto& text : vectors["not_json"]) {
        EXPECT_FALSE(parse(text.get<std::string>()).has_value()) << text;
    }
    EXPECT_FALSE(parse("[\"\xC3\"]").has_value()) << "half a letter";
    EXPECT_FALSE(parse("[\"\xC0\x80\"]").has_value()) << "overlong";
    EXPECT_FALSE(parse("[\"\xED\xA0\x80\"]").has_value()) << "surrogate";
    EXPECT_FALSE(parse(std::string_view("[\"\0\"]", 5)).has_value()) << "NUL";
}

TEST(JsonValue, says_where_it_went_wrong) {
    const auto wrong = parse(R"(["a",x])");
    ASSERT_FALSE(wrong.has_value());
    EXPECT_EQ(wrong.error().message.view(), "not JSON at byte 5");
}

TEST(JsonValue, nests_to_its_depth_and_not_beyond) {
    EXPECT_TRUE(parse("[[[[[[1]]]]]]").has_value());
    const auto deep = parse("[[[[[[[1]]]]]]]");
    ASSERT_FALSE(deep.has_value());
    EXPECT_EQ(deep.error().code, base::ErrorCode::too_large);
    EXPECT_FALSE(parse(std::string(100'000, '[')).has_value());
}

TEST(JsonValue, finds_elements_and_members) {
    const Value value = good(R"( [ "set" , { "a,b" : [1, 2] , "c" : {"d": true} } , -3.5e1 , "x]\"," ] )");
    ASSERT_EQ(value.size(), 4U);
    EXPECT_TRUE(value.at(0).equals("set"));
    EXPECT_EQ(value.at(1).find("a,b").at(1).integer(), 2);
    EXPECT_EQ(value.at(1).find("c").find("d").boolean(), true);
    EXPECT_EQ(value.at(2).number(), -35.0);
    EXPECT_TRUE(value.at(3).equals("x]\","));
    EXPECT_TRUE(value.at(4).is(Type::null));
    EXPECT_TRUE(value.at(1).find("z").is(Type::null));
    EXPECT_EQ(value.at(1).size(), 2U);
}

TEST(JsonValue, empty_containers_have_no_elements) {
    EXPECT_EQ(good("[ ]").size(), 0U);
    EXPECT_EQ(good("{}").size(), 0U);
    EXPECT_TRUE(good("[]").at(0).is(Type::null));
}

TEST(JsonValue, decodes_escapes) {
    EXPECT_EQ(decoded(R"("a\n\t\"\\\/\u0041")"), "a\n\t\"\\/A");
    EXPECT_EQ(decoded(R"("\u00fc\u20ac\ud83d\ude00")"), "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80");
}

TEST(JsonValue, a_text_that_does_not_fit_is_no_text) {
    std::array<char, 3> buffer{};
    EXPECT_EQ(good(R"("abc")").text(buffer), "abc");
    EXPECT_FALSE(good(R"("abcd")").text(buffer).has_value());
}

TEST(JsonValue, integers_are_whole_and_fit) {
    EXPECT_EQ(good("9007199254740992").integer(), 9007199254740992);
    EXPECT_FALSE(good("1.0").integer().has_value());
    EXPECT_FALSE(good("99999999999999999999").integer().has_value());
    EXPECT_FALSE(good("true").integer().has_value());
}

} // namespace
