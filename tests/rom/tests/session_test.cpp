// SPDX-License-Identifier: Apache-2.0
// Whole flashings: what is refused before anything is erased, and what runs at the end.
#include "hub/workbench/flash/flash_session.hpp"
#include "tests/rom/tests/images.hpp"
#include "tests/rom/tests/virtual_line.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace tests::rom;
using namespace hub::workbench::flash;
using protocol::esp::Chip;
using protocol::esp::facts_of;

constexpr std::uint32_t flash_size = 4U << 20U;

FakeChipOptions with(Chip kind) {
    FakeChipOptions options;
    options.chip = kind;
    return options;
}

/// A chip whose flash is full of something, and a session with it.
struct Bench {
    explicit Bench(const FakeChipOptions& options, SessionOptions session_options = {})
        : chip(options),
          line(chip),
          session(line, std::move(session_options), [this](const std::string& text) { steps += text + "\n"; }) {
        std::fill(chip.flash().bytes().begin(), chip.flash().bytes().end(), 0x5A);
    }

    FakeChip chip;
    VirtualLine line;
    std::string steps;
    FlashSession session;
};

std::string complaint_of(Chip kind, const Bytes& file, std::uint32_t size = flash_size) {
    const auto found = check_firmware({{facts_of(kind).bootloader_offset, file}}, {&facts_of(kind), size, {}});
    return found.empty() ? "" : found.front().message;
}

