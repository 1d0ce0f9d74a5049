// SPDX-License-Identifier: Apache-2.0
#include "firmware/ports/mps2_an521/flash.hpp"

#include <algorithm>

namespace firmware::ports::mps2_an521 {

void load_medium(HostFile& file, const char* name, std::span<std::uint8_t> medium) noexcept {
    if (file.open(name, false) && file.size() == medium.size() && file.read(0, medium)) return;
    std::fill(medium.begin(), medium.end(), std::uint8_t{0xFF});
    if (file.open(name, true)) file.write(0, medium);
}

base::Result<> FileFlash::program(std::uint32_t offset, std::span<const std::uint8_t> bytes) noexcept {
    auto done = flash_.program(offset, bytes);
    return done ? save(offset, bytes.size()) : done;
}

base::Result<> FileFlash::erase(std::uint32_t block) noexcept {
    auto done = flash_.erase(block);
    const std::size_t size = geometry().block_bytes;
    return done ? save(block * size, size) : done;
}

base::Result<> FileFlash::save(std::size_t offset, std::size_t size) const noexcept {
    if (!file_.is_open() || file_.write(offset, medium_.subspan(offset, size))) return {};
    return base::fail(base::ErrorCode::io, "flash: the host's file can't be written");
}

} // namespace firmware::ports::mps2_an521
