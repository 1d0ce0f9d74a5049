// SPDX-License-Identifier: Apache-2.0
// The checks of NOR flash, over plain memory.
#include "firmware/ports/shared/strict_flash.hpp"

#include "base/expect.hpp"

#include <algorithm>
#include <utility>

namespace firmware::ports {

using base::ErrorCode;

namespace {

constexpr std::uint8_t erased = 0xFF;

} // namespace

StrictFlash::StrictFlash(std::span<std::uint8_t> medium, Geometry geometry, std::function<bool()> sync)
    : medium_(medium),
      geometry_(geometry),
      sync_(std::move(sync)) {
    expect(medium.size() == std::size_t{geometry.block_bytes} * geometry.block_count);
}

bool StrictFlash::in_range(std::uint32_t offset, std::size_t size) const noexcept {
    return offset <= medium_.size() && size <= medium_.size() - offset;
}

bool StrictFlash::powered() noexcept {
    if (!left_) return true;
    if (*left_ == 0) return false;
    --*left_;
    return true;
}

// A cut hits one operation only: what comes later finds no power at all.
bool StrictFlash::tears() noexcept { return tear_ && !std::exchange(torn_, true); }

std::uint8_t StrictFlash::random_bits() noexcept { return static_cast<std::uint8_t>((*tear_)() >> 8); }

base::Result<> StrictFlash::read(std::uint32_t offset, std::span<std::uint8_t> into) noexcept {
    if (!in_range(offset, into.size())) return base::fail(ErrorCode::invalid_argument, "flash: read beyond the end");
    std::copy_n(medium_.begin() + offset, into.size(), into.begin());
    return {};
}

base::Result<> StrictFlash::program(std::uint32_t offset, std::span<const std::uint8_t> bytes) noexcept {
    const std::uint32_t unit = geometry_.program_bytes;
    if (!in_range(offset, bytes.size())) {
        return base::fail(ErrorCode::invalid_argument, "flash: program beyond the end");
    }
    if (offset % unit != 0 || bytes.size() % unit != 0) {
        return base::fail(ErrorCode::invalid_argument, "flash: program off the edge of a unit");
    }
    for (std::size_t done = 0; done < bytes.size(); done += unit) {
        const auto target = medium_.subspan(offset + done, unit);
        if (!std::all_of(target.begin(), target.end(), [](std::uint8_t byte) { return byte == erased; })) {
            return base::fail(ErrorCode::io, "flash: a unit was programmed twice without an erase");
        }
        const bool whole = powered();
        if (!whole && !tears()) return base::fail(ErrorCode::io, "flash: no power");
        for (std::size_t i = 0; i < unit; ++i) {
            target[i] &= static_cast<std::uint8_t>(bytes[done + i] | (whole ? 0 : random_bits()));
        }
        if (!whole) return base::fail(ErrorCode::io, "flash: the power went while a unit was programmed");
    }
    return {};
}

base::Result<> StrictFlash::erase(std::uint32_t block) noexcept {
    if (block >= geometry_.block_count) return base::fail(ErrorCode::invalid_argument, "flash: no such block");
    const bool whole = powered();
    if (!whole && !tears()) return base::fail(ErrorCode::io, "flash: no power");
    const auto target = medium_.subspan(std::size_t{block} * geometry_.block_bytes, geometry_.block_bytes);
    for (std::uint8_t& byte : target) byte |= whole ? erased : random_bits();
    if (!whole) return base::fail(ErrorCode::io, "flash: the power went while a block was erased");
    return {};
}

base::Result<> StrictFlash::sync() noexcept {
    if (left_ && *left_ == 0) return base::fail(ErrorCode::io, "flash: no power");
    if (sync_ && !sync_())
        return base::fail(ErrorCode::io, "flash: the file could not be written", "is the disk full?");
    return {};
}

} // namespace firmware::ports
