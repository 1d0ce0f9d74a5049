// SPDX-License-Identifier: Apache-2.0
// A board's face over HTTP and WebSocket.
#include "hub/api/face_view.hpp"

#include "hub/api/tests/server_fixture.hpp"

#include <png.h>

namespace hub::api::tests {
namespace {

// One cell of 4×10 pixels, one LED.
void show(core::Face& face, const char* runs, int picture) {
    ASSERT_TRUE(face.take({"cell", 0, 0, 4, 10, runs}));
    ASSERT_TRUE(face.take({"shown", picture}));
}
constexpr const char* red = "J/gA";
constexpr const char* white = "J///";

struct FaceTest : ServerTest {
    FaceTest() { hub.screen.begin({"ok", {{"width", 4}, {"height", 10}, {"leds", 1}}}); }
    Json next_of(TestClient& client) { return Json::parse(client.read_frame().value_or("[null]"))[0]; }
    static std::string upgrade_to_face(const std::string& uid, const std::string& more) {
        std::string text = upgrade(more);
        return text.replace(text.find("/api/ws"), 7, "/api/boards/" + uid + "/face");
    }
};

TEST_F(FaceTest, a_screen_is_a_png_of_the_same_pixels) {
    show(hub.screen, red, 1);
    start();
    const HttpAnswer answer = get("/api/boards/abcd1234/screen.png");
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.at("content-type"), "image/png");
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    ASSERT_NE(png_image_begin_read_from_memory(&image, answer.body.data(), answer.body.size()), 0);
    EXPECT_EQ(image.width, 4U);
    EXPECT_EQ(image.height, 10U);
    image.format = PNG_FORMAT_RGB;
    std::vector<unsigned char> rgb(PNG_IMAGE_SIZE(image));
    ASSERT_NE(png_image_finish_read(&image, nullptr, rgb.data(), 0, nullptr), 0);
    EXPECT_EQ(std::vector(rgb.end() - 3, rgb.end()), (std::vector<unsigned char>{255, 0, 0}));
}

TEST_F(FaceTest, a_board_that_shows_nothing_has_no_screen) {
    start();
    EXPECT_EQ(get("/api/boards/abcd1234/screen.png").status, 404);
    EXPECT_EQ(get("/api/boards/nobody99/screen.png").status, 404);
}

TEST_F(FaceTest, a_viewer_gets_the_picture_as_it_is_and_then_what_changes) {
    show(hub.screen, red, 1);
    start();
    TestClient client(api->port());
    ASSERT_EQ(client.ask(upgrade_to_face("abcd1234", bearer())).status, 101);
    const Json first = next_of(client);
    EXPECT_EQ(first["cells"], Json::parse(R"([[0,0,4,10,"J/gA"]])"));
    EXPECT_EQ(first["leds"], "000000");
    on_core([this] {
        hub.screen.take({"leds", "00ff00"});
        api->on_face("abcd1234");
    });
    const Json second = next_of(client);
    EXPECT_EQ(second["leds"], "00ff00");
    EXPECT_TRUE(second["cells"].empty());
    on_core([this] {
        api->on_face("somebody");
        show(hub.screen, white, 2);
        api->on_face("abcd1234");
    });
    EXPECT_EQ(next_of(client)["picture"], 2);
}

TEST_F(FaceTest, a_viewer_that_came_before_the_board_sees_it_when_it_is_there) {
    start();
    TestClient client(api->port());
    ASSERT_EQ(client.ask(upgrade_to_face("abcd1234", bearer())).status, 101);
    on_core([this] {
        show(hub.screen, red, 5);
        api->on_face("abcd1234");
    });
    EXPECT_EQ(next_of(client)["picture"], 5);
}

TEST_F(FaceTest, who_may_not_look_does_not) {
    start();
    EXPECT_EQ(raw(upgrade_to_face("abcd1234", "")).status, 401);
    EXPECT_EQ(raw(upgrade_to_face("abcd1234", bearer() + "Origin: http://evil.com\r\n")).status, 403);
    EXPECT_EQ(raw("GET /api/boards/abcd1234/screen.png HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").status, 401);
}

TEST(FaceFeed, skips_what_was_overtaken) {
    core::Face face;
    face.begin({"ok", {{"width", 4}, {"height", 10}, {"leds", 0}}});
    FaceFeed feed;
    EXPECT_EQ(feed.next(nullptr), nullptr);
    show(face, red, 1);
    show(face, white, 2);
    const SharedBatch batch = feed.next(&face);
    ASSERT_TRUE(batch);
    EXPECT_EQ(Json::parse(batch->text)["picture"], 2);
    EXPECT_EQ(feed.next(&face), nullptr);
}

} // namespace
} // namespace hub::api::tests
