// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/flash_writer.hpp"

#include "hub/workbench/flash/digests.hpp"

#include <algorithm>
#include <string>

namespace hub::workbench::flash {
namespace {

constexpr unsigned troubles_max = 40;
constexpr std::uint32_t smallest_block = 0x400;

std::uint32_t sector_of(std::uint32_t offset) { return offset / sector_size * sector_size; }

/// Flash is written in words.
std::vector<std::uint8_t> padded(std::vector<std::uint8_t> bytes) {
    bytes.resize((bytes.size() + 3) / 4 * 4, 0xFF);
    return bytes;
}

} // namespace

void begin_packing(FlashPart& part) {
    part.packed = std::async(std::launch::async, [bytes = padded(part.bytes)] { return deflated(bytes); }).share();
}

void FlashWriter::tell(std::string_view phase, std::uint64_t done) const {
    if (!options_.on_progress) return;
    const std::uint64_t total = phase == "write" ? total_to_write_ : bytes_.size();
    options_.on_progress({phase, std::min(done, total), total, loader_.baud()});
}

void FlashWriter::add(std::vector<Run>& runs, Run run) {
    if (!runs.empty() && runs.back().end == run.begin) {
        runs.back().end = run.end;
    } else {
        runs.push_back(run);
    }
}

std::uint32_t FlashWriter::size_of(const std::vector<Run>& runs) {
    std::uint32_t size = 0;
    for (const Run& run : runs) size += run.end - run.begin;
    return size;
}

// A bad line damages long frames more often than short ones.
std::uint32_t FlashWriter::block_size() const {
    return std::max(smallest_block, loader_.block_size_max() >> std::min(2 * troubles_, 4U));
}

base::Result<bool> FlashWriter::differs(Run run) {
    const auto there = loader_.flash_md5(address_ + run.begin, run.end - run.begin);
    if (!there) return tl::unexpected(there.error());
    return *there != md5_of(std::span(bytes_).subspan(run.begin, run.end - run.begin));
}

// A few sectors of many tell whether something else is there, in less time than hashing all of it takes.
base::Result<bool> FlashWriter::seems_all_new() {
    constexpr std::uint32_t samples = 6;
    const std::uint32_t sectors = part_size() / sector_size;
    if (sectors < 2 * samples) return false;
    for (std::uint32_t i = 0; i < samples; ++i) {
        const std::uint32_t begin = sectors * (2 * i + 1) / (2 * samples) * sector_size;
        const auto different = differs({begin, begin + sector_size});
        if (!different || !*different) return different;
    }
    return true;
}

base::Result<std::vector<FlashWriter::Run>> FlashWriter::differing_runs() {
    std::vector<Run> regions;
    for (std::uint32_t begin = 0; begin < part_size();) {
        // Regions lie on the flash's own blocks, as those are erased at once.
        const std::uint32_t next = (address_ + begin) / region_size * region_size + region_size - address_;
        const Run region{begin, std::min(next, part_size())};
        const auto different = differs(region);
        if (!different) return tl::unexpected(different.error());
        if (*different) regions.push_back(region);
        begin = region.end;
        tell("compare", begin);
    }
    std::vector<Run> runs;
    // Hashing a region's sectors takes a moment, writing a region seconds.
    constexpr std::size_t few_regions = 4;
    const bool few = regions.size() <= few_regions || std::uint64_t{size_of(regions)} * 3 <= part_size();
    for (const Run& region : regions) {
        if (!few) {
            add(runs, region);
            continue;
        }
        for (std::uint32_t at = region.begin; at < region.end; at += sector_size) {
            const Run sector{at, std::min(at + sector_size, region.end)};
            const auto different = differs(sector);
            if (!different) return tl::unexpected(different.error());
            if (*different) add(runs, sector);
        }
    }
    return runs;
}

base::Result<std::vector<FlashWriter::Run>> FlashWriter::first_plan() {
    const std::vector<Run> all{{0, part_size()}};
    if (!options_.only_changed || !loader_.can_hash()) return all;
    const auto all_new = seems_all_new();
    if (!all_new) return tl::unexpected(all_new.error());
    if (*all_new) return all;
    return differing_runs();
}

base::Result<std::vector<FlashWriter::Run>> FlashWriter::plan_again() {
    if (loader_.can_hash()) return differing_runs();
    // What follows the last block that was surely taken is written again, from the start of its sector.
    return std::vector<Run>{{sector_of(taken_until_), part_size()}};
}

base::Result<> FlashWriter::send_blocks(Run run, std::span<const std::uint8_t> data, bool deflated) {
    const std::uint32_t piece = block_size();
    const auto count = static_cast<std::uint32_t>((data.size() + piece - 1) / piece);
    const std::uint32_t size = run.end - run.begin;
    if (const auto begun = loader_.begin(deflated, address_ + run.begin, size, count, piece); !begun) return begun;
    std::vector<std::uint8_t> last;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::size_t at = std::size_t{i} * piece;
        auto block = data.subspan(at, std::min<std::size_t>(piece, data.size() - at));
        if (!deflated && !loader_.is_stub() && block.size() < piece) {
            last.assign(block.begin(), block.end());
            last.resize(piece, 0xFF);
            block = last;
        }
        if (const auto sent = loader_.block(deflated, block, i); !sent) return sent;
        const auto part = static_cast<std::uint32_t>(std::uint64_t{size} * (i + 1) / count);
        if (!deflated) taken_until_ = run.begin + std::min<std::uint32_t>((i + 1) * piece, size);
        tell("write", written_of_plan_ + part);
    }
    report_.written += size;
    return loader_.end(deflated);
}

