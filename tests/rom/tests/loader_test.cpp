// SPDX-License-Identifier: Apache-2.0
// The loader against chips that take nothing that a real one would not.
#include "hub/workbench/flash/flash_writer.hpp"
#include "tests/rom/tests/chip_and_loader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace {

using namespace tests::rom;
using namespace hub::workbench::flash;
using protocol::esp::Chip;

TEST(Loader, finds_every_chip_by_resetting_it) {
    for (const Chip kind : all_chips) {
        Bench bench(kind);
        const auto connected = bench.loader.connect({});
        ASSERT_TRUE(connected) << connected.error().message.c_str();
        EXPECT_EQ(bench.loader.chip().chip, kind);
        EXPECT_FALSE(bench.loader.is_stub());
        const auto mac = bench.loader.mac();
        ASSERT_TRUE(mac);
        EXPECT_EQ((*mac)[5], kind == Chip::esp8266 ? 0xAB : 0x56);
        ASSERT_TRUE(bench.loader.attach_flash());
        const auto id = bench.loader.flash_id();
        ASSERT_TRUE(id) << id.error().message.c_str();
        EXPECT_EQ(id->size(), 4U << 20U);
        EXPECT_TRUE(bench.chip.violations().empty());
    }
}

TEST(Loader, needs_a_later_attempt_when_a_capacitor_holds_reset) {
    auto options = Bench::with(Chip::esp32);
    options.reset_rise = base::from_ms(300);
    Bench bench(options);
    ASSERT_TRUE(bench.loader.connect({}));
    EXPECT_GE(bench.chip.resets(), 3U);
}

TEST(Loader, says_that_a_program_started_instead) {
    for (const Chip kind : {Chip::esp32, Chip::esp32c3}) {
        auto options = Bench::with(kind);
        options.reset_rise = base::from_ms(2000); // boot is let go long before
        Bench bench(options);
        const auto connected = bench.loader.connect({.attempts = 2});
        ASSERT_FALSE(connected);
        EXPECT_EQ(connected.error().code, base::ErrorCode::timeout);
    }
    auto options = Bench::with(Chip::esp32);
    options.reset_rise = base::from_ms(80); // after a short wait, before a long one
    Bench bench(options);
    const auto connected = bench.loader.connect({.attempts = 1});
    ASSERT_FALSE(connected);
    EXPECT_NE(connected.error().message.view().find("boot:0x13"), std::string_view::npos)
        << connected.error().message.c_str();
}

TEST(Loader, understands_an_esp8266_that_booted_wrongly_at_its_own_rate) {
    auto options = Bench::with(Chip::esp8266);
    options.reset_rise = base::from_ms(80);
    Bench bench(options);
    const auto connected = bench.loader.connect({.attempts = 1});
    ASSERT_FALSE(connected);
    EXPECT_NE(connected.error().message.view().find("boot mode:(3"), std::string_view::npos)
        << connected.error().message.c_str();
}

TEST(Loader, names_the_strap_that_keeps_an_esp8266_from_its_bootloader) {
    const std::pair<unsigned, std::string_view> modes[] = {{7, "GPIO15 is high"}, {2, "GPIO2 is low"}};
    for (const auto& [mode, said] : modes) {
        auto options = Bench::with(Chip::esp8266);
        options.stuck_boot_mode = mode;
        Bench bench(options);
        const auto connected = bench.loader.connect({.attempts = 1});
        ASSERT_FALSE(connected);
        const std::string_view message = connected.error().message.view();
        EXPECT_NE(message.find(said), std::string_view::npos) << message;
        EXPECT_NE(message.find("rst cause:2, boot mode:("), std::string_view::npos) << message;
    }
}

TEST(Loader, says_that_nothing_comes) {
    auto options = Bench::with(Chip::esp32);
    options.lines_connected = false;
    options.baud_max = 1; // it hears nothing
    Bench bench(options);
    (void)bench.line.read(base::from_ms(1000)); // what it said when it got power
    (void)bench.line.read(base::from_ms(1000));
    const auto connected = bench.loader.connect({.attempts = 1});
    ASSERT_FALSE(connected);
    EXPECT_EQ(connected.error().message.view(), "nothing at all comes from the board");
}

