// SPDX-License-Identifier: Apache-2.0
// A badge's screen, LEDs, settings flash and gauges without the hardware.
#pragma once

#include "firmware/boards/profile.hpp"
#include "firmware/contract/display.hpp"
#include "firmware/contract/gauges.hpp"
#include "firmware/contract/leds.hpp"
#include "firmware/contract/small_flash.hpp"
#include "firmware/ports/shared/strict_flash.hpp"

#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace firmware::ports {

/// Hears of what a person would see change, on the hardware core.
class FaceObserver {
public:
    virtual void area_drawn(const contract::Area& area) noexcept = 0;
    virtual void leds_changed() noexcept = 0;

protected:
    ~FaceObserver() = default;
};

/// The glass: every pixel as the display was told.
class SimulatedDisplay final : public contract::Display {
public:
    explicit SimulatedDisplay(boards::ScreenSize size) : size_(size), pixels_(std::size_t{size.width} * size.height) {}

    bool draw(const contract::Area& area, std::span<const contract::Color> pixels) noexcept override;
    void end_of_picture() noexcept override { ++pictures_; }

    boards::ScreenSize size() const noexcept { return size_; }
    std::span<const contract::Color> pixels() const noexcept { return pixels_; }
    std::uint32_t pictures() const noexcept { return pictures_; }
    void observe(FaceObserver* observer) noexcept { observer_ = observer; }

private:
    boards::ScreenSize size_;
    std::vector<contract::Color> pixels_;
    std::uint32_t pictures_ = 0;
    FaceObserver* observer_ = nullptr;
};

class SimulatedLeds final : public contract::Leds {
public:
    explicit SimulatedLeds(std::size_t count) : colors_(count) {}

    void show(std::span<const contract::Rgb> colors) noexcept override;

    std::span<const contract::Rgb> colors() const noexcept { return colors_; }
    void observe(FaceObserver* observer) noexcept { observer_ = observer; }

private:
    std::vector<contract::Rgb> colors_;
    FaceObserver* observer_ = nullptr;
};

/// Two blocks of a StrictFlash, as strict as that; programming and erasing take no time. `cut_after` and `tear` as
/// there.
class SimulatedSmallFlash final : public contract::SmallFlash {
public:
    static constexpr std::size_t medium_bytes = block_count * block_bytes;

    /// `medium` holds `medium_bytes` bytes and outlives this.
    explicit SimulatedSmallFlash(std::span<std::uint8_t> medium, std::function<bool()> sync = {})
        : flash_(medium, {block_bytes, block_count, program_bytes}, std::move(sync)) {}

    bool busy() noexcept override { return false; }
    base::Result<> read(unsigned block, std::size_t offset, std::span<std::uint8_t> into) noexcept override;
    base::Result<> start_program(unsigned block, std::size_t offset,
                                 std::span<const std::uint8_t> bytes) noexcept override;
    base::Result<> start_erase(unsigned block) noexcept override;

    void cut_after(std::uint32_t operations) noexcept { flash_.cut_after(operations); }
    void tear(std::uint32_t seed) noexcept { flash_.tear(seed); }
    void power_on() noexcept { flash_.power_on(); }

private:
    static bool in_block(unsigned block, std::size_t offset, std::size_t size) noexcept;

    StrictFlash flash_;
};

/// What the outside world says; nothing until it does.
class SimulatedGauges final : public contract::Gauges {
public:
    std::optional<std::int32_t> battery_millivolts() noexcept override { return battery; }
    std::optional<bool> usb_power() noexcept override { return usb; }
    std::optional<std::int32_t> temperature_millicelsius() noexcept override { return temperature; }
    std::optional<std::int32_t> signal_dbm() noexcept override { return signal; }

    std::optional<std::int32_t> battery;
    std::optional<bool> usb;
    std::optional<std::int32_t> temperature;
    std::optional<std::int32_t> signal;
};

} // namespace firmware::ports
