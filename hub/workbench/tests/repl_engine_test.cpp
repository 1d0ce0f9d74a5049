// SPDX-License-Identifier: Apache-2.0
// The engine against scripts of what boards say, in virtual time.
#include "hub/workbench/repl/repl_engine.hpp"

#include "hub/workbench/repl/block_format.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace hub::workbench {
namespace {

using base::from_ms;
using State = ReplEngine::State;

constexpr std::string_view banner = "\r\nraw REPL; CTRL-B to exit\r\n>";
constexpr std::string_view header{"R\x01\x80\x00\x01", 5};

class ReplEngineTest : public testing::Test {
protected:
    void say(std::string_view bytes) {
        engine_.receive({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, now_);
        collect();
    }
    void wait(std::int64_t ms) {
        const base::Micros end = now_ + from_ms(ms);
        while (engine_.deadline() <= end) {
            now_ = std::max(now_, engine_.deadline());
            engine_.tick(now_);
            collect();
        }
        now_ = end;
    }
    std::string sent() { return std::exchange(sent_, {}); }
    std::string printed() { return std::exchange(printed_, {}); }

    // To the raw prompt of a board with a friendly one.
    void enter() {
        engine_.enter(now_);
        collect();
        say("\r\n>>> \r\n>>> ");
        wait(120);
        say(banner);
        ASSERT_EQ(engine_.state(), State::ready);
        sent();
    }
    void exec(std::string code) {
        ASSERT_TRUE(engine_.exec(std::move(code), now_));
        collect();
    }

    ReplEngine engine_;
    base::Micros now_ = 0;

private:
    void collect() {
        sent_ += engine_.take_writes();
        printed_ += engine_.take_output();
    }
    std::string sent_;
    std::string printed_;
};

TEST_F(ReplEngineTest, a_board_that_waits_at_its_prompt_is_entered_at_once) {
    engine_.enter(now_);
    EXPECT_EQ(engine_.take_writes(), "\r\x03\r\x01");
    say("\r\n>>> \r\n>>> \r\n>>> ");
    wait(40);
    say(banner);
    EXPECT_EQ(engine_.state(), State::ready);
    EXPECT_EQ(engine_.deadline(), base::never);
    EXPECT_EQ(sent(), "");
}

TEST_F(ReplEngineTest, circuitpython_is_entered_after_its_program_has_ended) {
    engine_.enter(now_);
    say("\x1b]0;\xf0\x9f\x90\x8d"
        "Done | code.py | 9.2.1\x1b\\\r\nCode done running.\r\n");
    say("\r\nPress any key to enter the REPL. Use CTRL-D to reload.\r\n");
    say("\x1b]0;\xf0\x9f\x90\x8dREPL | 9.2.1\x1b\\\r\nAdafruit CircuitPython 9.2.1 on 2024-11-20; Raspberry Pi "
        "Pico\r\n>>> ");
    say("\r\n>>> \r\nraw REPL; CTRL-B to exit\r\n>");
    ASSERT_EQ(engine_.state(), State::ready);
    exec("open('x','w')");
    say(header);
    say("\x04\x04Traceback (most recent call last):\r\n  File \"<stdin>\", line 1, in <module>\r\n"
        "OSError: [Errno 30] Read-only filesystem\r\n\x04>");
    EXPECT_EQ(engine_.state(), State::ready);
    EXPECT_TRUE(engine_.traceback().ends_with("Read-only filesystem\r\n"));
    engine_.soft_reset(now_);
    say("\r\nAdafruit CircuitPython 9.2.1\r\n>>> ");
    say("\r\nsoft reboot\r\n");
    EXPECT_EQ(engine_.state(), State::outside);
    EXPECT_TRUE(engine_.problem().message.empty());
}

TEST_F(ReplEngineTest, it_interrupts_and_asks_for_the_raw_prompt) {
    engine_.enter(now_);
    sent();
    wait(150);
    EXPECT_EQ(sent(), "\r\x03\r\x01\r\x03");
    wait(50);
    EXPECT_EQ(sent(), "\x03");
    wait(60);
    EXPECT_EQ(sent(), "\r\x01");
    say(banner);
    wait(599);
    EXPECT_EQ(engine_.state(), State::entering) << "the first request may be answered yet";
    wait(1);
    EXPECT_EQ(engine_.state(), State::ready);
    EXPECT_EQ(engine_.deadline(), base::never);
}

TEST_F(ReplEngineTest, a_board_that_lost_its_host_in_the_middle_of_a_block_is_given_the_rest_of_it) {
    engine_.enter(now_);
    wait(649);
    EXPECT_EQ(sent().find('\0'), std::string::npos);
    wait(1);
    const std::string fill = sent();
    EXPECT_TRUE(fill.starts_with(std::string(deaf_bytes_max, '\0') + "\r\x03"));
    EXPECT_EQ(std::count(fill.begin(), fill.end(), '\0'), deaf_bytes_max);
    wait(200);
    say("\x15"
        "A");
    EXPECT_TRUE(sent().ends_with(block_end));
    say("\x04\x04>");
    wait(110);
    EXPECT_TRUE(sent().ends_with("\r\x01"));
    say(banner);
    wait(600);
    EXPECT_EQ(engine_.state(), State::ready);
}

TEST_F(ReplEngineTest, a_line_that_holds_back_what_it_was_sent_first_is_waited_for) {
    engine_.enter(now_);
    wait(150 + 50 + 50);
    say("\r\n>>> \r\n>>> " + std::string(banner)); // what the knock asked for
    say("\r\n>" + std::string(banner));            // and what was asked for after it
    wait(99);
    EXPECT_EQ(engine_.state(), State::entering);
    wait(1);
    EXPECT_EQ(engine_.state(), State::ready) << "every request is answered";
}

TEST_F(ReplEngineTest, a_board_that_answers_anything_is_sent_no_zeros) {
    engine_.enter(now_);
    wait(100);
    say("hello");
    wait(6000);
    EXPECT_EQ(sent().find('\0'), std::string::npos);
}

TEST_F(ReplEngineTest, a_program_is_fed_any_bytes_once_it_runs) {
    enter();
    exec("#");
    EXPECT_FALSE(engine_.is_printing());
    say(header);
    sent();
    say("\x04");
    ASSERT_TRUE(engine_.is_printing());
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    engine_.feed(all, now_);
    EXPECT_EQ(engine_.take_writes(), all);
    say("\x06");
    EXPECT_EQ(printed(), "\x06");
    say("\x04\x04>");
    EXPECT_FALSE(engine_.is_printing());
    EXPECT_EQ(engine_.state(), State::ready);
}

TEST_F(ReplEngineTest, the_prompt_is_known_with_two_carriage_returns_in_pieces_and_with_frames_in_between) {
    for (const std::string_view said : {"raw REPL; CTRL-B to exit\r\r\n>", "raw REPL; CTRL-B to exit\n>",
                                        "\x1b]0;title\x1b\\raw REPL; CTRL\x1e[\"up\",1,{}]\n-B to exit\r\n>"}) {
        ReplEngine engine;
        engine.enter(0);
        for (const char byte : said) {
            EXPECT_EQ(engine.state(), State::entering);
            engine.receive({reinterpret_cast<const std::uint8_t*>(&byte), 1}, from_ms(120));
        }
        EXPECT_EQ(engine.state(), State::ready) << said;
    }
}

TEST_F(ReplEngineTest, a_board_that_prints_without_end_is_not_waited_for) {
    engine_.enter(now_);
    for (int i = 0; i < 55 && engine_.state() == State::entering; ++i) {
        say("more\r\n");
        wait(10);
    }
    EXPECT_TRUE(sent().ends_with("\r\x01"));
}

TEST_F(ReplEngineTest, a_board_that_starts_when_its_port_opens_is_asked_again) {
    engine_.enter(now_);
    wait(500);
    say("ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n");
    wait(1000);
    say("MicroPython v1.25\r\n>>> \r\n>>> ");
    wait(1000);
    EXPECT_EQ(engine_.state(), State::entering);
    say(banner);
    say(banner); // an earlier attempt's
    EXPECT_EQ(engine_.state(), State::entering);
    wait(600);
    EXPECT_EQ(engine_.state(), State::ready);
}

TEST_F(ReplEngineTest, raw_paste_sends_one_window_for_each_permission) {
    enter();
    exec(std::string(300, '#'));
    EXPECT_EQ(sent(), "\x05"
                      "A\x01");
    say(header.substr(0, 3));
    EXPECT_EQ(sent(), "");
    say(header.substr(3));
    EXPECT_EQ(sent(), std::string(256, '#'));
    say("\x01");
    EXPECT_EQ(sent(), std::string(44, '#') + "\x04");
    say("\x01\x04");
    say("1\r\n");
    say("\x04\x04>");
    EXPECT_EQ(engine_.state(), State::ready);
    EXPECT_EQ(printed(), "1\r\n");
    EXPECT_EQ(engine_.traceback(), "");
}

TEST_F(ReplEngineTest, an_exception_is_told_apart_from_the_output) {
    enter();
    exec("1/0");
    say(header);
    say("\x04out\x04Traceback\r\nZeroDivisionError: \r\n\x04>");
    EXPECT_EQ(printed(), "out");
    EXPECT_EQ(engine_.traceback(), "Traceback\r\nZeroDivisionError: \r\n");
}

TEST_F(ReplEngineTest, a_compiler_that_gives_up_early_is_answered) {
    enter();
    exec(std::string(1000, '('));
    say(header);
    sent();
    say("\x04");
    EXPECT_EQ(sent(), "\x04");
    say("\x04SyntaxError: \x04>");
    EXPECT_EQ(engine_.state(), State::ready);
    EXPECT_EQ(engine_.traceback(), "SyntaxError: ");
}

TEST_F(ReplEngineTest, a_board_without_raw_paste_gets_pieces_and_is_not_asked_again) {
    enter();
    exec(std::string(300, '#'));
    sent();
    say("raw REPL; CTRL-B to exit\r\n>");
    wait(0);
    EXPECT_EQ(sent(), std::string(256, '#'));
    wait(10);
    EXPECT_EQ(sent(), std::string(44, '#') + "\x04");
    say("OK2\r\n\x04\x04>");
    EXPECT_EQ(printed(), "2\r\n");
    exec("#");
    wait(0);
    EXPECT_EQ(sent(), "#\x04");
    say("OK\x04\x04>");
    EXPECT_EQ(engine_.state(), State::ready);
}

TEST_F(ReplEngineTest, a_board_that_knows_raw_paste_and_has_none_gets_pieces) {
    enter();
    exec("#");
    sent();
    say(std::string_view("R\0", 2));
    wait(0);
    EXPECT_EQ(sent(), "#\x04");
}

TEST_F(ReplEngineTest, a_program_may_print_the_character_that_ends_it) {
    enter();
    exec("#");
    say(header);
    say("\x04"
        "a\x04"
        "b\x04"
        "c\x04\x04>");
    EXPECT_EQ(engine_.state(), State::ready);
    EXPECT_EQ(printed(), "a\x04"
                         "b\x04"
                         "c");
}

TEST_F(ReplEngineTest, a_program_that_exits_resets_the_board_and_ends) {
    enter();
    exec("raise SystemExit");
    say(header);
    say("\x04\x04\x04MPY: soft reboot\r\n");
    EXPECT_EQ(engine_.state(), State::running);
    say("raw REPL; CTRL-B to exit\r\n>");
    EXPECT_EQ(engine_.state(), State::ready);
}

TEST_F(ReplEngineTest, frames_of_the_link_are_no_output) {
    enter();
    exec("#");
    say(header);
    say("\x04one\x1e[\"state\",\"t\",1,2]\ntwo\x04\x04>");
    EXPECT_EQ(printed(), "onetwo");
}

TEST_F(ReplEngineTest, ctrl_c_reaches_the_program_in_every_state_of_sending_it) {
    enter();
    exec(std::string(1000, '#'));
    engine_.interrupt(now_); // while it is not yet known how to send
    say(header);
    EXPECT_EQ(sent(), "\x05"
                      "A\x01\x03");
    say("\x04\x04KeyboardInterrupt: \r\n\x04>");
    EXPECT_EQ(engine_.state(), State::ready);
    exec(std::string(1000, '#'));
    say(header);
    sent();
    engine_.interrupt(now_); // while it waits for a permission
    EXPECT_EQ(engine_.take_writes(), "\x03");
    say("\x04\x04KeyboardInterrupt: \r\n\x04>");
    exec("while True: pass");
    say(header);
    say("\x04");
    sent();
    engine_.interrupt(now_);
    EXPECT_EQ(engine_.take_writes(), "\x03");
    say("\x04KeyboardInterrupt: \r\n\x04>");
    EXPECT_EQ(engine_.traceback(), "KeyboardInterrupt: \r\n");
}

TEST_F(ReplEngineTest, a_silent_program_may_be_silent_for_ever_unless_a_limit_is_given) {
    enter();
    exec("#");
    say(header);
    say("\x04");
    wait(3'600'000);
    EXPECT_EQ(engine_.state(), State::running);
    say("\x04\x04>");
    ASSERT_TRUE(engine_.exec("#", now_, from_ms(5000)));
    say(header);
    say("\x04");
    wait(4000);
    say("still here");
    wait(4999);
    EXPECT_EQ(engine_.state(), State::running);
    wait(1);
    EXPECT_EQ(engine_.state(), State::outside);
    EXPECT_EQ(engine_.problem().code, base::ErrorCode::timeout);
}

TEST_F(ReplEngineTest, what_acts_on_the_prompt_is_not_sent) {
    enter();
    for (const char c : {'\x01', '\x02', '\x03', '\x04', '\x05'}) {
        const auto refused = engine_.exec(std::string("# ") + c, now_);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, base::ErrorCode::invalid_argument);
    }
    EXPECT_EQ(engine_.state(), State::ready);
    EXPECT_TRUE(engine_.exec("# \x06", now_));
}

TEST_F(ReplEngineTest, leaving_always_ends_at_the_friendly_prompt) {
    enter();
    engine_.leave(now_);
    EXPECT_EQ(engine_.take_writes(), "\x02");
    say("\r\nMicroPython v1.25\r\n>>> ");
    EXPECT_EQ(engine_.state(), State::outside);
    enter();
    exec("while True: pass");
    say(header);
    sent();
    engine_.leave(now_);
    wait(400);
    EXPECT_EQ(sent(), "\r\x03\x03\x02");
    EXPECT_EQ(engine_.state(), State::outside) << "a board with another prompt, or none";
}

TEST_F(ReplEngineTest, a_soft_reset_is_done_when_the_board_says_so) {
    enter();
    engine_.soft_reset(now_);
    EXPECT_EQ(engine_.take_writes(), "\x02");
    say("\r\n>>> ");
    EXPECT_EQ(sent(), "\x04");
    say("\r\nMPY: soft reboot\r\n");
    EXPECT_EQ(engine_.state(), State::outside);
    EXPECT_TRUE(engine_.problem().message.empty());
    enter();
    engine_.soft_reset(now_);
    wait(11'000);
    EXPECT_EQ(engine_.state(), State::outside);
    EXPECT_EQ(engine_.problem().code, base::ErrorCode::timeout);
}

TEST_F(ReplEngineTest, a_new_python_is_at_the_raw_prompt_when_the_board_is) {
    enter();
    engine_.renew(now_);
    EXPECT_EQ(engine_.take_writes(), "\x04");
    say("\r\nMPY: soft reboot\r\nboot.py says >>>");
    EXPECT_EQ(engine_.state(), State::leaving);
    say("\r\n"); // the banner begins on a line of its own
    say(banner);
    EXPECT_EQ(engine_.state(), State::ready);
    engine_.renew(now_);
    wait(11'000);
    EXPECT_EQ(engine_.state(), State::outside) << "it may be at another prompt";
    EXPECT_TRUE(engine_.problem().message.empty());
}

struct Why {
    const char* said;
    bool all_the_time;
    base::ErrorCode code;
    const char* word;
};

class WhyNot : public testing::TestWithParam<Why> {};

TEST_P(WhyNot, the_reason_is_named) {
    ReplEngine engine;
    base::Micros now = 0;
    engine.enter(now);
    const std::string_view said = GetParam().said;
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(said.data()), said.size());
    engine.receive(bytes, now);
    while (engine.state() == State::entering) {
        now += from_ms(20);
        if (GetParam().all_the_time) engine.receive(bytes, now);
        engine.tick(now);
    }
    EXPECT_EQ(engine.state(), State::outside);
    EXPECT_LE(now, from_ms(6500));
    EXPECT_EQ(engine.problem().code, GetParam().code) << engine.problem().message.view();
    EXPECT_NE(engine.problem().message.view().find(GetParam().word), std::string_view::npos)
        << engine.problem().message.view();
    EXPECT_FALSE(engine.problem().hint.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Boards, WhyNot,
    testing::Values(Why{"", false, base::ErrorCode::timeout, "not one byte"},
                    Why{"\xe2\x80\xf0\xf8\x80\x9e\xff\x86\xe0\xf8\xfe\x01", true, base::ErrorCode::malformed, "noise"},
                    Why{"rst:0x10 (RTCWDT_RTC_RESET),boot:0x13\r\n", true, base::ErrorCode::timeout, "rst:0x10"},
                    Why{"rst:0x1\r\nwaiting for download\r\n", false, base::ErrorCode::timeout, "firmware"},
                    Why{"temperature 21.5\r\n", true, base::ErrorCode::busy, "temperature 21.5"},
                    Why{"\x1e[\"up\",1,{}]\n", true, base::ErrorCode::busy, "ignores Ctrl-C"},
                    Why{"f\xc3\xbcnf \xe2\x82\xac\r\n", true, base::ErrorCode::busy, "ignores Ctrl-C"},
                    Why{"\r\nraspberry login: ", false, base::ErrorCode::unsupported, "raspberry login:"}));

} // namespace
} // namespace hub::workbench
