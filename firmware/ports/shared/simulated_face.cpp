// SPDX-License-Identifier: Apache-2.0
#include "firmware/ports/shared/simulated_face.hpp"

#include "base/expect.hpp"

#include <algorithm>

namespace firmware::ports {

namespace {

constexpr auto beyond = "flash: beyond the end of a block";

} // namespace

bool SimulatedDisplay::draw(const contract::Area& area, std::span<const contract::Color> pixels) noexcept {
    expect(area.x + area.width <= size_.width && area.y + area.height <= size_.height);
    expect(pixels.size() == std::size_t{area.width} * area.height);
    for (std::size_t row = 0; row < area.height; ++row) {
        const auto line = pixels.subspan(row * area.width, area.width);
        std::copy(line.begin(), line.end(),
                  pixels_.begin() + static_cast<std::ptrdiff_t>((area.y + row) * size_.width + area.x));
    }
    if (observer_ != nullptr) observer_->area_drawn(area);
    return true;
}

void SimulatedLeds::show(std::span<const contract::Rgb> colors) noexcept {
    expect(colors.size() == colors_.size());
    if (std::equal(colors.begin(), colors.end(), colors_.begin())) return;
    std::copy(colors.begin(), colors.end(), colors_.begin());
    if (observer_ != nullptr) observer_->leds_changed();
}

bool SimulatedSmallFlash::in_block(unsigned block, std::size_t offset, std::size_t size) noexcept {
    return block < block_count && offset <= block_bytes && size <= block_bytes - offset;
}

base::Result<> SimulatedSmallFlash::read(unsigned block, std::size_t offset, std::span<std::uint8_t> into) noexcept {
    if (!in_block(block, offset, into.size())) return base::fail(base::ErrorCode::invalid_argument, beyond);
    return flash_.read(static_cast<std::uint32_t>(block * block_bytes + offset), into);
}

base::Result<> SimulatedSmallFlash::start_program(unsigned block, std::size_t offset,
                                                  std::span<const std::uint8_t> bytes) noexcept {
    expect(bytes.size() <= 256);
    if (!in_block(block, offset, bytes.size())) return base::fail(base::ErrorCode::invalid_argument, beyond);
    auto done = flash_.program(static_cast<std::uint32_t>(block * block_bytes + offset), bytes);
    return done ? flash_.sync() : done;
}

base::Result<> SimulatedSmallFlash::start_erase(unsigned block) noexcept {
    auto done = flash_.erase(block);
    return done ? flash_.sync() : done;
}

} // namespace firmware::ports
