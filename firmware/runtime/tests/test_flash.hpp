// SPDX-License-Identifier: Apache-2.0
// Two blocks of flash that take their time and fail when told to, and refuse what the contract forbids.
#pragma once

#include "base/expect.hpp"
#include "firmware/contract/small_flash.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace firmware::runtime::test {

class TestFlash final : public contract::SmallFlash {
public:
    static constexpr std::size_t bytes_max = block_count * block_bytes;

    TestFlash() { medium.fill(0xFF); }

    bool busy() noexcept override { return polls_left > 0 && polls_left-- > 0; }

    base::Result<> read(unsigned block, std::size_t offset, std::span<std::uint8_t> into) noexcept override {
        expect(polls_left == 0 && block < block_count && offset + into.size() <= block_bytes);
        if (unreadable || failed_last) return base::fail(base::ErrorCode::io, "flash: broken");
        std::copy_n(at(block, offset), into.size(), into.begin());
        return {};
    }

    base::Result<> start_program(unsigned block, std::size_t offset,
                                 std::span<const std::uint8_t> bytes) noexcept override {
        expect(polls_left == 0 && block < block_count && offset + bytes.size() <= block_bytes);
        expect(offset % program_bytes == 0 && bytes.size() % program_bytes == 0 && bytes.size() <= 256);
        ++programs;
        failed_last = false;
        if (refuse_programs) return base::fail(base::ErrorCode::io, "flash: refused");
        polls_left = polls_per_operation;
        failed_last = lose_programs;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            std::uint8_t& byte = *(at(block, offset) + i);
            expect(byte == 0xFF || lose_programs);
            byte = static_cast<std::uint8_t>(byte & bytes[i] & weak_bits);
        }
        return {};
    }

    base::Result<> start_erase(unsigned block) noexcept override {
        expect(polls_left == 0 && block < block_count);
        ++erases[block];
        failed_last = false;
        if (refuse_erases) return base::fail(base::ErrorCode::io, "flash: refused");
        polls_left = polls_per_operation;
        if (!lose_erases) std::fill_n(at(block, 0), block_bytes, std::uint8_t{0xFF});
        return {};
    }

    std::uint8_t* at(unsigned block, std::size_t offset) noexcept {
        return medium.data() + block * block_bytes + offset;
    }

    std::array<std::uint8_t, bytes_max> medium{};
    unsigned polls_per_operation = 0; ///< how often it says that it is busy
    unsigned polls_left = 0;
    unsigned programs = 0;
    std::array<unsigned, block_count> erases{};
    bool unreadable = false;
    bool refuse_programs = false;  ///< at the start
    bool lose_programs = false;    ///< found out afterwards
    std::uint8_t weak_bits = 0xFF; ///< the others become 0 in all that is programmed, and nobody says so
    bool refuse_erases = false;
    bool lose_erases = false; ///< nothing happens, and nobody says so
    bool failed_last = false;
};

} // namespace firmware::runtime::test
