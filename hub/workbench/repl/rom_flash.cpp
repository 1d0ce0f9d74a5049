// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/repl/rom_flash.hpp"

#include "hub/workbench/repl/base64.hpp"
#include "hub/workbench/repl/board_snippets.hpp"
#include "hub/workbench/repl/digest.hpp"
#include "hub/workbench/repl/python_literals.hpp"
#include "hub/workbench/repl/traceback.hpp"
#include "protocol/romfs/image.hpp"

#include <sodium/utils.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>

namespace hub::workbench {
namespace {

using base::ErrorCode;
namespace romfs = protocol::romfs;

constexpr unsigned partitions_max = 8;
constexpr std::size_t beginning_max = 64;
constexpr std::size_t answer_max = std::size_t{64} * 1024;
constexpr std::uint64_t partition_size_max = std::uint64_t{1} << 30;
constexpr std::size_t literal_piece = 512; // where blocks are not taken
constexpr std::size_t code_room = 64;      // of a piece's statement, beside its bytes
constexpr std::size_t device_unit = 256;   // a Pico's flash is written by pages
constexpr std::size_t read_piece = 768;
constexpr std::size_t read_round = 16 * read_piece;
constexpr std::uint64_t erase_round = std::uint64_t{32} * 1024;
constexpr base::Micros answer_patience = base::from_ms(10'000);
constexpr base::Micros sector_patience = base::from_ms(1000); // 4 KiB, on slow flash
constexpr base::Micros hash_time = 50;                        // for a byte, on a slow board

/// A line for each partition: number, kind, size, block and beginning.
constexpr std::string_view list_partitions = R"(import binascii
try:
 import vfs
 f=vfs.rom_ioctl
except(ImportError,AttributeError):f=0
for i in range(f(1)if f else 0):
 d=f(2,i)
 if isinstance(d,int):continue
 if hasattr(d,'ioctl'):k=1;b=d.ioctl(5,0);n=b*d.ioctl(4,0)
 else:k=0;n=len(d);b=f(6,i)
 print(i,k,n,max(b,0),binascii.hexlify(bytes(memoryview(d)[:64])).decode())
)";

/// `_rw` writes what is in _ob, at addresses that flash takes: a block's bytes lie anywhere. ValueError: it is not
/// kept.
constexpr std::string_view open_partition = R"(import vfs,binascii
_rd=vfs.rom_ioctl(2,$0)
def _rc(r):
 if r is not None and r<0:raise OSError(-r)
 return r
def _rw(o):
 b=bytes(_ob)
 if hasattr(_rd,'ioctl'):_rc(_rd.writeblocks(o//$1,b,o%$1))
 else:_rc(vfs.rom_ioctl(4,$0,o,b))
 if bytes(memoryview(_rd)[o:o+len(b)])!=b:raise ValueError(o)
)";

constexpr std::string_view unmount = R"(try:vfs.umount('/rom')
except OSError:pass
)";

constexpr std::string_view hash_partition = R"(s=_oh();m=memoryview(_rd)
for o in range(0,$0,512):s.update(m[o:min(o+512,$0)])
print(_ox(s))
)";

constexpr std::string_view read_partition = R"(m=memoryview(_rd)
for o in range($0,$1,768):print(binascii.b2a_base64(m[o:min(o+768,$1)]).decode(),end='')
)";

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

base::Error error_of(const std::string& traceback) {
    const PythonError error = parse_traceback(traceback);
    if (error.type == "KeyboardInterrupt") return {ErrorCode::invalid_state, "interrupted", ""};
    if (error.type == "ValueError") {
        return {ErrorCode::io, std::string_view("the flash does not keep what is written at byte " + error.message),
                "Try once more; flash that does so again is worn."};
    }
    return {ErrorCode::io, std::string_view("the board's Python says " + error.type + ": " + error.message),
            "Try once more."};
}

