// SPDX-License-Identifier: Apache-2.0
// The Python module `ha` on the VM: declarations, values, commands, events, settings.
#include "firmware/vm/tests/lockstep_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firmware::vm::tests {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Op = bridge::HomeMessage::Op;

class HaTest : public ::testing::Test {
protected:
    void start(const std::string& source, const std::string& toml = "", const std::string& last_line = "ha.run()\n") {
        board.install({{"app.py", "import ha, asyncio, time\n" + source + last_line}, {"app.toml", toml}});
        board.start();
        board.run_for(100);
    }

    std::vector<std::string> settings(const std::string& toml) {
        start("c = ha.config({'pin': 4, 'on': False, 'seconds': 1.5, 'topic': 'a/b', 'names': []})\n"
              "print('settings', c.pin, c.on, c.seconds, c.topic, c.names)\n",
              toml, "");
        std::vector<std::string> texts = board.said(Op::crash);
        const std::string printed = board.printed();
        if (const auto at = printed.find("settings "); at != std::string::npos) {
            texts.push_back(printed.substr(at + 9, printed.find('\r', at) - at - 9));
        }
        return texts;
    }

    LockstepBoard board;
};

TEST_F(HaTest, DeclaresEntitiesInTheOrderOfTheApp) {
    start("a = ha.sensor('Air temperature', '°C', device_class='temperature')\nb = ha.switch('Lamp')\n");
    EXPECT_THAT(board.said(Op::declare),
                ElementsAre(::testing::StartsWith("air_temperature Air temperature {"), "lamp Lamp {}"));
    EXPECT_THAT(board.said(Op::declare)[0], HasSubstr("\"unit_of_measurement\":\"°C\""));
    EXPECT_THAT(board.said(Op::declared), SizeIs(1));
    EXPECT_THAT(board.said(Op::state), ElementsAre("air_temperature=none", "lamp=false"));
}

TEST_F(HaTest, TheSameNameTwiceIsRefused) {
    start("ha.sensor('A')\nha.button('a')\n");
    EXPECT_THAT(board.said(Op::crash), ElementsAre(HasSubstr("there is an entity 'a' already")));
}

TEST_F(HaTest, ReadsASensorEverySoOftenAndPublishesChanges) {
    start("n = [0]\n@ha.sensor('N', every=1)\ndef f():\n n[0] += 1\n return n[0] // 2\n");
    board.run_for(4500);
    EXPECT_THAT(board.said(Op::state), ElementsAre("n=0", "n=1", "n=2"));
}

TEST_F(HaTest, ASensorThatRaisesIsUnknownAndSaidOnce) {
    start("n = [0]\n@ha.sensor('N', every=1)\ndef f():\n n[0] += 1\n"
          " if n[0] in (2, 3): raise OSError(5)\n return 7\n");
    board.run_for(4500);
    EXPECT_THAT(board.said(Op::state), ElementsAre("n=7", "n=none", "n=7"));
    EXPECT_THAT(board.said(Op::log), ElementsAre(::testing::StartsWith("3 N: OSError: [Errno 5] EIO")));
}

TEST_F(HaTest, ASensorRoundsAndKeepsSmallChangesToItself) {
    start("v = iter((1.04, 1.06, 1.34, 1.64, 1.64, 1.64))\n"
          "@ha.sensor('V', every=1, digits=1, delta=0.2)\ndef f(): return next(v)\n");
    board.run_for(4500);
    EXPECT_THAT(board.said(Op::state), ElementsAre(::testing::StartsWith("v=1.0"), ::testing::StartsWith("v=1.3"),
                                                   ::testing::StartsWith("v=1.6")));
}

TEST_F(HaTest, ASwitchObeysAndAnswers) {
    start("@ha.switch('Lamp')\ndef lamp(on): print('lamp', on)\n");
    board.command("lamp", "c1", truth(true));
    board.run_for(10);
    EXPECT_THAT(board.printed(), HasSubstr("lamp True"));
    EXPECT_THAT(board.said(Op::done), ElementsAre("c1 ok "));
    EXPECT_THAT(board.said(Op::state), ElementsAre("lamp=false", "lamp=true"));
}

TEST_F(HaTest, ASwitchMayHaveAPinInsteadOfAHandler) {
    start("from machine import Pin\nha.switch('Lamp', pin=ha.output(2))\n");
    board.command("lamp", "c1", truth(true));
    board.run_for(10);
    EXPECT_THAT(board.outputs, ElementsAre(LockstepBoard::PinChange{100, 2, true}));
}

