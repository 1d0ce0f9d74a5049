// SPDX-License-Identifier: Apache-2.0
// A whole virtual badge in real time, whose Python does its worst: the hardware core keeps its times, told by the
// board's own clock, and a person gets the menu back.
#include "base/tests/temporary_folder.hpp"
#include "boards/badge.hpp"
#include "firmware/ports/posix/board.hpp"
#include "firmware/ports/posix/tests/peer.hpp"
#include "firmware/ports/shared/micropython_program.hpp"
#include "firmware/ports/shared/strict_flash.hpp"
#include "firmware/ports/sim/screen_text.hpp"
#include "firmware/vm/flash_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace firmware::ports::posix {
namespace {

using base::from_ms;

/// `ready` says that the app has begun, `strike` is what the guards must cut.
constexpr contract::Pin strike = 40;
constexpr contract::Pin ready = 41;
constexpr boards::Output outputs[] = {{"strike", strike, false, 300, 0, 0}, {"ready", ready, false, 0, 0, 0}};

boards::Profile badge_with_outputs() {
    boards::Profile profile = boards::badge;
    profile.outputs = outputs;
    return profile;
}

/// When the face had its turn, and how long after the one before. Its LEDs alone need one each 20 ms.
struct Turn {
    base::Micros at;
    base::Micros pause;
};

/// The badge's own face, and a note of each of its turns; read them when the board has ended.
class TimedFace final : public runtime::Face {
public:
    explicit TimedFace(const Parts& parts)
        : display(static_cast<const SimulatedDisplay&>(parts.display)),
          face_(parts) {
        turns.reserve(1'000'000);
    }

    void boot(base::Micros now) noexcept override { face_.boot(now); }
    void pin_changed(contract::Pin pin, base::Micros at) noexcept override { face_.pin_changed(pin, at); }
    void step(base::Micros now) noexcept override {
        if (turns.size() < turns.capacity()) turns.push_back({now, turns.empty() ? 0 : now - turns.back().at});
        face_.step(now);
    }
    base::Micros deadline() const noexcept override { return face_.deadline(); }
    void app_started(std::string_view app, base::Micros now) noexcept override { face_.app_started(app, now); }
    void app_ended(base::Micros now) noexcept override { face_.app_ended(now); }
    void app_crashed(const bridge::HomeMessage& crash, base::Micros now) noexcept override {
        face_.app_crashed(crash, now);
    }

    const SimulatedDisplay& display;
    std::vector<Turn> turns;

private:
    runtime::BadgeFace face_;
};

/// A board with an app that waits for UP before it becomes nasty.
class Badge {
public:
    explicit Badge(const std::string& nasty) {
        const std::string app = "import badge, machine\nstrike = machine.Pin(40, machine.Pin.OUT, value=0)\n"
                                "ready = machine.Pin(41, machine.Pin.OUT, value=1)\n"
                                "while badge.buttons.wait() != badge.buttons.UP: pass\nstrike.on()\n" +
                                nasty;
        const vm::ImageFile file{"app.py", {reinterpret_cast<const std::uint8_t*>(app.data()), app.size()}};
        EXPECT_TRUE(vm::install_app(flash_, "nasty", {&file, 1}).has_value());
        EXPECT_TRUE(folder_.open(temporary_.path().string()));
        runtime::Identity identity;
        identity.uid = "abcd1234";
        const FaceSetup face{settings_, {}, [this](const runtime::Face::Parts& parts) {
                                 face_ = std::make_shared<TimedFace>(parts);
                                 return face_;
                             }};
        board_.emplace(profile_, folder_, flash_, clock_, identity, micropython(profile_, "nasty", "abcd1234"),
                       spin_default, face);
        EXPECT_TRUE(board_->open());
        hardware_ = std::thread([this] { ended_ = board_->run(); });
    }
    ~Badge() { stop(); }

    /// False when its Python had to be left behind: then this must be left behind too.
    bool stop() {
        if (hardware_.joinable()) {
            board_->stop();
            hardware_.join();
        }
        return ended_;
    }