std::optional<RomPartition> partition_in(const std::string& line) {
    RomPartition partition;
    int kind = 0;
    unsigned long long size = 0;
    unsigned long long block = 0;
    std::array<char, 2 * beginning_max + 1> hex{};
    const int found =
        std::sscanf(line.c_str(), "%u %d %llu %llu %128s", &partition.number, &kind, &size, &block, hex.data());
    constexpr int words = 5;
    if (found != words || partition.number >= partitions_max || size > partition_size_max || block > size) {
        return std::nullopt;
    }
    partition.is_device = kind == 1;
    partition.size = size;
    partition.block_size = block;
    if (partition.is_device && block == 0) return std::nullopt;
    std::array<unsigned char, beginning_max> bytes{};
    std::size_t length = 0;
    if (sodium_hex2bin(bytes.data(), bytes.size(), hex.data(), std::string_view(hex.data()).size(), nullptr, &length,
                       nullptr) != 0) {
        return std::nullopt;
    }
    partition.beginning.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    return partition;
}

std::string data_literal(std::string_view data) { return "_ob=binascii.a2b_base64('" + base64_of(data) + "')\n"; }

std::string number(std::uint64_t value) { return std::to_string(value); }

} // namespace

std::optional<std::uint64_t> RomPartition::image_size() const {
    const auto image = romfs::read_image_size(bytes_of(beginning));
    return image && *image <= size ? std::optional<std::uint64_t>(*image) : std::nullopt;
}

base::Result<std::string> RomFlash::ask(const std::string& code, std::string_view data, base::Micros patience) {
    std::string answer;
    const PythonRunner::Output hear = [&](std::string_view bytes) {
        if (answer.size() < answer_max) answer += bytes;
    };
    const auto ended = link_.is_alive() ? link_.ask(code, data, hear, patience)
                                        : runner_.run((data.empty() ? "" : data_literal(data)) + code, hear);
    if (!ended) return tl::unexpected(ended.error());
    if (!ended->empty()) return tl::unexpected(error_of(*ended));
    return answer;
}

base::Result<std::vector<RomPartition>> RomFlash::partitions() {
    link_.stop();
    const auto answer = ask(std::string(list_partitions), "", answer_patience);
    if (!answer) return tl::unexpected(answer.error());
    std::vector<RomPartition> found;
    for (std::size_t at = 0; at < answer->size();) {
        const auto end = std::min(answer->find('\n', at), answer->size());
        auto partition = partition_in(answer->substr(at, end - at));
        if (!partition || found.size() == partitions_max) {
            return base::fail(ErrorCode::malformed, "the board says strange things of its ROM partitions");
        }
        found.push_back(std::move(*partition));
        at = end + 1;
    }
    return found;
}

base::Result<> RomFlash::open(const RomPartition& partition) {
    if (!link_.is_alive()) {
        const auto started = link_.start();
        if (!started) return tl::unexpected(started.error());
        if (!*started) {
            if (const auto helped = ask(std::string(snippets::helpers), "", answer_patience); !helped) {
                return tl::unexpected(helped.error());
            }
        }
        has_sha256_ = !*started || link_.abilities().has_sha256;
        const std::size_t room = *started ? link_.abilities().block - code_room : literal_piece;
        piece_ = std::bit_floor(room);
    }
    const std::uint64_t block = std::max<std::uint64_t>(partition.block_size, 1);
    const auto opened = ask(filled(open_partition, {number(partition.number), number(block)}), "", answer_patience);
    if (!opened) return tl::unexpected(opened.error());
    return {};
}

base::Result<std::string> RomFlash::hash(const RomPartition& partition, std::uint64_t size) {
    if (auto opened = open(partition); !opened) return tl::unexpected(opened.error());
    return hash_opened(size);
}

base::Result<std::string> RomFlash::hash_opened(std::uint64_t size) {
    if (!has_sha256_) return base::fail(ErrorCode::unsupported, "the board's Python has no hashlib");
    auto answer =
        ask(filled(hash_partition, {number(size)}), "", answer_patience + static_cast<base::Micros>(size) * hash_time);
    if (answer) answer->erase(std::min(answer->find_first_of("\r\n"), answer->size()));
    return answer;
}

base::Result<bool> RomFlash::holds(const RomPartition& partition, std::string_view image) {
    if (partition.size < image.size() || !image.starts_with(partition.beginning.substr(0, image.size()))) return false;
    const auto there = hash(partition, image.size());
    if (!there) return tl::unexpected(there.error());
    return *there == sha256_hex(image);
}