TEST_F(HaTest, AHandlerThatRaisesAnswersAndTheNextCallStillComes) {
    start("@ha.switch('Lamp')\ndef lamp(on):\n if on: raise ValueError('too bright')\n");
    board.command("lamp", "c1", truth(true));
    board.command("lamp", "c2", truth(false));
    board.run_for(10);
    EXPECT_THAT(board.said(Op::done), ElementsAre("c1 failed ValueError: too bright", "c2 ok "));
    EXPECT_THAT(board.said(Op::log), ElementsAre(HasSubstr("Lamp: ValueError: too bright")));
    EXPECT_THAT(board.said(Op::state), ElementsAre("lamp=false"));
}

TEST_F(HaTest, AWrongValueIsRefusedBeforeTheHandler) {
    start("@ha.number('Gain', min=0, max=10)\ndef gain(v): print('never')\n");
    board.command("gain", "c1", whole(11));
    board.command("gain", "c2", truth(true));
    board.run_for(10);
    EXPECT_THAT(board.said(Op::done), ElementsAre("c1 failed Gain takes a number from 0 to 10",
                                                  "c2 failed Gain takes a number from 0 to 10"));
    EXPECT_THAT(board.printed(), IsEmpty());
}

TEST_F(HaTest, SelectAndTextTakeTheirValues) {
    start("m = ha.select('Mode', ['day', 'night'])\nt = ha.text('Title', max=5)\n");
    board.command("mode", "c1", text("night"));
    board.command("mode", "c2", text("noon"));
    board.command("title", "c3", text("short"));
    board.command("title", "c4", text("too long"));
    board.run_for(10);
    EXPECT_THAT(board.said(Op::done), ElementsAre("c1 ok ", "c2 failed Mode takes one of day, night", "c3 ok ",
                                                  "c4 failed Title takes a text of 0 to 5 characters"));
    EXPECT_THAT(board.said(Op::state), ElementsAre("mode=none", "title=none", "mode=night", "title=short"));
}

TEST_F(HaTest, AnExpiredCommandIsAnsweredAndNotRun) {
    start("@ha.button('Wait')\ndef wait(): time.sleep(2)\n@ha.button('Go')\ndef go(): print('never')\n");
    board.command("wait", "c1", text("PRESS"));
    board.in(100, [this] { board.command("go", "c2", text("PRESS"), 1000); });
    board.run_for(3000);
    EXPECT_THAT(board.said(Op::done), ElementsAre("c1 ok ", "c2 failed expired"));
    EXPECT_THAT(board.printed(), IsEmpty());
}

TEST_F(HaTest, AnAsyncHandlerAnswersWhenItHasEnded) {
    start("@ha.button('Slow')\nasync def slow():\n await asyncio.sleep(2)\n print('slow')\n"
          "@ha.button('Fast')\ndef fast(): print('fast')\n");
    board.command("slow", "c1", text("PRESS"));
    board.in(500, [this] { board.command("fast", "c2", text("PRESS")); });
    board.run_for(3000);
    EXPECT_THAT(board.said(Op::done), ElementsAre("c2 ok ", "c1 ok "));
}

TEST_F(HaTest, AnAsyncHandlerThatRaisesAnswersToo) {
    start("@ha.button('Slow')\nasync def slow():\n await asyncio.sleep(1)\n raise OSError(5)\n");
    board.command("slow", "c1", text("PRESS"));
    board.run_for(2000);
    EXPECT_THAT(board.said(Op::done), ElementsAre("c1 failed OSError: [Errno 5] EIO"));
}

TEST_F(HaTest, ALockThatBlocksDoesNotRunASecondTimeAfterIt) {
    start("@ha.lock('Door')\ndef door(open):\n print('open', open)\n time.sleep(3)\n");
    board.command("door", "c1", text("UNLOCK"));
    board.in(1000, [this] { board.command("door", "c2", text("UNLOCK")); });
    board.run_for(5000);
    EXPECT_THAT(board.said(Op::done), ElementsAre("c1 ok ", "c2 failed busy"));
    EXPECT_EQ(board.printed(), "open True\r\n");
    EXPECT_THAT(board.said(Op::state), ElementsAre("door=LOCKED", "door=UNLOCKED"));
}

TEST_F(HaTest, RelockLocksByItself) {
    start("@ha.lock('Door', relock=3)\ndef door(open): print(open)\n");
    board.command("door", "c1", text("UNLOCK"));
    board.run_for(4000);
    EXPECT_EQ(board.printed(), "True\r\nFalse\r\n");
    EXPECT_THAT(board.said(Op::state), ElementsAre("door=LOCKED", "door=UNLOCKED", "door=LOCKED"));
}

TEST_F(HaTest, ACommandToNobodyIsAnswered) {
    start("ha.button('A')\n");
    board.command("b", "c1", text("PRESS"));
    board.run_for(10);
    EXPECT_THAT(board.said(Op::done), ElementsAre("c1 failed not_found"));
}

