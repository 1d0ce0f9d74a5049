// SPDX-License-Identifier: Apache-2.0
// Flash that refuses what real NOR flash would silently get wrong.
#pragma once

#include "firmware/contract/storage.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <span>

namespace firmware::ports {

/// Storage in memory that somebody else owns: a mapped file, or a test's bytes. Programming clears bits only, and a
/// unit that is not erased is refused with `io`. On the VM core, like every Storage.
class StrictFlash final : public contract::Storage {
public:
    /// `medium` holds `geometry.block_bytes * geometry.block_count` bytes and outlives this. `sync` is called by
    /// `sync()`.
    StrictFlash(std::span<std::uint8_t> medium, Geometry geometry, std::function<bool()> sync = {});

    Geometry geometry() const noexcept override { return geometry_; }
    base::Result<> read(std::uint32_t offset, std::span<std::uint8_t> into) noexcept override;
    base::Result<> program(std::uint32_t offset, std::span<const std::uint8_t> bytes) noexcept override;
    base::Result<> erase(std::uint32_t block) noexcept override;
    base::Result<> sync() noexcept override;

    /// Cuts the power after `operations` more programmed units or erases: from then on everything fails with `io`.
    void cut_after(std::uint32_t operations) noexcept { left_ = operations; }
    /// From now on the operation that the power cut hits is not left undone, but half done, as on a real chip: of the
    /// unit some of the bits that were to be cleared are, of the block some of the bits that were to be set are. Which
    /// ones is drawn from `seed`.
    void tear(std::uint32_t seed) noexcept { tear_.emplace(seed); }
    void power_on() noexcept {
        left_.reset();
        torn_ = false;
    }

private:
    bool in_range(std::uint32_t offset, std::size_t size) const noexcept;
    bool powered() noexcept;
    bool tears() noexcept;
    std::uint8_t random_bits() noexcept;

    std::span<std::uint8_t> medium_;
    Geometry geometry_;
    std::function<bool()> sync_;
    std::optional<std::uint32_t> left_;
    std::optional<std::minstd_rand> tear_;
    bool torn_ = false; ///< in this power cut
};

} // namespace firmware::ports