    Peer control() { return Peer::of_socket(temporary_.path().string() + "/control.sock"); }
    /// A moment that the control socket told, as one of the board's.
    base::Micros uptime(std::int64_t monotonic_us) const { return monotonic_us - clock_.to_monotonic(0); }
    const TimedFace& face() const { return *face_; }

private:
    boards::Profile profile_ = badge_with_outputs();
    base::tests::TemporaryFolder temporary_;
    BoardFolder folder_;
    UptimeClock clock_;
    std::vector<std::uint8_t> medium_ = std::vector<std::uint8_t>(profile_.flash_bytes, 0xFF);
    StrictFlash flash_{medium_, {profile_.flash_block_bytes, profile_.flash_bytes / profile_.flash_block_bytes, 256}};
    std::vector<std::uint8_t> settings_ = std::vector<std::uint8_t>(SimulatedSmallFlash::medium_bytes, 0xFF);
    std::shared_ptr<TimedFace> face_;
    std::optional<Board> board_;
    std::thread hardware_;
    bool ended_ = true;
};

/// When the pin took this level, by the board's clock.
std::int64_t moment(Peer& hands, int pin, int level) {
    hands.read_until("[\"pin\"," + std::to_string(pin) + "," + std::to_string(level) + ",");
    return std::atoll(hands.line().c_str());
}

constexpr int up = 11;
constexpr int start = 12;
constexpr int a = 13;

/// Presses a button, and waits by the board's clock until it is released again. Returns when it was pressed.
std::int64_t press(Peer& hands, const std::string& button, int pin, int length_ms) {
    hands.write("[\"press\",\"" + button + "\"," + std::to_string(length_ms) + "]\n");
    const std::int64_t pressed = moment(hands, pin, 0);
    moment(hands, pin, 1);
    return pressed;
}

/// How the hardware core's turns went between two moments. A machine with too little time for all its programs lets
/// some of them wait, and not because of Python: nearly all must be in time, wherever it is run.
void expect_frame_time(const TimedFace& face, base::Micros begin, base::Micros end) {
    std::vector<base::Micros> pauses;
    for (const Turn& turn : face.turns) {
        if (turn.at >= begin && turn.at < end) pauses.push_back(turn.pause);
    }
    ASSERT_GE(pauses.size(), 20U);
    std::sort(pauses.begin(), pauses.end());
    EXPECT_LT(pauses[pauses.size() * 95 / 100], from_ms(50));
    EXPECT_LT(pauses.back(), from_ms(1000));
    testing::Test::RecordProperty("worst_pause_us", static_cast<int>(pauses.back()));
}

/// The board's life until the menu must be there again; `killed`: its Python stops dead in the middle.
void live(Badge& badge, bool killed) {
    Peer hands = badge.control();
    hands.write("[\"watch\"]\n");
    moment(hands, ready, 1);
    const std::int64_t began = press(hands, "up", up, 100);
    if (killed) hands.write("[\"fault\",\"vm_kill\"]\n");
    press(hands, "up", up, 700); // meanwhile
    hands.write("[\"hold\",\"b\"]\n[\"hold\",\"start\"]\n");
    const std::int64_t held = moment(hands, start, 0);
    if (killed) {
        press(hands, "up", up, 3500); // the face waits for an answer, but not for ever
    } else {
        EXPECT_LT(moment(hands, ready, 0) - held, from_ms(1000 + 1000)) << "held for a second, stopped within another";
    }
    hands.write("[\"release\",\"b\"]\n[\"release\",\"start\"]\n");
    moment(hands, start, 1);
    press(hands, "a", a, 100);
    press(hands, "start", start, 100); // which does nothing in the menu, but takes its time
    ASSERT_EQ(badge.stop(), !killed);
    EXPECT_TRUE(sim::shows_text(badge.face().display.pixels(), boards::badge.screen.width, "Settings"));
    expect_frame_time(badge.face(), badge.uptime(began), badge.uptime(held));
}

struct Nasty {
    const char* name;
    const char* code;
};

void PrintTo(const Nasty& each, std::ostream* out) { *out << each.name; }

constexpr Nasty nasty[] = {
    {"spins", "while True: pass\n"},
    {"recurses", "def f(): f()\nwhile True:\n  try: f()\n  except RuntimeError: pass\n"},
    {"fills_its_heap", "l = []\nwhile True:\n  try: l.append(bytearray(100))\n  except MemoryError: l.clear()\n"},
    {"floods_the_bridge", "n = 0\nwhile True:\n  n += 1\n  try:\n    badge.display.clear(n & 0xFFFF)\n"
                          "    badge.display.show()\n    badge.leds.fill(n & 255, 0, 0)\n    ready.on()\n"
                          "    badge.settings.get('x')\n  except OSError: pass\n"},
    {"floods_the_console", "while True: print('x' * 100)\n"},
    {"computes_natively", "sum(range(10**12))\n"},
};

class Isolation : public testing::TestWithParam<Nasty> {};

TEST_P(Isolation, row_3_31_frames_keep_their_time_and_the_menu_comes_back) {
    Badge badge(GetParam().code);
    live(badge, false);
}

TEST_P(Isolation, row_3_31_a_guard_cuts_in_time) {
    Badge badge(GetParam().code);
    Peer hands = badge.control();
    hands.write("[\"watch\"]\n");
    moment(hands, ready, 1);
    hands.write("[\"press\",\"up\",100]\n");
    const std::int64_t on = moment(hands, strike, 1);
    const std::int64_t off = moment(hands, strike, 0);
    EXPECT_GT(off - on, from_ms(300 - 10)); // the level is stamped a little after the guard has decided
    EXPECT_LT(off - on, from_ms(300 + 200));
}

INSTANTIATE_TEST_SUITE_P(Python, Isolation, testing::ValuesIn(nasty),
                         [](const auto& each) { return std::string(each.param.name); });

// A Python that was killed can't be cleaned up: it goes with a process of its own.
TEST(IsolationDeathTest, row_3_31_frames_keep_their_time_and_the_menu_comes_back_when_python_was_killed) {
    EXPECT_EXIT(
        {
            auto* badge = new Badge("while True: pass\n");
            live(*badge, true);
            std::_Exit(testing::Test::HasFailure() ? 1 : 0);
        },
        testing::ExitedWithCode(0), "");
}

} // namespace
} // namespace firmware::ports::posix
