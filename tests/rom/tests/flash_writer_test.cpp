// SPDX-License-Identifier: Apache-2.0
// The writer against chips that take nothing that a real one would not, over good lines, bad ones and none.
#include "hub/workbench/flash/flash_writer.hpp"
#include "tests/rom/tests/chip_and_loader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace tests::rom;
using namespace hub::workbench::flash;
using protocol::esp::Chip;

FlashPart part_for(Chip chip, std::uint32_t size, std::uint32_t seed = 1) {
    return {protocol::esp::facts_of(chip).bootloader_offset, firmware_for(chip, size, seed)};
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
    const auto before = bench.line.now();
    const auto again = FlashWriter(bench.loader, {}).write(part);
    ASSERT_TRUE(again);
    const auto hashing = static_cast<base::Micros>(600'000 / 1024) * bench.chip.options().times.hash_kib;
    EXPECT_LT(bench.line.now() - before, 2 * hashing) << "the chip hashes it once";
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
