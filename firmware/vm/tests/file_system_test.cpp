// SPDX-License-Identifier: Apache-2.0
// The file system as Python meets it: blank, whole, full, damaged, half installed, and as another firmware left it.
#include "firmware/vm/tests/lockstep_board.hpp"

#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

namespace firmware::vm::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Bytes = std::vector<std::uint8_t>;
using Log = bridge::HomeMessage::Op;

constexpr std::size_t partition_bytes = std::size_t{1024} * 1024;

/// What a program prints on a board with this flash, which then holds what the program wrote.
std::string run(Bytes& flash, const std::string& source, std::size_t heap_bytes = 128 * 1024) {
    LockstepBoard board(heap_bytes);
    board.flash.bytes = flash;
    board.install({{"app.py", source}});
    board.start();
    board.run_for(2000);
    flash = board.flash.bytes;
    const std::string printed = board.printed();
    return printed.substr(0, printed.find("MicroPython v"));
}

Bytes blank() { return Bytes(partition_bytes, 0xFF); }

TEST(FileSystem, row_3_30_blank_flash_is_formatted_and_used) {
    LockstepBoard board;
    board.start();
    board.run_for(50);
    EXPECT_THAT(board.printed(), StartsWith("MicroPython v"));
    board.type("open('/kept.txt', 'w').write('x')\r\n");
    board.run_for(50);
    board.type("\x04");
    board.run_for(50);
    board.type("import os; print(os.listdir('/'))\r\n");
    board.run_for(50);
    EXPECT_THAT(board.printed(), HasSubstr("['kept.txt']"));
    EXPECT_THAT(board.said(Log::log), IsEmpty());
}

TEST(FileSystem, row_3_30_statistics_add_up) {
    Bytes flash = blank();
    const std::string printed = run(flash, R"(
import os
before = os.statvfs('/')
print(before[0] * before[2])
with open('/data', 'w') as file:
    file.write('x' * 4096 * 3)
print(os.statvfs('/')[3] - before[3])
os.remove('/data')
print(os.statvfs('/')[3] - before[3])
)");
    // Three blocks of content do not fit beside the pointers of blocks 2 and 3: they take four.
    EXPECT_EQ(printed, "1048576\r\n-4\r\n0\r\n");
}

TEST(FileSystem, row_3_30_a_full_disk_is_an_error_and_nothing_is_half_written) {
    Bytes flash = blank();
    const std::string printed = run(flash, R"(
import os, errno
with open('/old.txt', 'w') as file:
    file.write('old content')
def fill(name):
    piece = b'x' * 8192
    with open(name, 'wb') as file:
        while True:
            file.write(piece)
for name in ('/new.txt', '/old.txt'):
    try:
        fill(name)
    except OSError as error:
        print(error.errno == errno.ENOSPC, error)
print(open('/old.txt').read(), os.stat('/new.txt')[6])
with open('/after.txt', 'w') as file:
    file.write('there is room again')
)");
    EXPECT_EQ(printed, "True [Errno 28] ENOSPC\r\nTrue [Errno 28] ENOSPC\r\nold content 0\r\n");
    EXPECT_EQ(run(flash, "print(open('/old.txt').read(), open('/after.txt').read())"),
              "old content there is room again\r\n");
}

TEST(FileSystem, row_3_30_a_damaged_one_is_reported_and_left_alone) {
    LockstepBoard board;
    board.flash.bytes.assign(board.flash.bytes.size(), 0x55);
    const Bytes before = board.flash.bytes;
    board.start();
    board.run_for(50);
    EXPECT_THAT(board.printed(), StartsWith("the file system is damaged and was left alone; erase the flash"));
    EXPECT_THAT(board.said(Log::log),
                ElementsAre("3 the file system is damaged and was left alone; erase the flash to start anew"));
    board.type("1 + 1\r\n");
    board.run_for(50);
    EXPECT_THAT(board.printed(), HasSubstr("2\r\n"));
    EXPECT_EQ(board.flash.bytes, before);
}

