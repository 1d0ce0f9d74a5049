// SPDX-License-Identifier: Apache-2.0
// The loader and the writer against chips that take nothing that a real one would not.
#include "hub/workbench/flash/flash_writer.hpp"
#include "tests/rom/tests/images.hpp"
#include "tests/rom/tests/virtual_line.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace tests::rom;
using namespace hub::workbench::flash;
using protocol::esp::Chip;

constexpr Chip all_chips[] = {Chip::esp8266, Chip::esp32,   Chip::esp32s2, Chip::esp32s3,
                              Chip::esp32c3, Chip::esp32c2, Chip::esp32c6, Chip::esp32h2};

/// A chip, a line to it, and a loader.
struct Bench {
    explicit Bench(Chip kind, std::uint32_t seed = 1, double noise = 0) : Bench(with(kind), seed, noise) {}
    explicit Bench(const FakeChipOptions& options, std::uint32_t seed = 1, double noise = 0)
        : chip(options),
          line(chip, seed, noise),
          loader(line) {}

    static FakeChipOptions with(Chip kind) {
        FakeChipOptions options;
        options.chip = kind;
        return options;
    }

    base::Result<> prepare(bool stub, unsigned baud = 115200) {
        auto done = loader.connect({});
        if (done && stub) done = loader.upload_stub(*find_stub(loader.chip().chip));
        if (done && baud != loader.baud()) done = loader.change_baud(baud);
        if (done) done = loader.attach_flash();
        if (done) done = loader.set_flash_size(chip.flash().size());
        return done;
    }

    bool holds(const FlashPart& part) { return chip.flash().reads(part.address, part.bytes); }

    FakeChip chip;
    VirtualLine line;
    Loader loader;
};

FlashPart part_for(Chip chip, std::uint32_t size, std::uint32_t seed = 1) {
    return {protocol::esp::facts_of(chip).bootloader_offset, firmware_for(chip, size, seed)};
}

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

