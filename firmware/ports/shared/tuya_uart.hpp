// SPDX-License-Identifier: Apache-2.0
// UART1 of a battery sensor without hardware: the MCU, the line at 9600 baud, and the module whose power it switches.
#pragma once

#include "base/clock.hpp"
#include "firmware/contract/gauges.hpp"
#include "firmware/contract/small_flash.hpp"
#include "firmware/ports/shared/sensor_panel.hpp"
#include "firmware/ports/shared/tuya_mcu.hpp"
#include "firmware/ports/shared/tuya_products.hpp"
#include "firmware/runtime/sensor.hpp"
#include "firmware/runtime/tuya/module.hpp"
#include "firmware/runtime/tuya/parts.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::ports {

/// One direction of the line: bytes arrive one after the other, each when its last bit has.
class TuyaWire {
public:
    static constexpr base::Micros byte_time = 1042; ///< ten bits at 9600 baud
    static constexpr std::size_t capacity = 1024;

    /// Takes as many as fit, and returns how many that was.
    std::size_t send(std::span<const std::uint8_t> bytes, base::Micros now) noexcept;
    std::size_t take(std::span<std::uint8_t> into, base::Micros now) noexcept;
    /// When something can be taken: a few bytes at once, as from a UART's FIFO.
    base::Micros deadline() const noexcept;
    bool empty() const noexcept { return size_ == 0; }
    void cut() noexcept { size_ = 0; }

private:
    static constexpr std::size_t fifo = 8;

    std::array<std::uint8_t, capacity> bytes_{};
    std::size_t first_ = 0;
    std::size_t size_ = 0;
    base::Micros next_at_ = 0; ///< when the first one is there
};

/// On the hardware core. The panel may be used from `boot` on.
class TuyaUart final : public runtime::Sensor, public SensorPanel, private TuyaWorld, private runtime::tuya::Line {
public:
    static constexpr base::Micros start_time = base::from_ms(250); ///< of the module, from power on

    /// `product` is one of `tuya_products`. All outlive this. The MCU is armed, as after its first configuration.
    TuyaUart(std::string_view product, contract::SmallFlash& flash, contract::Gauges& gauges) noexcept;
    TuyaUart(const TuyaUart&) = delete;
    TuyaUart& operator=(const TuyaUart&) = delete;

    // runtime::Sensor
    void boot(const Home& home, base::Micros now) noexcept override;
    void step(base::Micros now) noexcept override;
    base::Micros deadline() const noexcept override;
    void reported(std::uint16_t serial) noexcept override { module_.reported(serial); }

    // SensorPanel
    base::Result<> sense(bool door, bool active, base::Micros now) noexcept override;
    void hold_button(base::Micros now) noexcept override { mcu_.hold_button(now); }
    base::Result<> set_battery(std::int64_t level) noexcept override;
    void change_battery(base::Micros now) noexcept override { mcu_.change_battery(now); }
    SensorView view() const noexcept override;

    const TuyaMcu& mcu() const noexcept { return mcu_; }
    const runtime::tuya::Module& module() const noexcept { return module_; }

private:
    // TuyaWorld
    void power(bool on, base::Micros at) noexcept override;
    void transmit(std::span<const std::uint8_t> bytes, base::Micros at) noexcept override;
    void told(std::uint32_t, base::Micros) noexcept override { ++told_; }
    void dropped(std::uint32_t) noexcept override { ++dropped_; }
    // Line
    void open(const runtime::tuya::LineSettings& settings) noexcept override;
    std::size_t read(std::span<std::uint8_t> into) noexcept override;
    std::size_t write(std::span<const std::uint8_t> bytes) noexcept override;
    bool idle() const noexcept override { return to_mcu_.empty(); }

    TuyaMcu mcu_;
    runtime::tuya::Module module_;
    TuyaWire to_module_;
    TuyaWire to_mcu_;
    base::Micros now_ = 0;
    std::uint32_t told_ = 0;
    std::uint32_t dropped_ = 0;
};

} // namespace firmware::ports