/// Flash whose power goes after so many programmed units and erased blocks.
class FailingFlash final : public contract::Storage {
public:
    FailingFlash(MemoryFlash& flash, int left) : flash_(flash), left_(left) {}
    Geometry geometry() const noexcept override { return flash_.geometry(); }
    base::Result<> read(std::uint32_t offset, std::span<std::uint8_t> into) noexcept override {
        return flash_.read(offset, into);
    }
    base::Result<> program(std::uint32_t offset, std::span<const std::uint8_t> bytes) noexcept override {
        return powered() ? flash_.program(offset, bytes) : base::fail(base::ErrorCode::io, "no power");
    }
    base::Result<> erase(std::uint32_t block) noexcept override {
        return powered() ? flash_.erase(block) : base::fail(base::ErrorCode::io, "no power");
    }
    base::Result<> sync() noexcept override { return flash_.sync(); }

private:
    bool powered() { return left_-- > 0; }
    MemoryFlash& flash_;
    int left_;
};

TEST(FileSystem, row_3_28_the_board_boots_with_the_old_app_or_the_new_one_wherever_the_power_was_cut) {
    const auto file = [](std::string_view name, std::string_view content) {
        return ImageFile{name, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()}};
    };
    const std::array fresh = {file("app.py", "import part; print('new', part.x)\n"), file("part.py", "x = 'new'\n")};
    bool done = false;
    unsigned new_ones = 0;
    for (int writes = 0; !done; ++writes) {
        LockstepBoard board;
        board.install({{"app.py", "import part; print('old', part.x)\n"}, {"part.py", "x = 'old'\n"}});
        FailingFlash failing(board.flash, writes);
        done = install_app(failing, "test", fresh).has_value();
        board.start();
        board.run_for(50);
        const std::string printed = board.printed();
        const bool is_new = printed.starts_with("new new\r\n");
        EXPECT_TRUE(is_new || printed.starts_with("old old\r\n")) << writes << ": " << printed;
        EXPECT_TRUE(is_new || new_ones == 0) << "it was the new one before " << writes << " writes";
        new_ones += is_new ? 1 : 0;
        board.type("import os; print(os.listdir('/'))\r\n");
        board.run_for(50);
        EXPECT_THAT(board.printed(), HasSubstr("['pyapps']")) << writes;
    }
    EXPECT_GT(new_ones, 1U);
}

// --- FAT -------------------------------------------------------------------------------------------------------

/// A volume that MicroPython's own FAT wrote, of so many sectors, as its bytes.
Bytes fat_volume(std::uint32_t sector_bytes, std::uint32_t sectors) {
    const std::string make = R"(
import binascii, vfs
class Disk:
    def __init__(self):
        self.data = memoryview(bytearray(SIZE * COUNT))
    def readblocks(self, n, buffer):
        buffer[:] = self.data[n * SIZE : n * SIZE + len(buffer)]
    def writeblocks(self, n, buffer):
        self.data[n * SIZE : n * SIZE + len(buffer)] = buffer
    def ioctl(self, request, argument):
        return {4: COUNT, 5: SIZE}.get(request, 0)
disk = Disk()
vfs.VfsFat.mkfs(disk)
fat = vfs.VfsFat(disk)
for folder in ('test', 'apps', 'Another_long_folder_name'):
    fat.mkdir(folder)
def put(name, content):
    with fat.open(name, 'w') as file:
        file.write(content)
put('test/app.py', 'import a_module_of_a_long_name as m\nprint(len(m.text), m.text[-6:])\n')
put('test/a_module_of_a_long_name.py', 'text = """' + 'x' * 20000 + 'ending"""\n')
put('Another_long_folder_name/app.py', '')
zero = bytes(SIZE)
for n in range(COUNT):
    if disk.data[n * SIZE : n * SIZE + SIZE] != zero:
        print(n, str(binascii.hexlify(disk.data[n * SIZE : n * SIZE + SIZE]), 'ascii'))
)";
    Bytes flash = blank();
    std::istringstream lines(
        run(flash, "SIZE = " + std::to_string(sector_bytes) + "\nCOUNT = " + std::to_string(sectors) + make,
            std::size_t{4} * 1024 * 1024));
    Bytes volume(std::size_t{sector_bytes} * sectors);
    std::size_t sector = 0;
    std::string hex;
    while (lines >> sector >> hex) {
        EXPECT_EQ(hex.size(), sector_bytes * 2U);
        for (std::size_t i = 0; i < hex.size() / 2; ++i) {
            volume[sector * sector_bytes + i] =
                static_cast<std::uint8_t>(std::stoul(hex.substr(i * 2, 2), nullptr, 16));
        }
    }
    return volume;
}

