// SPDX-License-Identifier: Apache-2.0
// The MCU of a battery Tuya sensor, without one: it switches a module's power, tells it what it saw, and counts what
// the module does wrong.
#pragma once

#include "base/clock.hpp"
#include "base/fixed_string.hpp"
#include "base/fixed_vector.hpp"
#include "firmware/ports/shared/tuya_products.hpp"
#include "protocol/tuya/commands.hpp"
#include "protocol/tuya/frame_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace firmware::ports {

/// What the MCU's light does.
enum class TuyaLed : std::uint8_t { off, on, fast, slow };

/// What happens around the MCU.
class TuyaWorld {
public:
    /// The module's power. Called from `step`, `hear` and the hands.
    virtual void power(bool on, base::Micros at) noexcept = 0;
    /// Bytes for the module, at 9600 baud from `at` on.
    virtual void transmit(std::span<const std::uint8_t> bytes, base::Micros at) noexcept = 0;
    /// The MCU takes this event for told, and forgets it.
    virtual void told(std::uint32_t event, base::Micros at) noexcept = 0;
    /// The MCU has no room or no hope for this event.
    virtual void dropped(std::uint32_t event) noexcept = 0;

protected:
    ~TuyaWorld() = default;
};

/// Strict: whatever a module must not do is counted and the newest is told in words. On one thread.
class TuyaMcu final : private protocol::tuya::FrameSink {
public:
    static constexpr base::Micros reaction = base::from_ms(20);
    static constexpr base::Micros idle_cut = base::from_ms(3500);
    static constexpr base::Micros configuring_cut = base::from_ms(110000);
    static constexpr base::Micros unfinished_cut = base::from_ms(120000);
    static constexpr base::Micros unacknowledged_cut = base::from_ms(65000);
    static constexpr base::Micros silence_max = base::from_ms(8000); ///< then the power is switched off and on
    static constexpr base::Micros off_time = base::from_ms(500);
    static constexpr base::Micros off_time_after_failure = base::from_ms(60000);
    static constexpr base::Micros button_shows = base::from_ms(1000);
    /// After so many powered times without `cloud_connected` it wakes the module no more.
    static constexpr unsigned failures_max = 3;
    static constexpr std::size_t events_max = 8;

    TuyaMcu(const TuyaProduct& product, TuyaWorld& world) noexcept;
    TuyaMcu(const TuyaMcu&) = delete;
    TuyaMcu& operator=(const TuyaMcu&) = delete;

    // --- hands ---
    /// Something moves, or nothing does any more; a door opens or closes. Returns the event's number, from 1.
    std::uint32_t sense(bool active, base::Micros now) noexcept;
    /// The event of a product with other datapoints.
    std::uint32_t sense(std::span<const std::uint8_t> datapoints, base::Micros now) noexcept;
    void set_battery(std::int32_t level) noexcept { battery_ = level; }
    /// The button, held as long as it takes.
    void hold_button(base::Micros now) noexcept;
    /// Forgets everything, and is ready again.
    void change_battery(base::Micros now) noexcept;
    /// As after a successful configuration.
    void arm() noexcept { armed_ = true; }

    // --- the module, and time ---
    void hear(std::span<const std::uint8_t> bytes, base::Micros now) noexcept;
    void step(base::Micros now) noexcept;
    base::Micros deadline() const noexcept;

    // --- what can be seen ---
    /// What it was made to see last.
    bool active() const noexcept { return active_; }
    std::int32_t battery() const noexcept { return battery_; }
    bool powered() const noexcept { return powered_; }
    bool armed() const noexcept { return armed_; }
    TuyaLed light(base::Micros now) const noexcept;
    /// Whether the light is lit at this moment.
    bool led(base::Micros now) const noexcept;
    const TuyaProduct& product() const noexcept { return product_; }
    bool keeps(std::uint32_t event) const noexcept;
    std::optional<protocol::tuya::NetworkStatus> status() const noexcept { return status_; }
    const std::optional<protocol::tuya::LocalTime>& time() const noexcept { return time_; }
    unsigned answers_to_cache() const noexcept { return cache_answers_; }
    std::int64_t issued(std::uint8_t id) const noexcept;
    unsigned violations() const noexcept { return violations_; }
    std::string_view newest_violation() const noexcept { return violation_.view(); }

private:
    static constexpr std::size_t report_size_max = 40;
    using Bytes = base::FixedVector<std::uint8_t, 64>;