TEST(FlashWriter, writes_every_chip_by_its_rom_and_by_the_stub) {
    for (const Chip kind : all_chips) {
        for (const bool stub : {false, true}) {
            Bench bench(kind);
            const auto ready = bench.prepare(stub);
            ASSERT_TRUE(ready) << ready.error().message.c_str();
            EXPECT_EQ(bench.loader.is_stub(), stub);
            const FlashPart part = part_for(kind, 150'000);
            const auto report = FlashWriter(bench.loader, {}).write(part);
            ASSERT_TRUE(report) << bench.loader.chip().name << (stub ? " stub: " : " ROM: ")
                                << report.error().message.c_str();
            EXPECT_TRUE(bench.holds(part));
            EXPECT_EQ(report->proof, kind == Chip::esp8266 && !stub ? Proof::by_blocks : Proof::by_md5);
            EXPECT_EQ(report->restarts, 0U);
            ASSERT_TRUE(bench.loader.run_program());
            EXPECT_EQ(bench.line.read(bench.line.now() + base::from_ms(1000)).has_value(), true);
            EXPECT_EQ(bench.chip.state(), FakeChip::State::program);
            EXPECT_TRUE(bench.chip.violations().empty()) << bench.chip.violations().front();
        }
    }
}

TEST(FlashWriter, replaces_other_content_without_touching_what_follows) {
    for (const bool stub : {false, true}) {
        Bench bench(Chip::esp8266);
        std::fill(bench.chip.flash().bytes().begin(), bench.chip.flash().bytes().end(), 0x5A);
        ASSERT_TRUE(bench.prepare(stub));
        const FlashPart part = part_for(Chip::esp8266, 150'000);
        ASSERT_TRUE(FlashWriter(bench.loader, {}).write(part));
        EXPECT_TRUE(bench.holds(part));
        const std::uint32_t end = (150'000 + sector_size - 1) / sector_size * sector_size;
        EXPECT_EQ(bench.chip.flash().bytes()[end], 0x5A) << (stub ? "stub" : "ROM, whose erase bug must be undone");
    }
}

TEST(FlashWriter, finds_an_unchanged_image_and_writes_only_changed_sectors) {
    Bench bench(Chip::esp32);
    ASSERT_TRUE(bench.prepare(true, 921600));
    FlashPart part = part_for(Chip::esp32, 600'000);
    ASSERT_TRUE(FlashWriter(bench.loader, {}).write(part));
    const auto programmed = bench.chip.flash().programmed();
    const auto again = FlashWriter(bench.loader, {}).write(part);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->written, 0U);
    EXPECT_EQ(bench.chip.flash().programmed(), programmed);
    EXPECT_EQ(again->proof, Proof::by_md5);
    part.bytes[100'000] ^= 1;
    part.bytes[400'000] ^= 1;
    const auto changed = FlashWriter(bench.loader, {}).write(part);
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->written, 2 * sector_size);
    EXPECT_TRUE(bench.holds(part));
}

TEST(FlashWriter, sends_a_damaged_block_again_under_its_number) {
    for (const bool stub : {false, true}) {
        Bench bench(Chip::esp32);
        ASSERT_TRUE(bench.prepare(stub));
        bench.chip.loader().refuse_next_block();
        const auto report = FlashWriter(bench.loader, {}).write(part_for(Chip::esp32, 100'000));
        ASSERT_TRUE(report);
        EXPECT_EQ(report->resent, 1U);
        EXPECT_EQ(report->restarts, 0U);
    }
}

TEST(FlashWriter, starts_again_when_an_answer_got_lost) {
    for (const Chip kind : {Chip::esp8266, Chip::esp32}) {
        for (const bool stub : {false, true}) {
            Bench bench(kind);
            ASSERT_TRUE(bench.prepare(stub));
            bench.chip.loader().lose_next_answer();
            const FlashPart part = part_for(kind, 100'000);
            const auto report = FlashWriter(bench.loader, {}).write(part);
            ASSERT_TRUE(report) << report.error().message.c_str();
            EXPECT_EQ(report->restarts, 1U);
            EXPECT_TRUE(bench.holds(part));
        }
    }
}

TEST(FlashWriter, refuses_an_address_inside_a_sector) {
    Bench bench(Chip::esp32);
    ASSERT_TRUE(bench.prepare(true));
    const auto report = FlashWriter(bench.loader, {}).write({0x1004, Bytes(100, 1)});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, base::ErrorCode::invalid_argument);
}

TEST(FlashWriter, a_thousand_bad_lines_end_proven_or_refused_and_never_wrong) {
    unsigned proven = 0;
    std::uint64_t hits = 0;
    for (std::uint32_t seed = 1; seed <= 1000; ++seed) {
        const Chip kind = all_chips[seed % std::size(all_chips)];
        const bool stub = seed % 3 != 0 || kind == Chip::esp8266; // its ROM can't prove anything
        Bench bench(kind, seed, 1e-4);
        base::Result<> ready;
        for (int i = 0; i < 3; ++i) {
            ready = bench.prepare(stub, 460800);
            if (ready) break;
        }
        if (!ready) continue;
        const FlashPart part{protocol::esp::facts_of(kind).bootloader_offset, program_image(kind, 40'000, seed)};
        const auto report = FlashWriter(bench.loader, {}).write(part);
        hits += bench.line.hits();
        if (!report) continue;
        ASSERT_EQ(report->proof, Proof::by_md5);
        ASSERT_TRUE(bench.holds(part)) << "seed " << seed;
        ++proven;
    }
    EXPECT_GT(hits, 1000U);
    EXPECT_GE(proven, 990U) << "most bad lines are still good enough";
}

/// A chip with a small flash, of which there will be hundreds.
FakeChipOptions small(Chip kind) {
    auto options = Bench::with(kind);
    options.flash_size = 1U << 20U;
    return options;
}

/// What it takes to send each block of `part`: bytes on the line, before its first and behind its last one.
std::vector<std::pair<std::uint64_t, std::uint64_t>> blocks_of(Chip kind, bool stub, const FlashPart& part) {
    Bench bench(small(kind));
    EXPECT_TRUE(bench.prepare(stub));
    std::vector<std::pair<std::uint64_t, std::uint64_t>> blocks;
    const auto start = bench.line.sent();
    std::uint64_t before = 0;
    std::uint32_t taken = bench.chip.loader().blocks();
    WriteOptions options;
    options.on_progress = [&](const Progress&) {
        const auto now = bench.line.sent() - start;
        if (std::exchange(taken, bench.chip.loader().blocks()) != bench.chip.loader().blocks()) {
            blocks.emplace_back(before, now);
        }
        before = now;
    };
    EXPECT_TRUE(FlashWriter(bench.loader, options).write(part));
    EXPECT_EQ(blocks.size(), bench.chip.loader().blocks());
    return blocks;
}

/// The plug is pulled after so many bytes of a write; then the board gets power again, and somebody flashes it again.
void unplug_and_finish(Chip kind, bool stub, const FlashPart& part, std::uint64_t cut) {
    Bench bench(small(kind));
    ASSERT_TRUE(bench.prepare(stub));
    bench.line.unplug_after = cut;
    const auto first = FlashWriter(bench.loader, {}).write(part);
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().code, base::ErrorCode::disconnected);
    EXPECT_FALSE(bench.holds(part));
    bench.chip.power_on(bench.line.now());
    VirtualLine line(bench.chip);
    Loader loader(line);
    ASSERT_TRUE(loader.connect({}));
    if (stub) {
        ASSERT_TRUE(loader.upload_stub(*find_stub(kind)));
    }
    ASSERT_TRUE(loader.attach_flash());
    ASSERT_TRUE(loader.set_flash_size(bench.chip.flash().size()));
    const auto second = FlashWriter(loader, {}).write(part);
    ASSERT_TRUE(second) << second.error().message.c_str();
    EXPECT_EQ(second->proof, kind == Chip::esp8266 && !stub ? Proof::by_blocks : Proof::by_md5);
    EXPECT_TRUE(bench.holds(part));
}

TEST(FlashWriter, unplugged_at_every_block_the_next_run_finishes) {
    for (const Chip kind : all_chips) {
        for (const bool stub : {false, true}) {
            const std::uint32_t size = stub ? 70'000 : 16'000; // a ROM takes small blocks
            const FlashPart part{protocol::esp::facts_of(kind).bootloader_offset, program_image(kind, size)};
            const auto blocks = blocks_of(kind, stub, part);
            EXPECT_GE(blocks.size(), stub ? 3U : 10U) << "enough blocks to be cut at";
            for (const auto& [begin, end] : blocks) {
                SCOPED_TRACE(std::string(protocol::esp::facts_of(kind).name) + (stub ? " stub" : " ROM") + ", cut at " +
                             std::to_string(begin));
                // In the first byte of it, and in the middle.
                for (const std::uint64_t cut : {begin, (begin + end) / 2}) unplug_and_finish(kind, stub, part, cut);
            }
        }
    }
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

TEST(FlashWriter, works_in_secure_download_mode_and_claims_nothing) {
    auto options = Bench::with(Chip::esp32c3);
    options.secure_download = true;
    Bench bench(options);
    ASSERT_TRUE(bench.prepare(false));
    const FlashPart part = part_for(Chip::esp32c3, 100'000);
    const auto report = FlashWriter(bench.loader, {}).write(part);
    ASSERT_TRUE(report) << report.error().message.c_str();
    EXPECT_EQ(report->proof, Proof::none);
    EXPECT_TRUE(bench.holds(part));
}

} // namespace
