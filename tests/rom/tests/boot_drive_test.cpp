// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/boot_drive.hpp"

#include "base/tests/temporary_folder.hpp"
#include "protocol/esp/bytes.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace {

using namespace hub::workbench::flash;
using base::tests::TemporaryFolder;

std::vector<std::uint8_t> rp2040_file() {
    std::vector<std::uint8_t> uf2(512, 7);
    const std::uint32_t words[] = {0x0A324655, 0x9E5D5157, 0x2000, 0x10000000, 256, 0, 1, 0xE48BFF56};
    for (std::size_t i = 0; i < std::size(words); ++i) protocol::esp::put_u32(uf2, 4 * i, words[i]);
    protocol::esp::put_u32(uf2, 508, 0x0AB16F30);
    return uf2;
}

void write(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

TEST(BootDrive, is_found_among_what_is_mounted) {
    TemporaryFolder folder;
    const auto drive = folder.path() / "a drive";
    std::filesystem::create_directories(drive);
    std::filesystem::create_directories(folder.path() / "stick");
    write(drive / "info_uf2.txt", "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n");
    std::string mounts = "/dev/sdb1 " + folder.path().string() + "/stick vfat rw 0 0\n";
    mounts += "/dev/sda1 " + folder.path().string() + "/a\\040drive vfat rw 0 0\n";
    write(folder.path() / "mounts", mounts);
    const auto drives = find_boot_drives(folder.path() / "mounts");
    ASSERT_EQ(drives.size(), 1U);
    EXPECT_EQ(drives[0], (BootDrive{drive, "Raspberry Pi RP2", "RPI-RP2"}));
    EXPECT_EQ(read_boot_drive(folder.path() / "stick").error().code, base::ErrorCode::not_found);
}

TEST(BootDrive, takes_a_file_of_its_family_and_no_other) {
    TemporaryFolder folder;
    write(folder.path() / "INFO_UF2.TXT", "Model: x\nBoard-ID: RPI-RP2\n");
    const auto drive = read_boot_drive(folder.path());
    ASSERT_TRUE(drive);
    const auto file = rp2040_file();
    ASSERT_TRUE(write_boot_drive(*drive, file, false));
    std::ifstream copy(folder.path() / "firmware.uf2", std::ios::binary);
    const std::vector<char> bytes(std::istreambuf_iterator<char>(copy), {});
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), file.begin(), file.end(),
                           [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }));

    BootDrive other = *drive;
    other.board_id = "RP2350";
    const auto refused = write_boot_drive(other, file, false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::refused);
    EXPECT_TRUE(write_boot_drive(other, file, true));
    EXPECT_EQ(write_boot_drive(*drive, std::span(file).first(511), true).error().code, base::ErrorCode::malformed);
}

} // namespace
