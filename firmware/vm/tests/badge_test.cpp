// SPDX-License-Identifier: Apache-2.0
// The Python module `badge` on the VM: what goes over the bridge, and what comes back.
#include "firmware/vm/tests/first_app.hpp"
#include "firmware/vm/tests/lockstep_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firmware::vm::tests {
namespace {

using bridge::DisplayCommand;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Op = DisplayCommand::Op;
using HomeOp = bridge::HomeMessage::Op;
namespace button = contract::button;

class Badge : public ::testing::Test {
protected:
    Badge() {
        board.bridge().screen_width = 320;
        board.bridge().screen_height = 170;
        board.bridge().led_count = 12;
    }

    /// Runs an app and returns what it printed.
    std::string run(const std::string& source, std::int64_t ms = 100) {
        board.install(
            {{"app.py", "import badge, time\nfrom badge import buttons, display, leds, settings\n" + source}});
        board.start();
        board.run_for(ms);
        return board.printed();
    }

    /// What an expression that raises says.
    std::string refused(const std::string& expression) {
        return run("try:\n " + expression + "\nexcept Exception as e: print(type(e).__name__ + ': ' + str(e))\n", 200);
    }

    std::string texts() const {
        std::string drawn;
        for (const auto& stroke : board.strokes) drawn.append(stroke.text.data(), stroke.text_length);
        return drawn;
    }

