// SPDX-License-Identifier: Apache-2.0
// What a port supplies for the few bytes that the hardware core itself keeps: settings, or what a sensor remembers.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace firmware::contract {

/// Two blocks of NOR flash (see `Storage` for how flash behaves) apart from the file system. All calls on the hardware
/// core, and none waits for the medium: what takes long is started, and `busy` says when it has ended.
class SmallFlash {
public:
    static constexpr unsigned block_count = 2;
    static constexpr std::size_t block_bytes = 4096;
    static constexpr std::size_t program_bytes = 16; ///< offsets and sizes of programming are multiples of this

    /// While true, `start_program` and `start_erase` must not be called.
    virtual bool busy() noexcept = 0;

    /// Errors everywhere: `invalid_argument` beyond the end or off a unit's edge, `io` when the medium fails or failed
    /// at what was started last.
    virtual base::Result<> read(unsigned block, std::size_t offset, std::span<std::uint8_t> into) noexcept = 0;
    /// At most 256 bytes, copied before this returns.
    virtual base::Result<> start_program(unsigned block, std::size_t offset,
                                         std::span<const std::uint8_t> bytes) noexcept = 0;
    virtual base::Result<> start_erase(unsigned block) noexcept = 0;

protected:
    ~SmallFlash() = default;
};

} // namespace firmware::contract