std::vector<std::uint8_t> FlashWriter::packed(Run run) const {
    if (packed_.valid() && run == Run{0, part_size()}) return packed_.get();
    return deflated(std::span(bytes_).subspan(run.begin, run.end - run.begin));
}

base::Result<> FlashWriter::write_run(Run run) {
    const auto plain = std::span<const std::uint8_t>(bytes_).subspan(run.begin, run.end - run.begin);
    if (options_.compress && loader_.can_deflate()) {
        const auto small = packed(run);
        if (small.size() < plain.size()) return send_blocks(run, small, true);
    }
    return send_blocks(run, plain, false);
}

base::Result<> FlashWriter::write_runs(const std::vector<Run>& runs) {
    total_to_write_ = size_of(runs);
    written_of_plan_ = 0;
    if (!runs.empty()) tell("write", 0); // its first word erases
    for (const Run& run : runs) {
        if (const auto done = write_run(run); !done) return done;
        written_of_plan_ += run.end - run.begin;
    }
    return {};
}

// After this the bootloader listens again, perhaps at a lower rate.
base::Result<> FlashWriter::recover() {
    constexpr unsigned troubles_before_slowing = 3;
    ++troubles_;
    ++report_.restarts;
    if (troubles_ > troubles_max) {
        return base::fail(base::ErrorCode::timeout,
                          "the line stays bad: " + std::to_string(troubles_) + " attempts failed",
                          "Try a lower --baud, a shorter cable, or another USB socket.");
    }
    if (const auto found = loader_.resync(); !found) return found;
    if (troubles_ % troubles_before_slowing == 0 && loader_.baud() > first_baud) {
        const auto slower = loader_.change_baud(lower_baud(loader_.baud()));
        if (!slower && slower.error().code != base::ErrorCode::unsupported) return slower;
    }
    return {};
}

base::Result<bool> FlashWriter::write_and_prove(const base::Result<std::vector<Run>>& plan) {
    if (!plan) return tl::unexpected(plan.error());
    if (plan->empty() && loader_.can_hash()) {
        report_.proof = Proof::by_md5; // the hash of each region was right already
        return true;
    }
    if (const auto done = write_runs(*plan); !done) return tl::unexpected(done.error());
    if (!loader_.can_hash()) {
        report_.proof = loader_.secure_download() ? Proof::none : Proof::by_blocks;
        return true;
    }
    tell("verify", 0);
    const auto different = differs({0, part_size()});
    if (!different) return tl::unexpected(different.error());
    if (!*different) report_.proof = Proof::by_md5;
    return !*different;
}

base::Result<WriteReport> FlashWriter::write(const FlashPart& part) {
    if (part.address % sector_size != 0) {
        return base::fail(base::ErrorCode::invalid_argument, hex_text(part.address) + " lies inside a sector",
                          "Write at a multiple of 0x1000.");
    }
    constexpr unsigned wrong_max = 3;
    address_ = part.address;
    bytes_ = padded(part.bytes);
    packed_ = part.packed;
    report_ = {};
    const std::uint64_t sent_before = loader_.link().bytes_sent();
    const std::uint32_t resent_before = loader_.resent();
    auto plan = first_plan();
    if (plan) report_.unchanged = part_size() - size_of(*plan);
    for (unsigned wrong = 0;;) {
        const auto proven = write_and_prove(plan);
        if (proven && *proven) break;
        if (!proven && is_final(proven.error())) return tl::unexpected(proven.error());
        if (proven && ++wrong == wrong_max) {
            return base::fail(base::ErrorCode::io, "the flash does not keep what is written to it",
                              "Its part may be worn out, write-protected, or short of power; try --erase-all.");
        }
        if (const auto recovered = recover(); !recovered) return tl::unexpected(recovered.error());
        plan = plan_again();
    }
    tell("verify", bytes_.size());
    report_.sent = loader_.link().bytes_sent() - sent_before;
    report_.resent = loader_.resent() - resent_before;
    report_.baud = loader_.baud();
    return report_;
}

base::Result<std::vector<std::uint8_t>> read_flash(Loader& loader, std::uint32_t address, std::uint32_t size,
                                                   const OnProgress& on_progress) {
    constexpr unsigned tries_max = 6;
    std::vector<std::uint8_t> bytes;
    bytes.reserve(size);
    for (unsigned tries = 0; bytes.size() < size;) {
        const auto at = address + static_cast<std::uint32_t>(bytes.size());
        const auto wanted = std::min<std::uint32_t>(region_size, size - static_cast<std::uint32_t>(bytes.size()));
        const auto piece = loader.read(at, wanted);
        if (piece) {
            bytes.insert(bytes.end(), piece->begin(), piece->end());
            tries = 0;
            if (on_progress) on_progress({"read", bytes.size(), size, loader.baud()});
            continue;
        }
        if (is_final(piece.error()) || piece.error().code == base::ErrorCode::unsupported) return piece;
        if (++tries == tries_max) {
            return base::fail(base::ErrorCode::timeout,
                              "what is read at " + hex_text(at) + " comes damaged again and again",
                              "Try a lower --baud.");
        }
        if (const auto found = loader.resync(); !found) return tl::unexpected(found.error());
    }
    return bytes;
}

} // namespace hub::workbench::flash