/// Flash as ESP-IDF's wear levelling leaves it after so many moves of its spare block: each move copies the block after
/// the spare one into it.
Bytes wear_levelled(const Bytes& volume, unsigned moves) {
    constexpr std::size_t page = 4096;
    constexpr std::size_t state_bytes = 2 * page; // 64 bytes and 256 notes of 16
    const std::size_t pages = volume.size() / page + 1;
    Bytes flash = blank();
    std::copy(volume.begin(), volume.end(), flash.begin() + page);
    std::size_t spare = 0;
    std::uint32_t rounds = 0;
    for (; moves > 0; --moves) {
        const std::size_t next = (spare + 1) % pages;
        std::copy_n(flash.begin() + static_cast<std::ptrdiff_t>(next * page), page,
                    flash.begin() + static_cast<std::ptrdiff_t>(spare * page));
        if (++spare < pages) continue;
        spare = 0;
        ++rounds;
    }
    std::fill_n(flash.begin() + static_cast<std::ptrdiff_t>(spare * page), page, std::uint8_t{0xA5});
    for (const std::size_t at : {flash.size() - page - 2 * state_bytes, flash.size() - page - state_bytes}) {
        const std::array<std::uint32_t, 8> words = {0, static_cast<std::uint32_t>(pages), rounds, 0, 16, page, 2, 77};
        std::memcpy(flash.data() + at, words.data(), sizeof words);
        std::fill_n(flash.begin() + static_cast<std::ptrdiff_t>(at) + 64, spare * 16, std::uint8_t{0x5A});
    }
    return flash;
}

Bytes at_the_beginning(const Bytes& volume) {
    Bytes flash = blank();
    std::copy(volume.begin(), volume.end(), flash.begin());
    return flash;
}

void expect_readable(const Bytes& flash) {
    LockstepBoard board;
    board.flash.bytes = flash;
    board.start();
    board.run_for(50);
    EXPECT_THAT(board.printed(), StartsWith("/pyapps is a FAT volume: it can be read, but not written;"));
    EXPECT_THAT(board.said(Log::log), ElementsAre(HasSubstr("1 /pyapps is a FAT volume")));
    ASSERT_TRUE(board.session().load_app("test"));
    board.run_for(200);
    EXPECT_THAT(board.printed(), HasSubstr("20006 ending\r\n"));
    for (const char* forbidden :
         {"open('/pyapps/x', 'w')", "os.mkdir('/pyapps/x')", "os.remove('/pyapps/test/app.py')"}) {
        board.type("import os; " + std::string(forbidden) + "\r\n");
        board.run_for(50);
        EXPECT_THAT(board.printed(), HasSubstr("OSError: [Errno 30] EROFS")) << forbidden;
    }
    EXPECT_EQ(board.flash.bytes, flash);
}

TEST(FatVolume, row_3_30_of_512_byte_sectors_is_read) { expect_readable(at_the_beginning(fat_volume(512, 1024))); }

TEST(FatVolume, row_3_30_of_4_kib_sectors_is_read) { expect_readable(at_the_beginning(fat_volume(4096, 250))); }

TEST(FatVolume, row_3_30_is_read_below_wear_levelling_wherever_the_spare_block_is) {
    const Bytes volume = fat_volume(4096, 250);
    for (const unsigned moves : {0U, 1U, 3U, 250U, 251U, 258U, 1000U}) {
        SCOPED_TRACE(moves);
        expect_readable(wear_levelled(volume, moves));
    }
}

TEST(FatVolume, takes_no_installs) {
    MemoryFlash flash;
    flash.bytes = at_the_beginning(fat_volume(512, 256));
    const Bytes before = flash.bytes;
    const auto installed = install_app(flash, "test", {});
    ASSERT_FALSE(installed);
    EXPECT_EQ(installed.error().code, base::ErrorCode::malformed);
    EXPECT_EQ(flash.bytes, before);
}

TEST(FatVolume, that_claims_more_than_the_flash_is_none) {
    LockstepBoard board;
    board.flash.bytes = at_the_beginning(fat_volume(512, 1024));
    board.flash.bytes.resize(partition_bytes / 4);
    board.start();
    board.run_for(50);
    EXPECT_THAT(board.printed(), StartsWith("the file system is damaged"));
}

} // namespace
} // namespace firmware::vm::tests