TEST_F(HaTest, AnEventCarriesItsTypeAndData) {
    start("e = ha.event('Bell', ('ring', 'long'))\nha.after(1, lambda: e.fire('long', seconds=3))\n"
          "ha.after(2, lambda: e.fire('other'))\n");
    board.run_for(3000);
    EXPECT_THAT(board.said(Op::event), ElementsAre("bell:long {\"seconds\":3}"));
    EXPECT_THAT(board.said(Op::log), ElementsAre(HasSubstr("Bell has no type 'other'; it has ring, long")));
}

TEST_F(HaTest, ABinarySensorFollowsItsPin) {
    start("from machine import Pin\nha.binary_sensor('Motion', pin=Pin(5, Pin.IN), inverted=True)\n");
    board.in(10, [this] { board.set_input(5, true); });
    board.run_for(50);
    EXPECT_THAT(board.said(Op::state), ElementsAre("motion=true", "motion=false"));
    EXPECT_EQ(base::to_ms(board.messages.back().at), 110);
}

TEST_F(HaTest, ATimerMayBeTakenBack) {
    start("t = ha.after(1, lambda: print('never'))\nha.after(0.5, t.cancel)\nha.after(2, lambda: print('end'))\n");
    board.run_for(3000);
    EXPECT_EQ(board.printed(), "end\r\n");
}

TEST_F(HaTest, AnOutputTightensItsGuard) {
    start("ha.output(13, max_on=2.5, min_off=0.2)\n");
    ASSERT_THAT(board.guards, SizeIs(1));
    EXPECT_EQ(board.guards[0].max_on_ms, 2500U);
    EXPECT_EQ(board.guards[0].min_off_ms, 200U);
    EXPECT_FALSE(board.guards[0].level);
}

TEST_F(HaTest, ANakedLoopMayTick) {
    start("@ha.button('Go')\nasync def go():\n await asyncio.sleep(1)\n print('gone')\n", "",
          "while True:\n ha.tick()\n time.sleep_ms(20)\n");
    board.command("go", "c1", text("PRESS"));
    board.run_for(1500);
    EXPECT_EQ(board.printed(), "gone\r\n");
    EXPECT_THAT(board.said(Op::done), ElementsAre("c1 ok "));
}

TEST_F(HaTest, RunsBesideOtherTasks) {
    start("async def other():\n await asyncio.sleep(1)\n lamp.value = True\n ha.after(1, lambda: print('later'))\n"
          "lamp = ha.switch('Lamp')\nasync def main():\n asyncio.create_task(other())\n await ha.arun()\n",
          "", "asyncio.run(main())\n");
    board.run_for(3000);
    EXPECT_THAT(board.said(Op::state), ElementsAre("lamp=false", "lamp=true"));
    EXPECT_EQ(board.printed(), "later\r\n");
}

TEST_F(HaTest, WhatDoesNotFitForAWhileIsSaidLaterInOrder) {
    start("s = ha.sensor('S')\ndef burst():\n for i in range(20): s.value = i\nha.after(1, burst)\n");
    board.hardware_stands_still = true;
    board.run_for(2000);
    board.hardware_stands_still = false;
    board.run_for(1000);
    const auto states = board.said(Op::state);
    ASSERT_THAT(states, SizeIs(21));
    EXPECT_EQ(states[1], "s=0");
    EXPECT_EQ(states[20], "s=19");
}

TEST_F(HaTest, AnIdleAppWaitsForItsNextMoment) {
    start("ha.after(3600, lambda: print('an hour later'))\n");
    const auto before = board.session().heartbeat();
    board.run_for(3'600'500);
    EXPECT_EQ(board.printed(), "an hour later\r\n");
    EXPECT_LT(board.session().heartbeat() - before, 2000U);
}

TEST_F(HaTest, SettingsHaveDefaults) { EXPECT_THAT(settings(""), ElementsAre("4 False 1.5 a/b []")); }

TEST_F(HaTest, SettingsComeFromTheFileOfTheApp) {
    EXPECT_THAT(
        settings("[app]\ntitle = \"T\"\n[config]\npin = 0x05 # five\non = true\nseconds = 2\ntopic = \"c # d\"\n"
                 "names = [\"a, b\", 2]\n"),
        ElementsAre("5 True 2.0 c # d ['a, b', 2]"));
}

TEST_F(HaTest, SettingsMayStandInSingleQuotes) {
    EXPECT_THAT(settings("[config]\n\"topic\" = 'c # \"d\" \\' # a comment\nnames = ['a, b', \"it's\"]\n"),
                ElementsAre("4 False 1.5 c # \"d\" \\ ['a, b', \"it's\"]"));
}

struct WrongSetting {
    const char* toml;
    const char* complaint;
};

class WrongSettingTest : public HaTest, public ::testing::WithParamInterface<WrongSetting> {};

