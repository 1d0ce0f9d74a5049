// SPDX-License-Identifier: Apache-2.0
// The panel as its clients see it: answers in order, pins as they change, pictures whole.
#include "firmware/ports/shared/panel.hpp"

#include "boards/badge.hpp"
#include "boards/intercom.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace firmware::ports {
namespace {

using contract::Area;
using contract::Color;

class ManualClock final : public base::Clock {
public:
    base::Micros now() const noexcept override { return time; }
    base::Micros time = 0;
};

struct Asked final : Panel::Board {
    void kill_vm() noexcept override { ++kills; }
    void quit() noexcept override { ++quits; }
    std::optional<base::Micros> take_longest_step() noexcept override { return longest_step; }
    int kills = 0;
    int quits = 0;
    std::optional<base::Micros> longest_step;
};

constexpr auto width = static_cast<std::size_t>(boards::badge.screen.width);
constexpr auto height = static_cast<std::size_t>(boards::badge.screen.height);
constexpr std::size_t cells = 20 * 17;

/// Puts the picture together again, as a page does.
class Viewer {
public:
    void hear(std::string_view line) {
        const auto message = protocol::json::parse(line.substr(0, line.size() - 1));
        ASSERT_TRUE(message && line.ends_with('\n') && line.size() <= PanelClient::line_max) << line;
        if (message->at(0).equals("cell")) take_cell(*message);
        if (message->at(0).equals("leds")) leds.emplace_back(message->at(1).raw());
        if (message->at(0).equals("shown")) {
            shown.push_back(*message->at(1).integer());
            seen = pixels;
        }
    }
    Color at(std::size_t x, std::size_t y) const { return seen[y * width + x]; }

    std::vector<Color> pixels = std::vector<Color>(width * height, 0xDEAD);
    std::vector<Color> seen = pixels;
    std::vector<std::int64_t> shown;
    std::vector<std::string> leds;
    std::size_t cells_heard = 0;

private:
    static std::vector<std::uint8_t> decode(std::string_view text) {
        constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::vector<std::uint8_t> bytes;
        for (std::size_t i = 0; i + 3 < text.size(); i += 4) {
            std::uint32_t three = 0;
            for (std::size_t k = 0; k < 4; ++k) {
                three = three << 6U | static_cast<std::uint32_t>(digits.find(text[i + k]));
            }
            for (const unsigned shift : {16U, 8U, 0U}) bytes.push_back(static_cast<std::uint8_t>(three >> shift));
        }
        return bytes;
    }
    void take_cell(const protocol::json::Value& message) {
        std::array<std::size_t, 4> area{};
        for (std::size_t i = 0; i < 4; ++i) area[i] = static_cast<std::size_t>(*message.at(i + 1).integer());
        std::array<char, PanelClient::line_max> text{};
        const auto runs = decode(*message.at(5).text(text));
        std::size_t pixel = 0;
        for (std::size_t i = 0; i < runs.size(); i += 3) {
            const auto color = static_cast<Color>(runs[i + 1] << 8U | runs[i + 2]);
            for (unsigned n = 0; n <= runs[i]; ++n, ++pixel) {
                pixels[(area[1] + pixel / area[2]) * width + area[0] + pixel % area[2]] = color;
            }
        }
        EXPECT_EQ(pixel, area[2] * area[3]);
        ++cells_heard;
    }
};

/// Does nothing but remember.
struct StandInSensor final : SensorPanel {
    base::Result<> sense(bool is_door, bool active, base::Micros) noexcept override {
        if (is_door) return base::fail(base::ErrorCode::unsupported, "no door");
        moves = active;
        return {};
    }
    void hold_button(base::Micros) noexcept override { ++buttons; }
    base::Result<> set_battery(std::int64_t level) noexcept override {
        battery = level;
        return {};
    }
    void change_battery(base::Micros) noexcept override { ++batteries; }
    SensorView view() const noexcept override { return seen; }

