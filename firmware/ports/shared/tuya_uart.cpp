// SPDX-License-Identifier: Apache-2.0
#include "firmware/ports/shared/tuya_uart.hpp"

#include "base/expect.hpp"

#include <algorithm>

namespace firmware::ports {

namespace {

const TuyaProduct& product_named(std::string_view name) noexcept {
    const TuyaProduct* const product = tuya_product(name);
    expect(product != nullptr); // a board's data names one of them
    return *product;
}

} // namespace

// --- the wire -----------------------------------------------------------------------------------------------------

std::size_t TuyaWire::send(std::span<const std::uint8_t> bytes, base::Micros now) noexcept {
    if (size_ == 0 && !bytes.empty()) next_at_ = now + byte_time;
    const std::size_t count = std::min(bytes.size(), capacity - size_);
    for (std::size_t i = 0; i < count; ++i) bytes_[(first_ + size_++) % capacity] = bytes[i];
    return count;
}

std::size_t TuyaWire::take(std::span<std::uint8_t> into, base::Micros now) noexcept {
    std::size_t count = 0;
    while (size_ > 0 && count < into.size() && now >= next_at_) {
        into[count++] = bytes_[first_];
        first_ = (first_ + 1) % capacity;
        --size_;
        next_at_ += byte_time;
    }
    return count;
}

base::Micros TuyaWire::deadline() const noexcept {
    if (size_ == 0) return base::never;
    return next_at_ + byte_time * static_cast<base::Micros>(std::min(size_, fifo) - 1);
}

// --- what hangs on it -----------------------------------------------------------------------------------------------

TuyaUart::TuyaUart(std::string_view product, contract::SmallFlash& flash, contract::Gauges& gauges) noexcept
    : mcu_(product_named(product), *this),
      module_({*this, flash, gauges, start_time}) {
    mcu_.arm();
}

void TuyaUart::boot(const Home& home, base::Micros now) noexcept {
    now_ = now;
    module_.attach(home);
}

void TuyaUart::step(base::Micros now) noexcept {
    now_ = now;
    std::array<std::uint8_t, 64> bytes{};
    for (std::size_t size = to_mcu_.take(bytes, now); size > 0; size = to_mcu_.take(bytes, now)) {
        mcu_.hear({bytes.data(), size}, now);
    }
    mcu_.step(now);
    module_.step(now);
}

base::Micros TuyaUart::deadline() const noexcept {
    const base::Micros heard = module_.listens() ? to_module_.deadline() : base::never;
    return std::min({mcu_.deadline(), module_.deadline(), to_mcu_.deadline(), heard});
}

base::Result<> TuyaUart::sense(bool door, bool active, base::Micros now) noexcept {
    if (door != mcu_.product().is_door) {
        return base::fail(base::ErrorCode::unsupported,
                          door ? "this sensor sees motion, not a door" : "this sensor sees a door, not motion");
    }
    mcu_.sense(active, now);
    return {};
}

base::Result<> TuyaUart::set_battery(std::int64_t level) noexcept {
    const bool percent = mcu_.product().battery_type == protocol::tuya::DatapointType::value;
    const std::int64_t most = percent ? 100 : 2;
    if (level < 0 || level > most) {
        return base::fail(base::ErrorCode::invalid_argument, percent ? "this sensor tells its battery from 0 to 100"
                                                                     : "this sensor tells its battery as 0, 1 or 2");
    }
    mcu_.set_battery(static_cast<std::int32_t>(level));
    return {};
}

SensorView TuyaUart::view() const noexcept {
    return {mcu_.active(), mcu_.battery(), mcu_.powered(), mcu_.light(now_), module_.state_name(), told_, dropped_};
}

void TuyaUart::power(bool on, base::Micros at) noexcept {
    to_module_.cut();
    to_mcu_.cut();
    module_.power(on, at);
}

void TuyaUart::transmit(std::span<const std::uint8_t> bytes, base::Micros at) noexcept {
    // Into a module that starts or sleeps, nothing gets.
    if (module_.listens()) (void)to_module_.send(bytes, at);
}

/// What came before is not this session's.
void TuyaUart::open(const runtime::tuya::LineSettings& settings) noexcept {
    expect(settings == runtime::tuya::mcu_line);
    to_module_.cut();
}

std::size_t TuyaUart::read(std::span<std::uint8_t> into) noexcept { return to_module_.take(into, now_); }

std::size_t TuyaUart::write(std::span<const std::uint8_t> bytes) noexcept { return to_mcu_.send(bytes, now_); }

} // namespace firmware::ports
