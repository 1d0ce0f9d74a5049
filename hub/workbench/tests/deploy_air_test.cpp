// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/deploy_air.hpp"

#include "hub/workbench/repl/digest.hpp"

#include <gtest/gtest.h>

namespace hub::workbench {
namespace {

using Json = nlohmann::json;

AppFolder app_of(const std::string& entry = "app.py") {
    AppFolder app{"door", {}, {}};
    add_made_file(app, entry, "print('door')\n");
    add_made_file(app, "ha/_loop.mpy", std::string(2500, '\xFF'));
    finish_app(app);
    return app;
}

Json answer_to(const AirUpdate& update, const Json& asked) {
    const auto answer = update.answer(asked);
    return answer && *answer ? **answer : Json();
}

TEST(AirUpdate, the_beginning_is_signed_with_the_boards_key) {
    const AppFolder app = app_of();
    const auto update = AirUpdate::make(app, "c0ffee01", "the key of this board", 5);
    ASSERT_TRUE(update);
    const Json begin = update->begin();
    const Json manifest = answer_to(*update, {{"want", ""}, {"at", 0}, {"size", 1024}});
    EXPECT_EQ(begin["op"], "begin");
    EXPECT_EQ(begin["mac"].get<std::string>().size(), 64U);
    EXPECT_NE(begin["mac"], AirUpdate::make(app, "c0ffee01", "another key", 5)->begin()["mac"]);
    EXPECT_NE(begin["mac"], AirUpdate::make(app, "c0ffee02", "the key of this board", 5)->begin()["mac"]);
    EXPECT_EQ(manifest["want"], "");
}

TEST(AirUpdate, row_2_30_the_list_of_files_is_what_the_hash_says) {
    const AppFolder app = app_of();
    const auto update = AirUpdate::make(app, "c0ffee01", "the key of this board", 5);
    ASSERT_TRUE(update);
    std::string text = R"({"app":"door","entry":"app.py","files":[["app.py",14,")" + sha256_hex("print('door')\n") +
                       R"("],["ha/_loop.mpy",2500,")" + sha256_hex(std::string(2500, '\xFF')) +
                       R"("]],"serial":5,"uid":"c0ffee01","version":")" + app.version + R"("})";
    EXPECT_EQ(update->begin()["size"], text.size());
    EXPECT_EQ(update->begin()["sha256"], sha256_hex(text));
}

TEST(AirUpdate, a_board_gets_the_pieces_that_it_asks_for_and_nothing_else) {
    const AppFolder app = app_of();
    const auto update = AirUpdate::make(app, "c0ffee01", "the key of this board", 5);
    ASSERT_TRUE(update);
    const Json last = answer_to(*update, {{"want", "ha/_loop.mpy"}, {"at", 2499}, {"size", 1024}});
    EXPECT_EQ(last, Json({{"op", "data"}, {"want", "ha/_loop.mpy"}, {"at", 2499}, {"data", "/w=="}}));
    EXPECT_EQ(answer_to(*update, {{"want", "app.py"}, {"at", 0}, {"size", 5}})["data"], "cHJpbnQ=");
    for (const Json& asked :
         {Json({{"want", "../x"}, {"at", 0}, {"size", 5}}), Json({{"want", "app.py"}, {"at", 14}, {"size", 5}}),
          Json({{"want", "app.py"}, {"at", -1}, {"size", 5}}), Json({{"want", 5}}), Json::object()}) {
        EXPECT_TRUE(answer_to(*update, asked).is_null()) << asked;
    }
    const auto piece = answer_to(*update, {{"want", "ha/_loop.mpy"}, {"at", 0}, {"size", 100'000}});
    EXPECT_EQ(piece["data"].get<std::string>().size(), (1024U + 2) / 3 * 4);
}

TEST(AirUpdate, what_boards_do_not_take_is_refused_here) {
    AppFolder large = app_of();
    add_made_file(large, "large.bin", std::string(262'145, 'x'));
    EXPECT_EQ(AirUpdate::make(large, "c0ffee01", "k", 5).error().code, base::ErrorCode::too_large);
    AppFolder many = app_of();
    for (int i = 0; i < 99; ++i) add_made_file(many, "f" + std::to_string(i), "x");
    EXPECT_EQ(AirUpdate::make(many, "c0ffee01", "k", 5).error().code, base::ErrorCode::too_large);
    const AppFolder nothing = app_of("other.py");
    EXPECT_EQ(AirUpdate::make(nothing, "c0ffee01", "k", 5).error().code, base::ErrorCode::not_found);
}

} // namespace
} // namespace hub::workbench
