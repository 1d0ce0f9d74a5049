// SPDX-License-Identifier: Apache-2.0
// What a port supplies for flash memory: the partition that holds the board's file system.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace firmware::contract {

/// Flash as NOR flash behaves: erased by the block to 0xFF, programmed in whole program units, each unit once
/// between two erases. Called on the VM core only, which may block here; the hardware core never does.
class Storage {
public:
    struct Geometry {
        std::uint32_t block_bytes; ///< one erase, 4,096 on most chips
        std::uint32_t block_count;
        std::uint32_t program_bytes; ///< one program unit, 256 on most chips
    };

    virtual Geometry geometry() const noexcept = 0;

    /// `offset` and the sizes are in bytes from the start of the partition. Errors: `invalid_argument` beyond the
    /// end or off a unit's edge, `io` when the medium fails.
    virtual base::Result<> read(std::uint32_t offset, std::span<std::uint8_t> into) noexcept = 0;
    virtual base::Result<> program(std::uint32_t offset, std::span<const std::uint8_t> bytes) noexcept = 0;
    virtual base::Result<> erase(std::uint32_t block) noexcept = 0;

    /// Returns when all that was written before survives a power cut.
    virtual base::Result<> sync() noexcept = 0;

protected:
    ~Storage() = default;
};

} // namespace firmware::contract
