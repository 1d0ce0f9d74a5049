// SPDX-License-Identifier: Apache-2.0
// The virtual board as its neighbours see it: through the pty, the control socket and the folder.
#include "firmware/ports/posix/board.hpp"

#include "base/tests/temporary_folder.hpp"
#include "boards/badge.hpp"
#include "boards/intercom.hpp"
#include "boards/pir.hpp"
#include "firmware/ports/posix/tests/peer.hpp"
#include "firmware/ports/shared/strict_flash.hpp"
#include "firmware/ports/sim/stand_in.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <thread>

namespace firmware::ports::posix {
namespace {

using base::tests::TemporaryFolder;
using sim::StandInCore;

constexpr contract::Pin door = 13;

/// A face that turns its first LED on with A, and paints the screen white.
class StandInFace final : public runtime::Face {
public:
    explicit StandInFace(const Parts& parts)
        : parts_(parts),
          screen_(parts.display, parts.frame_memory, parts.profile.screen.width, parts.profile.screen.height) {}

    void boot(base::Micros) noexcept override {
        screen_.canvas().clear(runtime::colors::white);
        screen_.show();
    }
    void pin_changed(contract::Pin pin, base::Micros) noexcept override {
        if (pin != button_a) return;
        std::array<contract::Rgb, 12> colors{};
        if (!parts_.gpio.read(pin)) colors[0] = {255, 0, 0};
        parts_.leds.show(colors);
    }
    void step(base::Micros now) noexcept override { screen_.step(now); }
    base::Micros deadline() const noexcept override { return screen_.deadline(); }
    void app_started(std::string_view, base::Micros) noexcept override {}
    void app_ended(base::Micros) noexcept override {}
    void app_crashed(const bridge::HomeMessage&, base::Micros) noexcept override {}

private:
    static constexpr contract::Pin button_a = 13;
    Parts parts_;
    runtime::Screen screen_;
};

class BoardTest : public testing::Test {
protected:
    void start(std::function<void(StandInCore&)> body, const boards::Profile& profile = boards::intercom) {
        ASSERT_TRUE(folder.open(temporary.path().string()));
        runtime::Identity identity;
        identity.uid = "abcd1234";
        identity.boot = 3;
        const auto make = [](const runtime::Face::Parts& parts) { return std::make_shared<StandInFace>(parts); };
        board.emplace(profile, folder, flash, clock, identity, sim::stand_in(std::move(body)), 0,
                      FaceSetup{settings, {}, make}, SensorSetup{kept, {}});
        ASSERT_TRUE(board->open());
        hardware = std::thread([this] { ended = board->run(); });
    }
    void TearDown() override {
        if (!hardware.joinable()) return;
        board->stop();
        hardware.join();
        EXPECT_TRUE(ended) << "the VM's thread is stuck";
    }

    Peer serial() { return Peer(::open((temporary.path().string() + "/uart0").c_str(), O_RDWR | O_NOCTTY)); }
    Peer control() { return Peer::of_socket(temporary.path().string() + "/control.sock"); }