TEST(Loader, refuses_another_chip_than_asked_for) {
    Bench bench(Chip::esp32c3);
    const auto connected = bench.loader.connect({.chip = Chip::esp8266});
    ASSERT_FALSE(connected);
    EXPECT_EQ(connected.error().code, base::ErrorCode::refused);
    EXPECT_EQ(connected.error().message.view(), "this is an ESP32-C3, not an ESP8266");
}

TEST(Loader, meets_a_stub_that_still_runs) {
    Bench bench(Chip::esp8266);
    ASSERT_TRUE(bench.prepare(true));
    Loader second(bench.line);
    const auto connected = second.connect({.reset = false});
    ASSERT_TRUE(connected) << connected.error().message.c_str();
    EXPECT_TRUE(second.is_stub());
    EXPECT_EQ(second.chip().chip, Chip::esp8266);
}

TEST(Loader, works_where_there_are_no_lines) {
    auto options = Bench::with(Chip::esp32s3);
    options.download_at_start = true;
    Bench bench(options);
    bench.line.has_lines = false;
    EXPECT_TRUE(bench.loader.connect({}));
}

TEST(Loader, tells_a_person_what_to_press_where_there_are_no_lines) {
    Bench bench(Chip::esp32c3);
    bench.line.has_lines = false;
    std::string told;
    const auto connected = bench.loader.connect({.say = [&](const std::string& text) {
        told += text;
        bench.chip.set_lines({false, true}, bench.line.now()); // RESET, with BOOT held
        bench.chip.set_lines({true, false}, bench.line.now());
    }});
    EXPECT_TRUE(connected) << connected.error().message.c_str();
    EXPECT_NE(told.find("hold BOOT"), std::string::npos);
}