    struct Event {
        std::uint32_t number = 0;
        Bytes datapoints; ///< without the battery's
        std::optional<protocol::tuya::LocalTime> time;
    };
    struct Report {
        std::uint32_t event = 0;
        bool last = false; ///< of its event
        Bytes data;
        bool sent = false;
        base::Micros first_sent_at = 0;
        base::Micros sent_at = 0;
        base::Micros said_at = 0; ///< its last byte has left
    };
    struct Outgoing {
        base::Micros due = 0;
        base::FixedVector<std::uint8_t, 96> bytes;
    };

    void on_frame(const protocol::tuya::Frame& frame) override;
    void on_bad_sum(const protocol::tuya::Frame& frame, std::uint8_t found, std::uint8_t right) override;
    void on_status(std::span<const std::uint8_t> data) noexcept;
    void on_report_answer(const protocol::tuya::Frame& frame) noexcept;
    void on_issue(std::span<const std::uint8_t> data) noexcept;

    void switch_on(base::Micros now) noexcept;
    void switch_off(base::Micros off_for, base::Micros now) noexcept;
    void end_session(base::Micros now) noexcept;
    void send_button() noexcept;
    void prepare_reports() noexcept;
    void add_report(const Event& event, std::span<const std::uint8_t> data, bool last) noexcept;
    void send_reports() noexcept;
    void send_due() noexcept;
    void say(protocol::tuya::Command command, std::span<const std::uint8_t> data) noexcept;
    void violate(std::string_view what) noexcept;
    bool online() const noexcept { return status_ == protocol::tuya::NetworkStatus::cloud_connected; }
    base::Micros cut_at() const noexcept;
    protocol::tuya::Command report_command() const noexcept;
    unsigned outstanding() const noexcept;

    const TuyaProduct& product_;
    TuyaWorld& world_;
    protocol::tuya::FrameReader reader_;
    base::Micros now_ = 0;

    base::FixedVector<Event, events_max> events_;
    base::FixedVector<Report, 2 * events_max> reports_; ///< of this powered time
    base::FixedVector<Outgoing, 16> outgoing_;
    std::uint32_t next_event_ = 1;
    std::int32_t battery_ = 2;
    bool active_ = false;
    base::Micros clear_at_ = base::never;

    bool powered_ = false;
    bool armed_ = false;
    unsigned failures_ = 0;
    base::Micros powered_at_ = 0;
    base::Micros off_until_ = 0;
    bool heard_module_ = false;
    bool asked_product_ = false;
    bool leaves_ = false; ///< was told of the button, and has not begun anew
    std::optional<protocol::tuya::NetworkStatus> status_;
    base::Micros active_at_ = 0; ///< what the idle cut counts from
    base::Micros configuring_at_ = base::never;
    base::Micros said_at_ = 0;
    unsigned frames_sent_ = 0;
    unsigned answers_heard_ = 0;
    bool button_waits_ = false;
    base::Micros button_at_ = base::never;
    protocol::tuya::NetworkStatus mode_ = protocol::tuya::NetworkStatus::access_point;

    std::optional<protocol::tuya::LocalTime> time_;
    unsigned cache_answers_ = 0;
    struct Issued {
        std::uint8_t id = 0;
        std::int64_t value = 0;
    };
    base::FixedVector<Issued, 8> issued_;
    unsigned violations_ = 0;
    base::FixedString<96> violation_;
};

} // namespace firmware::ports
