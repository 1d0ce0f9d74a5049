// SPDX-License-Identifier: Apache-2.0
// Flash that is a file of the host, or memory when the host has no files.
#pragma once

#include "firmware/contract/storage.hpp"
#include "firmware/ports/mps2_an521/semihosting.hpp"
#include "firmware/ports/shared/strict_flash.hpp"

#include <span>

namespace firmware::ports::mps2_an521 {

/// Fills `medium` from the file and keeps `file` open for writing. A file of another size is replaced by erased flash;
/// without files the medium is erased flash that forgets.
void load_medium(HostFile& file, const char* name, std::span<std::uint8_t> medium) noexcept;

/// As strict as NOR flash; what is programmed or erased is in the file when the call returns.
class FileFlash final : public contract::Storage {
public:
    /// `medium` outlives this and was loaded from `file`.
    FileFlash(const HostFile& file, std::span<std::uint8_t> medium, Geometry geometry) noexcept
        : file_(file),
          medium_(medium),
          flash_(medium, geometry) {}

    Geometry geometry() const noexcept override { return flash_.geometry(); }
    base::Result<> read(std::uint32_t offset, std::span<std::uint8_t> into) noexcept override {
        return flash_.read(offset, into);
    }
    base::Result<> program(std::uint32_t offset, std::span<const std::uint8_t> bytes) noexcept override;
    base::Result<> erase(std::uint32_t block) noexcept override;
    base::Result<> sync() noexcept override { return {}; }

private:
    base::Result<> save(std::size_t offset, std::size_t size) const noexcept;

    const HostFile& file_;
    std::span<std::uint8_t> medium_;
    StrictFlash flash_;
};

} // namespace firmware::ports::mps2_an521