    TemporaryFolder temporary;
    BoardFolder folder;
    UptimeClock clock;
    std::vector<std::uint8_t> medium = std::vector<std::uint8_t>(8192, 0xFF);
    StrictFlash flash{medium, {4096, 2, 256}};
    std::vector<std::uint8_t> settings = std::vector<std::uint8_t>(SimulatedSmallFlash::medium_bytes, 0xFF);
    std::vector<std::uint8_t> kept = std::vector<std::uint8_t>(SimulatedSmallFlash::medium_bytes, 0xFF);
    std::optional<Board> board;
    std::thread hardware;
    bool ended = true;
};

void wait_for_end(StandInCore& core) {
    while (core.sleep(base::from_ms(20))) {
    }
}

TEST_F(BoardTest, the_serial_port_carries_bytes_unchanged_in_both_directions) {
    start([](StandInCore& core) {
        std::uint8_t byte = 0;
        while (core.sleep(base::from_ms(1))) {
            while (core.inputs.bridge().console_in.pop(byte)) core.print({reinterpret_cast<char*>(&byte), 1});
        }
    });
    Peer port = serial();
    const std::string raw("\r\n\x01\x04\x11\x13\x7f\xff\x00.", 10);
    port.write(raw);
    EXPECT_EQ(port.read_until("."), raw);
}

TEST_F(BoardTest, a_board_without_a_reader_goes_on) {
    start([](StandInCore& core) {
        for (int i = 0; i < 100; ++i) {
            for (int byte = 0; byte < 1024; ++byte) {
                if (!core.inputs.bridge().console_out.push('x')) break;
            }
            core.inputs.bridge().wake_hardware->notify();
            if (!core.sleep(base::from_ms(5))) return;
        }
        core.write(door, true);
        wait_for_end(core);
    });
    Peer hands = control();
    hands.write("[\"watch\"]\n");
    hands.read_until("[\"pin\",13,1,");
}

TEST_F(BoardTest, requests_are_answered_in_order_and_mistakes_explained) {
    start(wait_for_end);
    Peer hands = control();
    hands.write("[\"info\"]\n[\"read\",\"call\"]\nnonsense\n[\"read\",64]\n[\"press\",\"call\",19]\n[\"press\",\"door_"
                "relay\"]\n"
                "[\"set\",4,2]\n[\"dance\"]\n[\"set\",4,0]\n[\"read\",4]\n");
    EXPECT_EQ(hands.line(), "[\"ok\",{\"uid\":\"abcd1234\",\"board\":\"intercom\",\"boot\":3}]\n");
    EXPECT_EQ(hands.line(), "[\"ok\",1]\n");
    for (const char* code :
         {"malformed", "not_found", "invalid_argument", "invalid_argument", "invalid_argument", "unsupported"}) {
        EXPECT_TRUE(hands.line().starts_with("[\"error\",\"" + std::string(code) + "\"")) << code;
    }
    EXPECT_EQ(hands.line(), "[\"ok\"]\n");
    EXPECT_EQ(hands.line(), "[\"ok\",0]\n");
}

TEST_F(BoardTest, a_watcher_sees_a_press_and_its_release) {
    start(wait_for_end);
    Peer hands = control();
    hands.write("[\"watch\"]\n");
    EXPECT_EQ(hands.line(), "[\"ok\"]\n");
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(hands.line().starts_with("[\"pin\","));
    hands.write("[\"press\",\"call\",20]\n");
    const auto moment = [&hands](const std::string& start_of_line) {
        hands.read_until(start_of_line);
        return std::stoll(hands.line());
    };
    const auto down = moment("[\"pin\",4,0,");
    const auto up = moment("[\"pin\",4,1,");
    EXPECT_GE(up - down, 20000);
}

TEST_F(BoardTest, a_watcher_of_the_face_sees_the_screen_and_what_a_button_does) {
    start(wait_for_end, boards::badge);
    Peer hands = control();
    hands.write("[\"watch\",\"face\"]\n");
    EXPECT_EQ(hands.line(), "[\"ok\",{\"width\":320,\"height\":170,\"leds\":12}]\n");
    hands.read_until("[\"cell\",304,160,16,10,\"n///\"]\n"); // 160 white pixels
    hands.read_until("[\"shown\",");
    hands.write("[\"hold\",\"a\"]\n");
    hands.read_until("[\"leds\",\"ff0000000000");
    hands.write("[\"release\",\"a\"]\n");
    hands.read_until("[\"leds\",\"000000000000");
}

TEST_F(BoardTest, who_does_not_read_pictures_stays_and_gets_the_newest) {
    start(wait_for_end, boards::badge);
    Peer sleeper = control();
    sleeper.write("[\"watch\",\"face\"]\n");
    Peer hands = control();
    for (int i = 0; i < 2000; ++i) hands.write(i % 2 == 0 ? "[\"hold\",\"a\"]\n" : "[\"release\",\"a\"]\n");
    hands.write("[\"hold\",\"a\"]\n[\"info\"]\n");
    hands.read_until("[\"ok\",{");
    const std::string told = sleeper.read_until("[\"leds\",\"ff0000000000");
    if (told.find("[\"shown\",") == std::string::npos) sleeper.read_until("[\"shown\","); // either may come first
}

TEST_F(BoardTest, a_line_beyond_1024_bytes_ends_the_client_and_nobody_else) {
    start(wait_for_end);
    Peer good = control();
    Peer bad = control();
    bad.write(std::string(1024, 'x'));
    EXPECT_TRUE(bad.hung_up());
    good.write("[\"read\",4]\n");
    EXPECT_EQ(good.line(), "[\"ok\",1]\n");
}

TEST_F(BoardTest, the_ninth_client_is_turned_away) {
    start(wait_for_end);
    std::vector<Peer> eight;
    for (int i = 0; i < 8; ++i) {
        eight.push_back(control());
        eight.back().write("[\"read\",4]\n");
        EXPECT_EQ(eight.back().line(), "[\"ok\",1]\n");
    }
    EXPECT_TRUE(control().hung_up());
}

TEST_F(BoardTest, the_control_socket_is_for_its_owner_only) {
    start(wait_for_end);
    struct stat status {};
    ASSERT_EQ(::stat((temporary.path().string() + "/control.sock").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(BoardTest, quit_ends_the_board_and_takes_its_files_along) {
    start(wait_for_end);
    Peer hands = control();
    hands.write("[\"quit\"]\n");
    EXPECT_EQ(hands.line(), "[\"ok\"]\n");
    hardware.join();
    EXPECT_TRUE(ended);
    board.reset();
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(temporary.path().string() + "/uart0")));
    EXPECT_FALSE(std::filesystem::exists(temporary.path().string() + "/control.sock"));
}

TEST(BoardFolder, belongs_to_one_board_at_a_time) {
    TemporaryFolder temporary;
    std::optional<BoardFolder> first(std::in_place);
    ASSERT_TRUE(first->open(temporary.path().string()));
    BoardFolder second;
    const auto refused = second.open(temporary.path().string());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::busy);
    first.reset();
    EXPECT_TRUE(second.open(temporary.path().string()));
}

TEST(BoardFolder, keeps_the_record_and_refuses_a_broken_one) {
    TemporaryFolder temporary;
    BoardFolder folder;
    ASSERT_TRUE(folder.open(temporary.path().string() + "/a/b"));
    EXPECT_TRUE(folder.load()->uid.empty());
    ASSERT_TRUE(folder.save({"abcd1234", "intercom", "door", 41}));
    const auto record = folder.load();
    ASSERT_TRUE(record);
    EXPECT_EQ(record->uid + record->board + record->app, "abcd1234intercomdoor");
    EXPECT_EQ(record->boot, 41U);
    std::filesystem::resize_file(folder.path("board.json"), 10);
    EXPECT_EQ(folder.load().error().code, base::ErrorCode::malformed);
}

TEST(MappedFile, begins_erased_and_refuses_another_size) {
    TemporaryFolder temporary;
    const std::string path = temporary.path().string() + "/flash.img";
    {
        MappedFile file;
        ASSERT_TRUE(file.open(path, 8192));
        EXPECT_EQ(file.bytes()[8191], 0xFF);
        file.bytes()[0] = 0x12;
        EXPECT_TRUE(file.sync());
    }
    MappedFile again;
    ASSERT_TRUE(again.open(path, 8192));
    EXPECT_EQ(again.bytes()[0], 0x12);
    MappedFile other;
    EXPECT_EQ(other.open(path, 4096).error().code, base::ErrorCode::invalid_state);
}

TEST_F(BoardTest, a_sensor_on_the_panel_reports_over_the_serial_port_and_loses_its_power_when_that_is_confirmed) {
    start(wait_for_end, boards::pir);
    Peer port = serial();
    Peer panel = control();
    port.write("\x1E[\"up\",1700000000000,true]\n");
    port.read_until("[\"decl\",[]]");
    panel.write("[\"watch\",\"tuya\"]\n");
    panel.read_until("\"session\":\"off\"");
    panel.write("[\"tuya\",\"motion\",true]\n");
    panel.read_until("\"power\":true");
    for (const char* datapoints : {"6604000102", "6501000101"}) {
        port.read_until("[\"report\",");
        const std::string report = port.line();
        EXPECT_NE(report.find(datapoints), std::string::npos) << report;
        port.write("\x1E[\"reported\"," + report.substr(0, report.find(',')) + "]\n");
    }
    panel.read_until("\"power\":false,\"led\":\"off\",\"session\":\"off\",\"told\":1,\"dropped\":0");
}

} // namespace
} // namespace firmware::ports::posix