TEST_P(WrongSettingTest, IsRefusedInWords) {
    EXPECT_THAT(settings(GetParam().toml), ElementsAre(HasSubstr(GetParam().complaint)));
}

INSTANTIATE_TEST_SUITE_P(
    Files, WrongSettingTest,
    ::testing::Values(
        WrongSetting{"[config]\non = \"false\"\n", "on must be true or false, without quotes, not 'false'"},
        WrongSetting{"[config]\non = 0\n", "on must be true or false"},
        WrongSetting{"[config]\npin = true\n", "pin must be a whole number, not True"},
        WrongSetting{"[config]\npin = 4.5\n", "pin must be a whole number, not 4.5"},
        WrongSetting{"[config]\nseconds = \"2\"\n", "seconds must be a number, not '2'"},
        WrongSetting{"[config]\nseconds = 1e999\n", "1e999 is neither a number"},
        WrongSetting{"[config]\nseconds = nan\n", "nan is neither a number"},
        WrongSetting{"[config]\ntopic = 7\n", "topic must be a text in quotes, not 7"},
        WrongSetting{"[config]\nnames = 7\n", "names must be a list, not 7"},
        WrongSetting{"[config]\npins = 4\n", "there is no setting 'pins'; there are names, on, pin, seconds, topic"},
        WrongSetting{"[config]\npin = 4\npin = 5\n", "app.toml, line 3: pin comes twice"},
        WrongSetting{"[config]\npin\n", "app.toml, line 2: a setting is written name = value"},
        WrongSetting{"[config\npin = 4\n", "app.toml, line 1: a table is written [name]"},
        WrongSetting{"[config]\ntopic = \"a\n", "app.toml, line 2: the text \\\"a has no end"},
        WrongSetting{"[config]\ntopic = open\n", "app.toml, line 2: open is neither a number"}));

TEST_F(HaTest, WatchesAnEntityOfTheHomeAndTellsItsChanges) {
    start("@ha.on('light.hall')\ndef f(state):\n print('hall', state, ha.attributes('light.hall'))\n"
          "print(ha.state('light.hall'), ha.state('sensor.t'))\n");
    EXPECT_THAT(board.said(Op::watch), ElementsAre("light.hall", "sensor.t"));
    EXPECT_THAT(board.printed(), HasSubstr("None None\r\n"));
    board.tell("light.hall", "on", R"({"brightness":3})");
    board.tell("sensor.t", "21.5");
    board.run_for(10);
    EXPECT_THAT(board.printed(), HasSubstr("hall on {'brightness': 3}\r\n"));
    board.tell("light.hall", "on");
    board.tell("light.hall", std::nullopt);
    board.run_for(10);
    EXPECT_EQ(board.printed(), "hall None {}\r\n") << "the same state again is no change";
}

TEST_F(HaTest, AsksTheHomeForAnActionAndHearsHowItEnded) {
    start("async def main():\n"
          " await ha.call('light.turn_on', 'light.hall', brightness=80)\n print('done')\n"
          " try:\n  await ha.call('lock.unlock', 'lock.front')\n except OSError as e:\n  print('no:', e)\n"
          "asyncio.create_task(main())\n");
    EXPECT_THAT(board.said(Op::call), ElementsAre("light.turn_on light.hall {\"brightness\": 80}"));
    board.answer_call(1, true);
    board.run_for(10);
    EXPECT_THAT(board.said(Op::call), SizeIs(2));
    board.answer_call(2, false, "refused");
    board.run_for(10);
    EXPECT_THAT(board.printed(), HasSubstr("done\r\nno: refused\r\n"));
}

TEST_F(HaTest, ACallWithoutAnAnswerEndsAfterTenSeconds) {
    start(
        "c = ha.notify('Hello')\nha.after(9.5, lambda: print(c.ok))\nha.after(10.5, lambda: print(c.ok, c.reason))\n");
    EXPECT_THAT(board.said(Op::call), ElementsAre("persistent_notification.create  {\"message\": \"Hello\"}"));
    board.run_for(11000);
    EXPECT_THAT(board.printed(), HasSubstr("None\r\nFalse no answer\r\n"));
}

TEST_F(HaTest, ACallThatIsRefusedAsTooLongIsNotWaitedFor) {
    start("try:\n ha.notify('x' * 480)\nexcept ValueError as e:\n print(e)\n");
    board.run_for(11000);
    EXPECT_THAT(board.printed(), HasSubstr("and 480 fit"));
    EXPECT_THAT(board.said(Op::log), IsEmpty());
}

TEST_F(HaTest, WhatIsNoEntityIsAValueError) {
    start("ha.state('Hall light')\n");
    EXPECT_THAT(board.said(Op::crash), ElementsAre(HasSubstr("is no entity of Home Assistant")));
}

} // namespace
} // namespace firmware::vm::tests