base::Result<std::string> RomFlash::read(const RomPartition& partition, std::uint64_t size, const Progress& progress) {
    if (size > partition.size) return base::fail(ErrorCode::too_large, "the partition is smaller than that");
    const auto wanted = hash(partition, size);
    if (!wanted) return tl::unexpected(wanted.error());
    std::string content;
    while (content.size() < size) {
        const std::uint64_t end = std::min<std::uint64_t>(content.size() + read_round, size);
        auto answer = ask(filled(read_partition, {number(content.size()), number(end)}), "", answer_patience);
        if (!answer) return answer;
        const auto bytes = from_base64(*answer, "\r\n");
        if (!bytes) return base::fail(ErrorCode::malformed, "what the board reads of its flash is not what it sends");
        content += *bytes;
        if (content.size() != end) break;
        if (progress) progress(end, size);
    }
    if (content.size() == size && sha256_hex(content) == *wanted) return content;
    return base::fail(ErrorCode::malformed, "what came of the board's flash is not what is in it", "Try once more.");
}

// Where the board tells how much is erased at once it goes in steps, which show how far it is.
base::Result<> RomFlash::erase(const RomPartition& partition, std::uint64_t size, const Progress& progress) {
    write_unit_ = partition.is_device ? device_unit : 1;
    if (const auto freed = ask(std::string(unmount), "", answer_patience); !freed) {
        return tl::unexpected(freed.error());
    }
    const bool in_steps = partition.block_size > 0 && partition.block_size < partition.size;
    const std::uint64_t step = !in_steps             ? size
                               : partition.is_device ? partition.block_size
                                                     : std::max(partition.block_size, erase_round);
    for (std::uint64_t at = 0; at < size; at += step) {
        const std::uint64_t length = std::min(step, size - at);
        const std::uint64_t whole =
            in_steps ? (length + partition.block_size - 1) / partition.block_size * partition.block_size : length;
        std::string code = partition.is_device
                               ? filled("_rc(_rd.ioctl(6,$0))\n", {number(at / partition.block_size)})
                               : filled("print(_rc(vfs.rom_ioctl(3,$0,$1)))\n",
                                        {number(partition.number), (in_steps ? number(at) + "," : "") + number(whole)});
        const auto erased = ask(code, "", answer_patience + static_cast<base::Micros>(whole / 4096) * sector_patience);
        if (!erased) return tl::unexpected(erased.error());
        unsigned unit = 0;
        if (std::sscanf(erased->c_str(), "%u", &unit) == 1) write_unit_ = std::max<std::size_t>(write_unit_, unit);
        if (progress) progress(0, size);
    }
    return {};
}

base::Result<> RomFlash::write(const RomPartition& partition, std::string_view image, const Progress& progress) {
    if (image.empty() || image.size() > partition.size) {
        return base::fail(ErrorCode::too_large,
                          "the image has " + number(image.size()) + " bytes, the partition " + number(partition.size));
    }
    if (auto opened = open(partition); !opened) return opened;
    if (auto erased = erase(partition, image.size(), progress); !erased) return erased;
    if (piece_ % write_unit_ != 0) {
        return base::fail(ErrorCode::full, "the board has no memory for " + number(write_unit_) + " bytes at once");
    }
    const std::size_t pieces = (image.size() + piece_ - 1) / piece_;
    for (std::size_t i = 1; i <= pieces; ++i) {
        const std::size_t at = i % pieces * piece_; // the first one in the end
        std::string bytes(image.substr(at, piece_));
        bytes.resize((bytes.size() + write_unit_ - 1) / write_unit_ * write_unit_, '\xFF');
        const auto written = ask("_rw(" + number(at) + ")\n", bytes, answer_patience);
        if (!written) return tl::unexpected(written.error());
        if (progress) progress(std::min<std::uint64_t>(i * piece_, image.size()), image.size());
    }
    if (!partition.is_device) {
        // 1.25 has nothing to complete, and says so.
        const auto completed = ask(filled("vfs.rom_ioctl(5,$0)\n", {number(partition.number)}), "", answer_patience);
        if (!completed) return tl::unexpected(completed.error());
    }
    const auto there = hash_opened(image.size());
    if (!there) return tl::unexpected(there.error());
    if (*there == sha256_hex(image)) return {};
    return base::fail(ErrorCode::io, "the flash does not keep what is written to it", "Try once more.");
}

} // namespace hub::workbench