TEST(Loader, gives_up_on_hands_that_do_not_come) {
    auto options = Bench::with(Chip::esp32c3);
    options.baud_max = 1;
    Bench bench(options);
    (void)bench.line.read(base::from_ms(1000));
    (void)bench.line.read(base::from_ms(1000));
    bench.line.has_lines = false;
    const auto connected = bench.loader.connect({.attempts = 7});
    ASSERT_FALSE(connected);
    EXPECT_NE(connected.error().message.view().find("no lines that reset it"), std::string_view::npos);
    EXPECT_GE(bench.line.now(), base::from_ms(25'000)) << "a person needs time";
    EXPECT_LE(bench.line.now(), base::from_ms(40'000));
}

TEST(Loader, reads_every_chips_revision) {
    for (const Chip kind : all_chips) {
        for (const unsigned revision : {0U, 3U, 101U, 302U}) {
            auto options = Bench::with(kind);
            options.revision = revision;
            Bench bench(options);
            ASSERT_TRUE(bench.loader.connect({}));
            const auto read = bench.loader.revision();
            ASSERT_TRUE(read);
            const auto expected = kind == Chip::esp8266 ? std::nullopt : std::optional<std::uint16_t>(revision);
            EXPECT_EQ(*read, expected) << bench.loader.chip().name;
        }
    }
}

TEST(Loader, names_chips_that_can_not_be_flashed_yet) {
    auto by_id = Bench::with(Chip::esp32c3);
    by_id.other_id = 23;
    auto by_magic = Bench::with(Chip::esp32);
    by_magic.other_magic = 0x2421606F;
    const std::pair<FakeChipOptions, std::string_view> cases[] = {{by_id, "ESP32-C5"}, {by_magic, "ESP32-C61"}};
    for (const auto& [options, name] : cases) {
        Bench bench(options);
        const auto connected = bench.loader.connect({});
        ASSERT_FALSE(connected);
        EXPECT_EQ(connected.error().code, base::ErrorCode::unsupported);
        EXPECT_NE(connected.error().message.view().find(name), std::string_view::npos);
        EXPECT_NE(connected.error().message.view().find("can't be flashed from here yet"), std::string_view::npos);
    }
}

TEST(Loader, finds_the_rate_of_an_esp32c2_with_the_smaller_crystal) {
    for (const unsigned crystal : {26U, 40U}) {
        for (const bool stub : {false, true}) {
            auto options = Bench::with(Chip::esp32c2);
            options.crystal_mhz = crystal;
            Bench bench(options);
            const auto ready = bench.prepare(stub, 460800);
            EXPECT_TRUE(ready) << crystal << " MHz: " << ready.error().message.c_str();
        }
    }
}

TEST(Loader, leaves_the_rate_alone_where_nobody_can_change_it) {
    Bench bench(Chip::esp32);
    bench.line.has_rate = false;
    ASSERT_TRUE(bench.prepare(true));
    EXPECT_TRUE(bench.loader.has_fixed_rate());
    const auto changed = bench.loader.change_baud(460800);
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code, base::ErrorCode::unsupported);
    EXPECT_TRUE(bench.loader.mac()) << "it still answers at the one rate";
}

TEST(Loader, falls_back_from_a_rate_that_the_cable_does_not_carry) {
    auto options = Bench::with(Chip::esp32);
    options.baud_max = 500'000;
    Bench bench(options);
    ASSERT_TRUE(bench.prepare(true));
    const auto changed = bench.loader.change_baud(921600);
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code, base::ErrorCode::timeout);
    ASSERT_TRUE(bench.prepare(true, 460800)) << "a reset brings it back";
}

TEST(Loader, reads_back_what_is_in_the_flash) {
    for (const Chip kind : {Chip::esp8266, Chip::esp32, Chip::esp32c3}) {
        for (const bool stub : {false, true}) {
            Bench bench(kind);
            const Bytes content = program_body(70'000, 7);
            std::copy(content.begin(), content.end(), bench.chip.flash().bytes().begin());
            ASSERT_TRUE(bench.prepare(stub));
            const auto read = read_flash(bench.loader, 0, 70'000, {});
            if (kind == Chip::esp8266 && !stub) {
                ASSERT_FALSE(read);
                EXPECT_EQ(read.error().code, base::ErrorCode::unsupported);
                continue;
            }
            ASSERT_TRUE(read) << read.error().message.c_str();
            EXPECT_EQ(*read, content);
        }
    }
}

TEST(Loader, reads_through_noise_or_refuses) {
    unsigned good = 0;
    for (std::uint32_t seed = 1; seed <= 30; ++seed) {
        Bench bench(Chip::esp32, seed, 2e-5);
        const Bytes content = program_body(100'000, seed);
        std::copy(content.begin(), content.end(), bench.chip.flash().bytes().begin());
        if (!bench.prepare(true)) continue;
        const auto read = read_flash(bench.loader, 0, 100'000, {});
        if (!read) continue;
        ASSERT_EQ(*read, content);
        ++good;
    }
    EXPECT_GE(good, 20U);
}

TEST(Loader, erases_all_of_the_flash_or_a_part_of_it) {
    for (const Chip kind : {Chip::esp8266, Chip::esp32, Chip::esp32s3}) {
        for (const bool stub : {false, true}) {
            Bench bench(kind);
            auto& bytes = bench.chip.flash().bytes();
            std::fill(bytes.begin(), bytes.end(), 0);
            ASSERT_TRUE(bench.prepare(stub));
            const auto part = bench.loader.erase(0x9000, 0x6000, bench.chip.flash().size());
            ASSERT_TRUE(part) << part.error().message.c_str();
            EXPECT_EQ(std::count(bytes.begin(), bytes.end(), 0xFF), 0x6000);
            EXPECT_EQ(bytes[0x9000], 0xFF);
            const auto whole = bench.loader.erase(0, 0, bench.chip.flash().size());
            ASSERT_TRUE(whole) << whole.error().message.c_str();
            EXPECT_EQ(std::count(bytes.begin(), bytes.end(), 0), 0);
            EXPECT_TRUE(bench.chip.violations().empty());
        }
    }
}

} // namespace