    LockstepBoard board;
};

// --- the whole ------------------------------------------------------------------------------------------------------

TEST_F(Badge, row_3_22_TheFirstAppRunsUnmodified) {
    board.install({{"app.py", first_app}});
    board.start();
    board.run_for(500);
    ASSERT_THAT(board.strokes, SizeIs(3));
    EXPECT_EQ(board.strokes[0].op, Op::clear);
    EXPECT_EQ(board.strokes[1].op, Op::text);
    EXPECT_EQ(board.strokes[2].op, Op::show);
    EXPECT_EQ(texts(), "Hello from Python!");
    ASSERT_THAT(board.lights, SizeIs(1));
    EXPECT_EQ(board.lights[0].color, (contract::Rgb{255, 0, 0}));
    EXPECT_THAT(board.said(HomeOp::app_stopped), IsEmpty());
    board.press(button::a);
    board.run_for(50);
    EXPECT_THAT(board.said(HomeOp::app_stopped), SizeIs(1));
    EXPECT_THAT(board.said(HomeOp::crash), IsEmpty());
}

TEST_F(Badge, row_3_13_ItHasWhatAnAppLooksFor) {
    const std::string names = run("print(dir(badge))\n");
    for (const char* name :
         {"display", "leds", "buttons", "settings", "apps", "power", "exit", "delay_ms", "on_button"}) {
        EXPECT_THAT(names, HasSubstr("'" + std::string(name) + "'"));
    }
}

TEST_F(Badge, row_3_20_ExitEndsTheAppWithoutACrash) {
    EXPECT_THAT(run("badge.exit()\nprint('never')\n"), Not(HasSubstr("never")));
    EXPECT_THAT(board.said(HomeOp::app_stopped), SizeIs(1));
    EXPECT_THAT(board.said(HomeOp::crash), IsEmpty());
}

TEST_F(Badge, row_3_21_DelayTakesItsTimeAndLetsCallbacksRun) {
    board.in(30, [this] { board.press(button::a); });
    EXPECT_THAT(run("badge.on_button(buttons.A, lambda b: print('A at', time.ticks_ms()))\n"
                    "t = time.ticks_ms()\nbadge.delay_ms(70)\nprint('waited', time.ticks_ms() - t)\n"),
                HasSubstr("A at 30\r\nwaited 70\r\n"));
}

TEST_F(Badge, row_3_21_DelayEndsWithCtrlC) {
    board.in(30, [this] { board.type("\x03"); });
    EXPECT_THAT(run("badge.delay_ms(60000)\n"), HasSubstr("KeyboardInterrupt"));
}

TEST_F(Badge, row_3_26_ThePromptHasIt) {
    board.start();
    board.run_for(10);
    board.printed();
    board.type("import badge; badge.display.width, badge.leds.count\r");
    board.run_for(10);
    EXPECT_THAT(board.printed(), HasSubstr("(320, 12)"));
}

TEST_F(Badge, TheCountersAreThoseOfTheBridge) {
    board.bridge().buttons_dropped = 7;
    EXPECT_THAT(run("c = badge.counters()\nprint(c['buttons_dropped'], sorted(c))\n"),
                HasSubstr("7 ['buttons_dropped', 'console_dropped', 'display_timeouts', 'edges_dropped', "
                          "'frames_shown', 'led_timeouts', 'logs_dropped']"));
}

// --- the screen -----------------------------------------------------------------------------------------------------

TEST_F(Badge, row_3_14_EachStrokeIsACommand) {
    run("display.clear()\ndisplay.pixel(-1, 2, 3)\ndisplay.line(1, 2, -3, 4, 5)\ndisplay.rect(1, 2, 3, 4, 5)\n"
        "display.rect(1, 2, 3, 4, 5, fill=False)\ndisplay.text(1, 2, 'ab', 5, size=6)\ndisplay.show()\n");
    const auto& strokes = board.strokes;
    ASSERT_THAT(strokes, SizeIs(7));
    EXPECT_EQ(strokes[1].x, -1);
    EXPECT_EQ(strokes[2].width, -3);
    EXPECT_EQ(strokes[3].height, 4);
    EXPECT_TRUE(strokes[3].fill);
    EXPECT_FALSE(strokes[4].fill);
    EXPECT_EQ(strokes[4].color, 5);
    EXPECT_EQ(strokes[5].size, 6);
    EXPECT_EQ(strokes[6].op, Op::show);
}

TEST_F(Badge, row_3_15_WithoutAColorClearIsBlackAndTextIsWhite) {
    run("display.clear()\ndisplay.text(0, 0, 'x')\n");
    ASSERT_THAT(board.strokes, SizeIs(2));
    EXPECT_EQ(board.strokes[0].color, 0x0000);
    EXPECT_EQ(board.strokes[1].color, 0xFFFF);
    EXPECT_EQ(board.strokes[1].size, 1);
}

TEST_F(Badge, row_3_15_AColorIsRgb565) {
    EXPECT_THAT(run("print(hex(display.rgb(255, 0, 0)), hex(display.rgb(0, 255, 0)), hex(display.rgb(7, 3, 255)))\n"),
                HasSubstr("0xf800 0x7e0 0x1f\r\n"));
}

TEST_F(Badge, row_3_14_LongTextGoesOnWhereTheCommandBeforeEnds) {
    run("display.text(-600, 5, ''.join(chr(65 + i % 26) for i in range(100)))\n");
    ASSERT_THAT(board.strokes, SizeIs(1)); // the first 63 characters lie left of the screen
    EXPECT_EQ(board.strokes[0].x, -600 + 63 * 8);
    EXPECT_EQ(board.strokes[0].text_length, 37);
    EXPECT_EQ(texts().front(), 'A' + 63 % 26);
}

TEST_F(Badge, row_3_14_TextOfManyCommandsLosesNothing) {
    run("display.text(-1000, 5, 'x' * 63 + 'y' * 63 + 'z' * 500)\n");
    ASSERT_THAT(board.strokes, SizeIs(2));
    EXPECT_EQ(board.strokes[0].x, -1000 + 63 * 8);
    EXPECT_EQ(board.strokes[1].x, 8);
    EXPECT_EQ(texts(), std::string(63, 'y') + std::string(63, 'z'));
}

TEST_F(Badge, ACharacterThatTheFontDoesNotHaveIsOneQuestionMark) {
    run("display.text(0, 0, 'aä€b\\n')\n");
    EXPECT_EQ(texts(), "a??b?");
}

TEST_F(Badge, EmptyTextDrawsNothing) {
    run("display.text(0, 0, '')\n");
    EXPECT_THAT(board.strokes, IsEmpty());
}

TEST_F(Badge, ABitmapIsSplitIntoWhatACommandHolds) {
    run("import array\na = array.array('H', range(100 * 3))\ndisplay.bitmap(5, 6, 100, 3, a)\n");
    std::size_t pixels = 0;
    for (const auto& stroke : board.strokes) {
        ASSERT_EQ(stroke.op, Op::bitmap);
        ASSERT_LE(stroke.width * stroke.height, static_cast<int>(bridge::bitmap_pixels_max));
        for (int i = 0; i < stroke.width * stroke.height; ++i, ++pixels) {
            const int x = stroke.x - 5 + i % stroke.width;
            const int y = stroke.y - 6 + i / stroke.width;
            EXPECT_EQ(stroke.pixels[static_cast<std::size_t>(i)], y * 100 + x);
        }
    }
    EXPECT_EQ(pixels, 300U);
}

TEST_F(Badge, AFrameOfFramebufGoesToTheScreenAsItIs) {
    run("import framebuf\nf = framebuf.FrameBuffer(bytearray(8), 2, 2, framebuf.RGB565)\n"
        "f.pixel(1, 0, display.rgb(255, 0, 0))\ndisplay.bitmap(3, 4, 2, 2, f)\n");
    ASSERT_THAT(board.strokes, SizeIs(1));
    EXPECT_EQ(board.strokes[0].pixels[0], 0x0000);
    EXPECT_EQ(board.strokes[0].pixels[1], 0xF800);
}

TEST_F(Badge, OnlyTheVisiblePartOfABitmapIsSent) {
    run("display.bitmap(-30, -1, 32, 3, bytes(32 * 3 * 2))\ndisplay.bitmap(320, 0, 9, 9, bytes(162))\n"
        "display.bitmap(-32768, 0, 9, 9, bytes(162))\ndisplay.bitmap(0, 0, 0, 9, b'')\n");
    ASSERT_THAT(board.strokes, SizeIs(1));
    EXPECT_EQ(board.strokes[0].x, 0);
    EXPECT_EQ(board.strokes[0].y, 0);
    EXPECT_EQ(board.strokes[0].width, 2);
    EXPECT_EQ(board.strokes[0].height, 2);
}

TEST_F(Badge, ABitmapWithTooFewBytesIsRefused) {
    EXPECT_THAT(refused("display.bitmap(0, 0, 4, 4, bytes(31))"),
                HasSubstr("ValueError: a bitmap of 4x4 takes 32 bytes, and there are 31"));
    EXPECT_THAT(board.strokes, IsEmpty());
}

TEST_F(Badge, APictureThatACallbackMovesIsStillThePicture) {
    board.in(1, [this] { board.press(button::a); });
    run("p = bytearray(b'\\x5A' * 64 * 60 * 2)\njunk = []\n@badge.on_button(buttons.A)\ndef f(b):\n"
        " p.extend(bytes(20000))\n junk.append(bytearray(b'\\xFF' * 30000))\ndisplay.bitmap(0, 0, 64, 60, p)\n"
        "print(len(junk))\n",
        1000);
    ASSERT_THAT(board.strokes, SizeIs(60));
    for (const auto& stroke : board.strokes) EXPECT_THAT(stroke.pixels, ::testing::Each(0x5A5A));
}

TEST_F(Badge, APictureThatACallbackShortensIsRefused) {
    board.in(1, [this] { board.press(button::a); });
    EXPECT_THAT(run("p = bytearray(64 * 60 * 2)\n@badge.on_button(buttons.A)\ndef f(b): p[100:] = b''\n"
                    "try: display.bitmap(0, 0, 64, 60, p)\nexcept ValueError as e: print(e)\n",
                    1000),
                HasSubstr("a bitmap of 64x60 takes 7680 bytes, and there are 100"));
}

TEST_F(Badge, ACoordinateBeyondTheLimitsIsRefusedInWords) {
    EXPECT_THAT(refused("display.pixel(32768, 0, 0)"), HasSubstr("ValueError: x is -32768 to 32767"));
}

TEST_F(Badge, AColorBeyond16BitsIsRefusedInWords) {
    EXPECT_THAT(refused("display.clear(1 << 70)"), HasSubstr("ValueError: a color is 0 to 65535"));
}

TEST_F(Badge, ASizeBeyondSixIsRefusedInWords) {
    EXPECT_THAT(refused("display.text(0, 0, 'x', size=7)"), HasSubstr("ValueError: a size is 1 to 6"));
}

TEST_F(Badge, AWrongTypeIsRefusedInWords) {
    EXPECT_THAT(refused("display.text(0, 0, 5)"), HasSubstr("TypeError: a text is a str, not int: try str(...)"));
}

TEST_F(Badge, ACoordinateThatIsNoWholeNumberIsRefusedInWords) {
    EXPECT_THAT(refused("display.pixel(0.5, 0, 0)"), HasSubstr("TypeError: x is an int, not float"));
}

TEST_F(Badge, ABoardWithoutAScreenSaysSo) {
    board.bridge().screen_width = board.bridge().screen_height = 0;
    EXPECT_THAT(refused("display.show()"), HasSubstr("OSError: [Errno 19] ENODEV: this board has no screen"));
}

TEST_F(Badge, WhileSomebodyIsInAnEditorDrawingTimesOut) {
    board.bridge().screen_free = false;
    EXPECT_THAT(refused("display.show()"), HasSubstr("OSError: [Errno 110] ETIMEDOUT: somebody is using the menu"));
    EXPECT_THAT(board.strokes, IsEmpty());
    EXPECT_EQ(board.bridge().display_timeouts, 1U);
}

TEST_F(Badge, DrawingWaitsForTheScreenToBecomeFree) {
    board.bridge().screen_free = false;
    board.in(60, [this] { board.bridge().screen_free = true; });
    EXPECT_THAT(run("display.show()\nprint('shown at', time.ticks_ms())\n", 200), HasSubstr("shown at 60"));
    EXPECT_EQ(board.bridge().display_timeouts, 0U);
}

// --- the LEDs -------------------------------------------------------------------------------------------------------

TEST_F(Badge, row_3_16_LedsTakeTheirColors) {
    run("leds.set(11, 1, 2, 3)\nleds.set(leds.ALL, 4, 5, 6)\nleds.fill(7, 8, 9)\nleds.clear()\n");
    ASSERT_THAT(board.lights, SizeIs(4));
    EXPECT_EQ(board.lights[0].index, 11);
    EXPECT_EQ(board.lights[0].color, (contract::Rgb{1, 2, 3}));
    EXPECT_EQ(board.lights[1].index, bridge::all_leds);
    EXPECT_EQ(board.lights[2].index, bridge::all_leds);
    EXPECT_EQ(board.lights[2].color, (contract::Rgb{7, 8, 9}));
    EXPECT_EQ(board.lights[3].color, contract::Rgb{});
}

TEST_F(Badge, row_3_16_AnLedThatIsNotThereIsRefused) {
    EXPECT_THAT(refused("leds.set(12, 0, 0, 0)"),
                HasSubstr("IndexError: there is no LED 12; LEDs are 0 to 11, and 255 is all"));
    EXPECT_THAT(board.lights, IsEmpty());
}

TEST_F(Badge, row_3_16_APartOfAColorIsAByte) {
    EXPECT_THAT(refused("leds.fill(0, 256, 0)"), HasSubstr("ValueError: green is 0 to 255"));
}

TEST_F(Badge, ABoardWithoutLedsSaysSo) {
    board.bridge().led_count = 0;
    EXPECT_THAT(refused("leds.set(0, 0, 0, 0)"), HasSubstr("OSError: [Errno 19] ENODEV: this board has no LEDs"));
}

// --- settings -------------------------------------------------------------------------------------------------------

TEST_F(Badge, row_3_27_SettingsKeepTheirTypes) {
    EXPECT_THAT(run("settings.set('on', True)\nsettings.set('n', -2147483648)\nsettings.set('s', 'text ä')\n"
                    "print(settings.get('on'), settings.get('n'), settings.get('s'), settings.keys())\n"
                    "print(settings.items())\n"),
                AllOf(HasSubstr("True -2147483648 text ä ['n', 'on', 's']"),
                      HasSubstr("[('n', -2147483648), ('on', True), ('s', 'text \\xe4')]")));
    EXPECT_EQ(board.settings["s"].text.view(), "text ä");
}

TEST_F(Badge, row_3_27_AnUnknownKeyHasItsDefault) {
    EXPECT_THAT(run("print(settings.get('x'), settings.get('x', 5))\n"), HasSubstr("None 5\r\n"));
}

TEST_F(Badge, row_3_27_ARemovedSettingIsGone) {
    EXPECT_THAT(run("settings.set('x', 1)\nsettings.remove('x')\nprint(settings.get('x'))\n"
                    "try: settings.remove('x')\nexcept KeyError as e: print('KeyError', e)\n"),
                HasSubstr("None\r\nKeyError x\r\n"));
}

struct Refusal {
    const char* expression;
    const char* text;
};

class BadgeRefusal : public Badge, public ::testing::WithParamInterface<Refusal> {};

TEST_P(BadgeRefusal, row_3_27_SaysWhatIsWrong) {
    EXPECT_THAT(refused(GetParam().expression), HasSubstr(GetParam().text));
    EXPECT_THAT(board.settings, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Settings, BadgeRefusal,
    ::testing::Values(Refusal{"settings.set('', 1)", "ValueError: '' is no key: 1 to 24 of a-z, 0-9, _ and ."},
                      Refusal{"settings.set('x' * 25, 1)", "is no key"}, Refusal{"settings.get('Key')", "is no key"},
                      Refusal{"settings.set('x', 2147483648)",
                              "ValueError: a whole number among the settings is -2147483648 to 2147483647"},
                      Refusal{"settings.set('x', 'y' * 65)", "ValueError: the text takes 65 bytes, and 64 fit"},
                      Refusal{"settings.set('x', 1.5)", "TypeError: a setting is a bool, int or str, not float"},
                      Refusal{"settings.set('x', None)", "TypeError: a setting is a bool, int or str, not NoneType"}));

TEST_F(Badge, row_3_27_AValueThatTheBoardRefusesIsAValueError) {
    board.settings_fail = base::ErrorCode::invalid_argument;
    EXPECT_THAT(refused("settings.set('accent', 70000)"),
                HasSubstr("ValueError: accent: this setting does not take that value"));
}

TEST_F(Badge, row_3_27_WithoutRoomForAnotherSettingThereIsAnOsError) {
    board.settings_fail = base::ErrorCode::full;
    EXPECT_THAT(refused("settings.set('x', 1)"),
                HasSubstr("OSError: [Errno 28] ENOSPC: there is no room for another setting"));
}

TEST_F(Badge, row_3_27_SettingsThatCannotBeWrittenAreAnOsError) {
    board.settings_fail = base::ErrorCode::io;
    EXPECT_THAT(refused("settings.set('x', 1)"), HasSubstr("OSError: [Errno 5] EIO: the settings can't be written"));
}

TEST_F(Badge, row_3_27_ASilentHardwareCoreIsATimeoutAndItsLateAnswerHarmsNobody) {
    board.install(
        {{"app.py", "from badge import settings\ntry: settings.set('x', 1)\nexcept OSError as e: n = e.errno\n"}});
    board.hardware_stands_still = true;
    board.start();
    board.run_for(500);
    board.hardware_stands_still = false;
    board.type("settings.get('x', 5), settings.get('y', 6), n\r");
    board.run_for(50);
    EXPECT_THAT(board.printed(), HasSubstr("(1, 6, 110)"));
}

TEST_F(Badge, AnswersThatNobodyWaitsForAreNotInTheWay) {
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(board.bridge().setting_replies.push({}));
    EXPECT_THAT(run("print(settings.get('x', 5))\n"), HasSubstr("5\r\n"));
}

// --- gauges and apps ------------------------------------------------------------------------------------------------

TEST_F(Badge, WhatTheBoardCannotMeasureIsNone) {
    EXPECT_THAT(run("p = badge.power\nprint(p.battery(), p.usb(), p.temperature(), p.signal())\n"),
                HasSubstr("None None None None\r\n"));
}

TEST_F(Badge, WhatTheBoardMeasuresIsThere) {
    board.bridge().battery_millivolts = 3910;
    board.bridge().usb_power = 0;
    board.bridge().temperature_millicelsius = -1500;
    board.bridge().signal_dbm = -67;
    EXPECT_THAT(run("p = badge.power\nprint(p.battery(), p.usb(), p.temperature(), p.signal())\n"),
                HasSubstr("3910 False -1.5 -67\r\n"));
}

TEST_F(Badge, row_3_28_AppsAreThoseOfTheMenuThatCanBeStarted) {
    const std::string puts = R"(import os
def put(name, toml, file='app.py'):
    os.mkdir('/pyapps/' + name)
    open('/pyapps/' + name + '/' + file, 'w').close()
    with open('/pyapps/' + name + '/app.toml', 'w') as manifest: manifest.write(toml)
put('b_2', '[config]\nname = "not of the app"\n')
put('table', '[app]\nname = "a table"\n')
put('elsewhere', 'name = "Entry"\nentry = "main.py"\n', 'main.py')
put('broken', 'name = a word\n')
put('needy', 'requires = ["numpy"]\n')
put('entryless', 'entry = "main.py"\n')
put('no app', 'name = "a name with a space"\n')
os.mkdir('/pyapps/empty')
with open('/pyapps/test/app.toml', 'w') as manifest: manifest.write('version = "1"\nname = "A test" # x\n')
)";
    EXPECT_THAT(run(puts + "print(badge.apps.list(), badge.apps.current())\n", 500),
                HasSubstr("[('table', 'a table'), ('test', 'A test'), ('b_2', 'b_2'), ('broken', 'broken'), "
                          "('elsewhere', 'Entry')] test\r\n"));
}

TEST_F(Badge, AnAppMayStartAnotherInItsPlace) {
    EXPECT_THAT(run("import os\ntry: os.mkdir('/pyapps/next')\nexcept OSError: pass\n"
                    "f = open('/pyapps/next/app.py', 'w')\n"
                    "f.write('import badge\\nprint(badge.apps.current(), \"test\" in globals())')\nf.close()\n"
                    "test = 1\ntry: badge.apps.launch('next')\nfinally: print('cleaned up')\n",
                    500),
                AllOf(HasSubstr("cleaned up\r\nMPY: soft reboot\r\nnext False\r\n"), HasSubstr(">>> ")));
    EXPECT_THAT(board.said(HomeOp::app_started), ElementsAre("test", "next"));
    EXPECT_THAT(board.said(HomeOp::crash), IsEmpty());
    board.type("\x04"); // the next life is as ever
    board.run_for(500);
    EXPECT_EQ(board.said(HomeOp::app_started).at(2), "test");
}

TEST_F(Badge, AnAppThatCannotBeStartedIsNotStarted) {
    EXPECT_THAT(run("import os\nos.mkdir('/pyapps/needy')\nopen('/pyapps/needy/app.py', 'w').close()\n"
                    "f = open('/pyapps/needy/app.toml', 'w')\nf.write('requires = [\"numpy\"]')\nf.close()\n"
                    "for name in ('../test', 'x' * 33, 'x' * 200, 'nowhere', 'needy'):\n"
                    "  try: badge.apps.launch(name)\n  except OSError as e: print(e)\n",
                    500),
                HasSubstr("[Errno 2] ENOENT: no app can have that name\r\n"
                          "[Errno 2] ENOENT: no app can have that name\r\n"
                          "[Errno 2] ENOENT: no app can have that name\r\n"
                          "[Errno 2] ENOENT: there is no file app.py\r\n"
                          "[Errno 2] ENOENT: needs the module numpy\r\n"));
    EXPECT_THAT(board.said(HomeOp::app_started), ElementsAre("test"));
}

TEST_F(Badge, AtThePromptNoAppIsCurrent) {
    run("x = 1\n");
    board.type("print('now', badge.apps.current())\r");
    board.run_for(10);
    EXPECT_THAT(board.printed(), HasSubstr("now None"));
}

} // namespace
} // namespace firmware::vm::tests