Bytes text_bytes(std::string_view text) { return {text.begin(), text.end()}; }

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST(FirmwareCheck, has_nothing_against_good_firmware) {
    EXPECT_EQ(complaint_of(Chip::esp8266, esp8266_firmware(100'000)), "");
    EXPECT_EQ(complaint_of(Chip::esp8266, program_image(Chip::esp8266, 0x4000)), "");
    for (const Chip kind : {Chip::esp32, Chip::esp32s2, Chip::esp32s3, Chip::esp32c3, Chip::esp32c6, Chip::esp32h2}) {
        EXPECT_EQ(complaint_of(kind, esp32_firmware(kind, 200'000)), "") << facts_of(kind).name;
    }
}

TEST(FirmwareCheck, sees_any_flipped_bit_of_a_firmware) {
    const Bytes esp8266 = esp8266_firmware(60'000);
    for (std::size_t at = 4; at < esp8266.size(); at += 997) {
        Bytes bad = esp8266;
        bad[at] ^= 0x10;
        EXPECT_NE(complaint_of(Chip::esp8266, bad), "") << at;
    }
    const Bytes esp32 = esp32_firmware(Chip::esp32c3, 120'000);
    const auto is_padding = [&esp32](std::size_t at) { return at >= 0x5100 && at < 0x10000 && esp32[at] == 0xFF; };
    for (std::size_t at = 24; at < esp32.size(); at += 997) {
        if (is_padding(at)) continue;
        Bytes bad = esp32;
        bad[at] ^= 0x10;
        EXPECT_NE(complaint_of(Chip::esp32c3, bad), "") << at;
    }
}

TEST(FirmwareCheck, sees_a_firmware_that_was_cut_off) {
    for (const Chip kind : {Chip::esp8266, Chip::esp32}) {
        const Bytes whole = firmware_for(kind, 120'000);
        for (const std::size_t size : {whole.size() - 1, whole.size() - 20, whole.size() / 2, std::size_t{1000}}) {
            EXPECT_NE(complaint_of(kind, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), "")
                << facts_of(kind).name << " " << size;
        }
    }
}

TEST(FirmwareCheck, names_the_other_chip_that_a_firmware_is_for) {
    EXPECT_TRUE(contains(complaint_of(Chip::esp32c3, esp32_firmware(Chip::esp32s3, 120'000)),
                         "is for ESP32-S3, but the board has ESP32-C3"));
    EXPECT_TRUE(
        contains(complaint_of(Chip::esp32, esp8266_firmware(60'000)), "is for ESP8266, but the board has ESP32"));
    EXPECT_TRUE(contains(complaint_of(Chip::esp8266, esp32_firmware(Chip::esp32, 120'000)),
                         "is for ESP32, but the board has ESP8266"));
}

TEST(FirmwareCheck, knows_what_is_no_firmware_at_all) {
    EXPECT_TRUE(contains(complaint_of(Chip::esp32, text_bytes("\x7F"
                                                              "ELF\x01\x01")),
                         ".elf"));
    EXPECT_TRUE(contains(complaint_of(Chip::esp8266, text_bytes("\n <!DOCTYPE html><html>")), "web page"));
    EXPECT_TRUE(contains(complaint_of(Chip::esp8266, text_bytes("PK\x03\x04zip")), ".zip"));
    EXPECT_TRUE(contains(complaint_of(Chip::esp32, Bytes(1000, 0)), "begins with 0x0"));
    EXPECT_TRUE(contains(complaint_of(Chip::esp32, {}), "empty"));
}

TEST(FirmwareCheck, sends_a_uf2_to_the_boot_drive) {
    Bytes uf2(512, 0);
    const std::uint32_t words[] = {0x0A324655, 0x9E5D5157, 0x2000, 0x10000000, 256, 0, 1, 0xE48BFF56};
    for (std::size_t i = 0; i < std::size(words); ++i) protocol::esp::put_u32(uf2, 4 * i, words[i]);
    protocol::esp::put_u32(uf2, 508, 0x0AB16F30);
    EXPECT_TRUE(contains(complaint_of(Chip::esp32, uf2), "RP2040"));
}

TEST(FirmwareCheck, refuses_what_does_not_fit) {
    EXPECT_TRUE(contains(complaint_of(Chip::esp8266, esp8266_firmware(600'000), 512U << 10U), "would end at"));
    EXPECT_EQ(complaint_of(Chip::esp8266, esp8266_firmware(600'000), 1U << 20U), "");
    EXPECT_TRUE(contains(complaint_of(Chip::esp32, esp32_firmware(Chip::esp32, 200'000), 1U << 20U), "the partition"));
    const Bytes data(0x1800, 1);
    const auto found = check_firmware({{0x20000, data}, {0x21000, data}}, {&facts_of(Chip::esp32), flash_size, {}});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(contains(found[0].message, "share a sector"));
    EXPECT_TRUE(check_firmware({{0x20000, data}, {0x22000, data}}, {&facts_of(Chip::esp32), flash_size, {}}).empty());
}

TEST(FirmwareCheck, leaves_protected_chips_alone) {
    protocol::esp::SecurityInfo info;
    info.flags = 1;
    const Target secure{&facts_of(Chip::esp32c3), flash_size, info};
    const auto found = check_firmware({{0, esp32_firmware(Chip::esp32c3, 120'000)}}, secure);
    ASSERT_FALSE(found.empty());
    EXPECT_TRUE(contains(found[0].message, "secure boot"));
    EXPECT_FALSE(found[0].can_insist);
    info = {};
    info.flash_crypt_count = 1;
    const Target encrypted{&facts_of(Chip::esp32c3), flash_size, info};
    EXPECT_TRUE(contains(check_firmware({{0x20000, Bytes(16, 1)}}, encrypted).at(0).message, "encryption"));
}

TEST(PatchHeader, sets_what_is_asked_and_makes_the_hash_anew) {
    const auto& chip = facts_of(Chip::esp32c3);
    FlashPart part{0, esp32_firmware(Chip::esp32c3, 120'000)};
    ASSERT_TRUE(patch_header(part, chip, {.mode = protocol::esp::FlashMode::qio, .size = 8U << 20U, .clock_mhz = 80}));
    EXPECT_EQ(part.bytes[2], 0);
    EXPECT_EQ(part.bytes[3], 0x3F);
    EXPECT_TRUE(check_firmware({part}, {&chip, 8U << 20U, {}}).empty());
    FlashPart elsewhere{0x20000, part.bytes};
    const Bytes before = elsewhere.bytes;
    ASSERT_TRUE(patch_header(elsewhere, chip, {.mode = protocol::esp::FlashMode::dout}));
    EXPECT_EQ(elsewhere.bytes, before) << "only a bootloader says what the flash is like";
}

TEST(PatchHeader, keeps_the_md5_of_an_esp8266_right) {
    FlashPart part{0, esp8266_firmware(60'000)};
    ASSERT_TRUE(
        patch_header(part, facts_of(Chip::esp8266), {.mode = protocol::esp::FlashMode::qio, .size = 1U << 20U}));
    EXPECT_EQ(part.bytes[3] >> 4U, 2);
    EXPECT_EQ(complaint_of(Chip::esp8266, part.bytes), "");
}

TEST(Banner, is_read_with_its_version) {
    const Banner micropython =
        parse_banner("ets\r\nMicroPython v1.25.0 on 2025-04-15; ESP module with ESP8266\r\nType \"help()\"");
    EXPECT_EQ(micropython.name, "MicroPython");
    EXPECT_EQ(micropython.version, "1.25.0");
    const Banner circuitpython =
        parse_banner("\r\nAdafruit CircuitPython 3.1.1 on 2018-11-02; Feather HUZZAH with ESP8266\r\n>>> ");
    EXPECT_EQ(circuitpython.name, "CircuitPython");
    EXPECT_EQ(circuitpython.version, "3.1.1");
    EXPECT_EQ(parse_banner("MicroPython v1.25.0 on 20").line, "") << "it is still coming";
    EXPECT_EQ(parse_banner("ets_main.c 181").line, "");
}

// ACCEPTANCE 1.4 and 1.13: one command for either, and what now runs is said.
TEST(FlashSession, row_1_13_ends_with_the_banner_of_what_runs) {
    for (const char* banner : {"MicroPython v1.25.0 on 2025-04-15; Module with ESP8266\r\n>>> ",
                               "Adafruit CircuitPython 3.1.1 on 2018-11-02; Feather HUZZAH with ESP8266\r\n>>> "}) {
        auto options = with(Chip::esp8266);
        options.banner = banner;
        Bench bench(options);
        ASSERT_TRUE(bench.session.open());
        const auto done = bench.session.flash({{0, esp8266_firmware(100'000)}}, {.size_from_flash = true});
        ASSERT_TRUE(done) << done.error().message.c_str();
        const auto runs = bench.session.run_program(base::from_ms(4000));
        ASSERT_TRUE(runs);
        EXPECT_TRUE(contains(banner, runs->version)) << runs->line;
        EXPECT_FALSE(runs->version.empty());
        EXPECT_EQ(bench.chip.flash().bytes()[3] >> 4U, 4) << "4 MB, as the flash says";
    }
}

TEST(FlashSession, row_1_12_a_raw_module_starts_with_dio_alone) {
    auto options = with(Chip::esp8266);
    options.dio_only = true;
    Bytes file = esp8266_firmware(100'000);
    file[2] = 0; // qio, as it comes
    Bench bench(options);
    ASSERT_TRUE(bench.session.open());
    ASSERT_TRUE(bench.session.flash({{0, file}}, {}));
    const auto first = bench.session.run_program(base::from_ms(4000));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->line, "");
    EXPECT_FALSE(first->heard.empty());
    FlashSession second(bench.line, {}, [](const std::string&) {});
    ASSERT_TRUE(second.open());
    const auto done = second.flash({{0, file}}, {.settings = {.mode = protocol::esp::FlashMode::dio}});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->front().written, hub::workbench::flash::sector_size) << "only the header differs";
    const auto runs = second.run_program(base::from_ms(4000));
    ASSERT_TRUE(runs);
    EXPECT_EQ(runs->name, "MicroPython");
}

TEST(FlashSession, refuses_before_anything_is_erased) {
    const auto refuses = [](const FakeChipOptions& options, const Bytes& file) {
        Bench bench(options);
        const Bytes before = bench.chip.flash().bytes();
        const auto opened = bench.session.open();
        EXPECT_TRUE(opened) << opened.error().message.c_str();
        const auto done = bench.session.flash({{facts_of(options.chip).bootloader_offset, file}}, {.erase_all = true});
        EXPECT_TRUE(bench.chip.flash().bytes() == before);
        EXPECT_FALSE(!done && done.error().hint.empty()) << "what to do is said too";
        return !done && done.error().code == base::ErrorCode::refused;
    };
    Bytes damaged = esp8266_firmware(100'000);
    damaged[50'000] ^= 1;
    EXPECT_TRUE(refuses(with(Chip::esp8266), damaged));
    EXPECT_TRUE(refuses(with(Chip::esp32c3), esp32_firmware(Chip::esp32, 120'000)));
    EXPECT_TRUE(refuses(with(Chip::esp32), text_bytes("<html>404</html>")));
    auto secure = with(Chip::esp32s3);
    secure.secure_boot = true;
    EXPECT_TRUE(refuses(secure, esp32_firmware(Chip::esp32s3, 120'000)));
    auto encrypted = with(Chip::esp32c3);
    encrypted.flash_encryption = true;
    EXPECT_TRUE(refuses(encrypted, esp32_firmware(Chip::esp32c3, 120'000)));
}

TEST(FlashSession, refuses_what_is_for_other_revisions_of_each_chip) {
    constexpr Chip with_revision[] = {Chip::esp32,   Chip::esp32s2, Chip::esp32s3, Chip::esp32c3,
                                      Chip::esp32c2, Chip::esp32c6, Chip::esp32h2};
    for (const Chip kind : with_revision) {
        auto options = with(kind);
        options.revision = 102;
        Bench bench(options);
        ASSERT_TRUE(bench.session.open());
        EXPECT_TRUE(contains(bench.steps, " v1.2 with")) << bench.steps;
        const auto tried = [&](std::uint16_t least, std::uint16_t most) {
            const Bytes image = with_revisions(program_image(kind, 0x4000), least, most);
            const auto done = bench.session.flash({{facts_of(kind).bootloader_offset, image}}, {});
            return done ? "" : std::string(done.error().message.view());
        };
        const Bytes before = bench.chip.flash().bytes();
        const std::string chip = facts_of(kind).name;
        EXPECT_EQ(tried(103, 0xFFFF),
                  "the firmware needs " + chip + " v1.3 or newer, but the board has " + chip + " v1.2");
        EXPECT_EQ(tried(0, 101), "the firmware is for " + chip + " up to v1.1, but the board has " + chip + " v1.2");
        EXPECT_TRUE(bench.chip.flash().bytes() == before) << "before anything is erased";
        EXPECT_EQ(tried(102, 102), "");
        EXPECT_EQ(tried(0, 0), "") << "0 is no limit";
    }
}

TEST(FlashSession, writes_another_chips_image_only_when_one_insists) {
    Bench bench(with(Chip::esp32c3));
    ASSERT_TRUE(bench.session.open());
    const FlashPart part{0, program_image(Chip::esp32s3, 0x4000)};
    EXPECT_FALSE(bench.session.flash({part}, {}));
    EXPECT_TRUE(bench.session.flash({part}, {.insist = true}));
    EXPECT_TRUE(bench.chip.flash().reads(0, part.bytes));
}

TEST(FlashSession, comes_down_to_a_rate_that_the_cable_carries) {
    for (const Chip kind : {Chip::esp8266, Chip::esp32}) {
        for (const bool stub : {true, false}) {
            auto options = with(kind);
            options.baud_max = 250'000;
            Bench bench(options, {.baud = 921600, .use_stub = stub});
            const auto found = bench.session.open();
            ASSERT_TRUE(found) << found.error().message.c_str();
            EXPECT_EQ(found->baud, 230400U);
            EXPECT_TRUE(contains(bench.steps, "does not carry 921600"));
            EXPECT_TRUE(bench.session.flash({{facts_of(kind).bootloader_offset, firmware_for(kind, 100'000)}}, {}));
        }
    }
}

TEST(FlashSession, stays_at_the_one_rate_of_a_bare_line) {
    auto options = with(Chip::esp32);
    options.download_at_start = true;
    Bench bench(options, {.baud = 921600});
    bench.line.has_rate = bench.line.has_lines = false;
    const auto found = bench.session.open();
    ASSERT_TRUE(found) << found.error().message.c_str();
    EXPECT_EQ(found->baud, 115200U);
}

TEST(FlashSession, asks_for_the_reset_button_where_nothing_else_resets) {
    auto options = with(Chip::esp8266);
    options.download_at_start = true;
    Bench bench(options);
    bench.line.has_lines = false;
    ASSERT_TRUE(bench.session.open());
    ASSERT_TRUE(bench.session.flash({{0, esp8266_firmware(60'000)}}, {}));
    const auto runs = bench.session.run_program(base::from_ms(4000));
    ASSERT_TRUE(runs);
    EXPECT_EQ(runs->line, "") << "nobody has pressed it";
    EXPECT_TRUE(contains(bench.steps, "press RESET"));
}

TEST(FlashSession, erases_only_sectors_of_this_flash) {
    Bench bench(with(Chip::esp32));
    ASSERT_TRUE(bench.session.open());
    EXPECT_EQ(bench.session.erase(0x1001, 0x1000).error().code, base::ErrorCode::invalid_argument);
    EXPECT_EQ(bench.session.erase(0x1000, 0x1001).error().code, base::ErrorCode::invalid_argument);
    EXPECT_EQ(bench.session.erase(flash_size, 0x1000).error().code, base::ErrorCode::too_large);
    EXPECT_TRUE(bench.session.erase(0x1000, 0x1000));
    EXPECT_TRUE(bench.session.erase(0, 0));
    EXPECT_TRUE(bench.chip.flash().is_blank(0, flash_size));
}

} // namespace