    SensorView seen{false, 2, false, TuyaLed::off, "off", 0, 0};
    std::optional<bool> moves;
    std::int64_t battery = 0;
    int buttons = 0;
    int batteries = 0;
};

class PanelTest : public testing::Test {
protected:
    void draw(const Area& area, Color color) {
        const std::vector<Color> pixels(std::size_t{area.width} * area.height, color);
        ASSERT_TRUE(display.draw(area, pixels));
    }
    std::string say(std::string_view request) {
        EXPECT_EQ(client.feed(std::string(request) + "\n"), request.size() + 1);
        return next();
    }
    std::string next() { return std::string(client.next(buffer)); }
    void show_all() {
        while (client.has_line()) viewer.hear(client.next(buffer));
    }

    ManualClock clock;
    SimulatedGpio gpio{clock};
    SimulatedDisplay display{boards::badge.screen};
    SimulatedLeds leds{boards::badge.led_count};
    SimulatedGauges gauges;
    Asked asked;
    StandInSensor sensor;
    Panel panel{{boards::badge, gpio, clock, asked, &display, &leds, &gauges, &sensor}, {"abcd1234", 3, 5000}};
    std::array<char, PanelClient::queue_min> queue{};
    std::vector<Color> frame = std::vector<Color>(width * height);
    PanelClient client{panel, queue, frame};
    std::array<char, PanelClient::line_max> buffer{};
    Viewer viewer;
};

TEST_F(PanelTest, the_first_picture_is_all_of_the_screen_and_the_leds) {
    EXPECT_EQ(say(R"(["watch","face"])"), "[\"ok\",{\"width\":320,\"height\":170,\"leds\":12}]\n");
    show_all();
    EXPECT_EQ(viewer.cells_heard, cells);
    EXPECT_EQ(viewer.shown, std::vector<std::int64_t>{0});
    EXPECT_EQ(viewer.seen, std::vector<Color>(width * height));
    EXPECT_EQ(viewer.leds, std::vector<std::string>{'"' + std::string(std::size_t{12} * 6, '0') + '"'});
}

TEST_F(PanelTest, only_what_changed_is_told_again) {
    say(R"(["watch","face"])");
    show_all();
    draw({16, 10, 16, 10}, 0xF800);
    draw({32, 10, 16, 10}, 0x0000); // as it was
    display.end_of_picture();
    show_all();
    EXPECT_EQ(viewer.cells_heard, cells + 1);
    EXPECT_EQ(viewer.shown.back(), 1);
    EXPECT_EQ(viewer.at(16, 10), 0xF800);
    EXPECT_EQ(viewer.at(31, 19), 0xF800);
    EXPECT_EQ(viewer.at(32, 19), 0x0000);
}

TEST_F(PanelTest, a_picture_that_is_half_drawn_is_not_told) {
    say(R"(["watch","face"])");
    show_all();
    draw({0, 0, 16, 10}, 0x1234);
    EXPECT_FALSE(client.has_line());
    EXPECT_EQ(next(), "");
    display.end_of_picture();
    show_all();
    EXPECT_EQ(viewer.at(0, 0), 0x1234);
}

TEST_F(PanelTest, a_slow_reader_loses_pictures_and_never_sees_parts_of_two) {
    say(R"(["watch","face"])");
    show_all();
    const auto picture = [&](Color color) {
        draw({0, 0, 16, 10}, color);
        draw({304, 160, 16, 10}, color);
        display.end_of_picture();
    };
    picture(1);
    viewer.hear(client.next(buffer)); // the first of two cells
    picture(2);
    picture(3);
    while (viewer.shown.back() != 1) viewer.hear(client.next(buffer));
    EXPECT_EQ(viewer.at(0, 0), 1);
    EXPECT_EQ(viewer.at(319, 169), 1);
    show_all();
    EXPECT_EQ(viewer.shown, (std::vector<std::int64_t>{0, 1, 3}));
    EXPECT_EQ(viewer.at(0, 0), 3);
    EXPECT_EQ(viewer.at(319, 169), 3);
}

TEST_F(PanelTest, a_cell_in_which_no_two_pixels_are_equal_fits_a_line) {
    std::vector<Color> noise(16 * 10);
    for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<Color>(i * 401 + 7);
    ASSERT_TRUE(display.draw({304, 160, 16, 10}, noise));
    display.end_of_picture();
    say(R"(["watch","face"])");
    show_all();
    for (std::size_t i = 0; i < noise.size(); ++i) EXPECT_EQ(viewer.at(304 + i % 16, 160 + i / 16), noise[i]);
}

TEST_F(PanelTest, leds_that_changed_twice_are_told_once) {
    say(R"(["watch","face"])");
    show_all();
    std::array<contract::Rgb, 12> colors{};
    colors[0] = {1, 2, 3};
    leds.show(colors);
    colors[11] = {0xAB, 0xCD, 0xEF};
    leds.show(colors);
    show_all();
    ASSERT_EQ(viewer.leds.size(), 2U);
    EXPECT_TRUE(viewer.leds[1].starts_with("\"010203000000"));
    EXPECT_TRUE(viewer.leds[1].ends_with("abcdef\""));
}

TEST_F(PanelTest, gauges_show_what_is_said_from_outside_within_their_range) {
    EXPECT_EQ(say(R"(["gauge","battery_mv",3700])"), "[\"ok\"]\n");
    EXPECT_EQ(say(R"(["gauge","usb",true])"), "[\"ok\"]\n");
    EXPECT_EQ(say(R"(["gauge","temperature_mc",-4500])"), "[\"ok\"]\n");
    EXPECT_EQ(gauges.battery_millivolts(), 3700);
    EXPECT_EQ(gauges.usb_power(), true);
    EXPECT_EQ(gauges.temperature_millicelsius(), -4500);
    EXPECT_EQ(say(R"(["gauge","battery_mv",null])"), "[\"ok\"]\n");
    EXPECT_EQ(gauges.battery_millivolts(), std::nullopt);
    for (const char* wrong :
         {R"(["gauge","battery_mv",-1])", R"(["gauge","usb",1])", R"(["gauge","signal_dbm",true])"}) {
        EXPECT_TRUE(say(wrong).starts_with("[\"error\",\"invalid_argument\"")) << wrong;
    }
    EXPECT_TRUE(say(R"(["gauge","mood",1])").starts_with("[\"error\",\"not_found\""));
}

TEST_F(PanelTest, a_sensor_does_what_it_is_told_and_nothing_else) {
    EXPECT_EQ(say(R"(["tuya","motion",true])"), "[\"ok\"]\n");
    EXPECT_EQ(sensor.moves, true);
    EXPECT_EQ(say(R"(["tuya","motion",false])"), "[\"ok\"]\n");
    EXPECT_EQ(sensor.moves, false);
    EXPECT_EQ(say(R"(["tuya","battery",1])"), "[\"ok\"]\n");
    EXPECT_EQ(sensor.battery, 1);
    EXPECT_EQ(say(R"(["tuya","button"])"), "[\"ok\"]\n");
    EXPECT_EQ(say(R"(["tuya","new_battery"])"), "[\"ok\"]\n");
    EXPECT_EQ(sensor.buttons, 1);
    EXPECT_EQ(sensor.batteries, 1);
    EXPECT_TRUE(say(R"(["tuya","door",true])").starts_with("[\"error\",\"unsupported\""));
    EXPECT_TRUE(say(R"(["tuya","motion",1])").starts_with("[\"error\",\"invalid_argument\""));
    EXPECT_TRUE(say(R"(["tuya","mood",1])").starts_with("[\"error\",\"not_found\""));
}

TEST_F(PanelTest, what_a_sensor_shows_is_told_when_asked_and_to_who_watches_when_it_changes) {
    constexpr auto off =
        R"({"active":false,"battery":2,"power":false,"led":"off","session":"off","told":0,"dropped":0}])";
    EXPECT_EQ(say(R"(["tuya"])"), R"(["ok",)" + std::string(off) + "\n");
    EXPECT_FALSE(client.has_line());
    EXPECT_EQ(say(R"(["watch","tuya"])"), "[\"ok\"]\n");
    EXPECT_EQ(next(), R"(["tuya",)" + std::string(off) + "\n");
    EXPECT_FALSE(client.has_line());
    sensor.seen = {true, 1, true, TuyaLed::fast, "configuring", 0, 0};
    sensor.seen.told = 3; // two changes, one line
    EXPECT_EQ(next(), "[\"tuya\",{\"active\":true,\"battery\":1,\"power\":true,\"led\":\"fast\",\"session\":"
                      "\"configuring\",\"told\":3,\"dropped\":0}]\n");
    EXPECT_EQ(next(), "");
    client.reset();
    sensor.seen.told = 4;
    EXPECT_FALSE(client.has_line()) << "the conversation began anew";
}

TEST_F(PanelTest, a_board_without_a_sensor_says_so) {
    Panel plain({boards::badge, gpio, clock, asked}, {"abcd1234", 3, 5000});
    std::array<char, PanelClient::queue_min> room{};
    PanelClient other(plain, room, {});
    for (const std::string request : {R"(["tuya"])", R"(["tuya","motion",true])", R"(["watch","tuya"])"}) {
        EXPECT_EQ(other.feed(request + "\n"), request.size() + 1);
        EXPECT_TRUE(other.next(buffer).starts_with("[\"error\",\"unsupported\",\"the board has no sensor\""))
            << request;
    }
}

TEST_F(PanelTest, a_button_is_held_until_it_is_released_and_a_press_ends_by_itself) {
    ASSERT_TRUE(gpio.configure(13, contract::PinMode::input, contract::Pull::up, false));
    EXPECT_EQ(say(R"(["hold","a"])"), "[\"ok\"]\n");
    EXPECT_FALSE(gpio.read(13));
    EXPECT_EQ(panel.deadline(), base::never);
    EXPECT_EQ(say(R"(["release","a"])"), "[\"ok\"]\n");
    EXPECT_TRUE(gpio.read(13));
    EXPECT_EQ(say(R"(["press","a",50])"), "[\"ok\"]\n");
    clock.time = panel.deadline();
    EXPECT_EQ(clock.time, base::from_ms(50));
    panel.step();
    EXPECT_TRUE(gpio.read(13));
}

TEST_F(PanelTest, a_watcher_of_pins_hears_each_change_with_the_clients_time) {
    ASSERT_TRUE(gpio.configure(13, contract::PinMode::input, contract::Pull::up, false));
    EXPECT_EQ(say(R"(["watch"])"), "[\"ok\"]\n");
    for (std::size_t i = 0; i < boards::badge.inputs.size(); ++i) EXPECT_TRUE(next().starts_with("[\"pin\","));
    EXPECT_EQ(next(), "");
    clock.time = 1000;
    gpio.drive(13, false);
    EXPECT_EQ(next(), "[\"pin\",13,0,6000,\"a\"]\n");
}

TEST_F(PanelTest, a_request_after_watch_is_answered_when_all_pins_were_told) {
    const std::string_view both = "[\"watch\"]\n[\"info\"]\n";
    const std::size_t taken = client.feed(both);
    EXPECT_EQ(both.substr(taken), "[\"info\"]\n");
    EXPECT_EQ(next(), "[\"ok\"]\n");
    for (std::size_t i = 0; i < boards::badge.inputs.size(); ++i) EXPECT_TRUE(next().starts_with("[\"pin\","));
    EXPECT_EQ(client.feed(both.substr(taken)), both.size() - taken);
    EXPECT_TRUE(next().starts_with("[\"ok\",{"));
}

TEST_F(PanelTest, who_watches_pins_and_does_not_fetch_them_is_out) {
    ASSERT_TRUE(gpio.configure(13, contract::PinMode::input, contract::Pull::up, false));
    say(R"(["watch"])");
    for (int i = 0; i < 200; ++i) gpio.drive(13, i % 2 == 1);
    EXPECT_TRUE(client.broken());
    EXPECT_FALSE(client.has_line());
    client.reset();
    EXPECT_TRUE(say(R"(["info"])").starts_with("[\"ok\",{\"uid\":\"abcd1234\",\"board\":\"badge\",\"boot\":3}]"));
}

TEST_F(PanelTest, requests_wait_while_answers_are_not_fetched) {
    std::string many;
    for (int i = 0; i < 400; ++i) many += "[\"dance\"]\n";
    std::string_view rest = many;
    std::size_t answers = 0;
    while (!rest.empty()) {
        const std::size_t taken = client.feed(rest);
        ASSERT_TRUE(taken > 0 && !client.broken());
        rest.remove_prefix(taken);
        while (!next().empty()) ++answers;
    }
    EXPECT_EQ(answers, 400U);
}

TEST_F(PanelTest, a_line_has_1023_bytes_and_not_one_more) {
    EXPECT_EQ(client.feed(std::string(1023, ' ') + "\n"), 1024U);
    EXPECT_FALSE(client.broken());
    next();
    client.feed(std::string(1024, ' '));
    EXPECT_TRUE(client.broken());
}

TEST_F(PanelTest, a_board_without_a_face_says_so) {
    SimulatedGpio other(clock);
    Panel plain({boards::intercom, other, clock, asked}, {"abcd1234", 3, 0});
    PanelClient visitor(plain, queue, {});
    for (const char* request : {"[\"watch\",\"face\"]\n", "[\"gauge\",\"usb\",true]\n"}) {
        visitor.feed(request);
        EXPECT_TRUE(visitor.next(buffer).starts_with("[\"error\",\"unsupported\"")) << request;
    }
}

TEST_F(PanelTest, a_board_that_knows_how_late_it_is_says_so) {
    EXPECT_TRUE(say(R"(["late"])").starts_with("[\"error\",\"unsupported\""));
    asked.longest_step = 4200;
    EXPECT_EQ(say(R"(["late"])"), "[\"ok\",4200]\n");
}

TEST_F(PanelTest, a_board_without_the_clients_clock_takes_the_time_that_was_the_shortest_while_under_way) {
    SimulatedGpio other(clock);
    Panel far({boards::badge, other, clock, asked, &display, &leds, &gauges}, {"abcd1234", 3, {}});
    PanelClient visitor(far, queue, frame);
    ASSERT_TRUE(other.configure(13, contract::PinMode::input, contract::Pull::up, false));
    const auto ask = [&](std::string_view request) {
        visitor.feed(request);
        return std::string(visitor.next(buffer));
    };
    clock.time = 1000;
    EXPECT_EQ(ask("[\"clock\",71000]\n"), "[\"ok\"]\n");
    clock.time = 2000;
    EXPECT_EQ(ask("[\"clock\",73000]\n"), "[\"ok\"]\n"); // was under way for 1 ms less
    clock.time = 3000;
    EXPECT_EQ(ask("[\"clock\",72000]\n"), "[\"ok\"]\n");
    ask("[\"watch\"]\n");
    for (std::size_t i = 0; i < boards::badge.inputs.size(); ++i) visitor.next(buffer);
    other.drive(13, false);
    EXPECT_EQ(visitor.next(buffer), "[\"pin\",13,0,74000,\"a\"]\n");
}

TEST_F(PanelTest, no_client_sets_a_clock_that_is_right_or_to_what_is_no_time) {
    EXPECT_TRUE(say(R"(["clock",5])").starts_with("[\"error\",\"unsupported\""));
    SimulatedGpio other(clock);
    Panel far({boards::intercom, other, clock, asked}, {"abcd1234", 3, {}});
    PanelClient visitor(far, queue, {});
    for (const char* time : {"", ",-1", ",1.5", ",\"now\"", ",9007199254740993"}) {
        visitor.feed("[\"clock\"" + std::string(time) + "]\n");
        EXPECT_TRUE(visitor.next(buffer).starts_with("[\"error\",\"invalid_argument\"")) << time;
    }
}

TEST_F(PanelTest, what_concerns_the_whole_board_reaches_it) {
    EXPECT_EQ(say(R"(["fault","vm_kill"])"), "[\"ok\"]\n");
    EXPECT_EQ(say(R"(["quit"])"), "[\"ok\"]\n");
    EXPECT_EQ(asked.kills, 1);
    EXPECT_EQ(asked.quits, 1);
}

} // namespace
} // namespace firmware::ports
