// SPDX-License-Identifier: Apache-2.0
// What a battery Tuya sensor's session needs from around it: the line to the MCU, a network, who takes its reports, and
// a system that can restart and sleep.
#pragma once

#include "base/clock.hpp"
#include "base/fixed_vector.hpp"
#include "protocol/tuya/commands.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace firmware::runtime::tuya {

struct LineSettings {
    std::uint32_t baud = 0;
    std::uint8_t data_bits = 0;
    char parity = 'N';
    std::uint8_t stop_bits = 0;

    friend bool operator==(const LineSettings&, const LineSettings&) = default;
};
/// What every MCU of this protocol speaks; without flow control.
inline constexpr LineSettings mcu_line{9600, 8, 'N', 1};

/// The line to the MCU. No call blocks. Nothing else may write to it: not a log, not a boot message.
class Line {
public:
    virtual void open(const LineSettings& settings) noexcept = 0;
    /// Takes what has arrived, up to `into.size()` bytes; 0 when there is nothing.
    virtual std::size_t read(std::span<std::uint8_t> into) noexcept = 0;
    /// Hands over as much as fits now and returns how much that was.
    virtual std::size_t write(std::span<const std::uint8_t> bytes) noexcept = 0;
    /// All that was handed over has left the wire.
    virtual bool idle() const noexcept = 0;

protected:
    ~Line() = default;
};

/// Each state includes those before it.
enum class NetworkState : std::uint8_t {
    down,
    joined,    ///< associated with the WiFi network
    addressed, ///< has an IP address
    ready,     ///< the broker has accepted the connection
};

class Network {
public:
    /// Someone has told it which WiFi network and which broker are its own.
    virtual bool configured() const noexcept = 0;
    /// Begins to join, and to connect to the broker, without waiting.
    virtual void join() noexcept = 0;
    /// Begins to let itself be configured. `mode` is `smart_config` or `access_point`: what the MCU's LED shows.
    virtual void open_configuration(protocol::tuya::NetworkStatus mode) noexcept = 0;
    /// Forgets network and broker for good.
    virtual void forget() noexcept = 0;

    virtual NetworkState state() const noexcept = 0;
    /// 0 to 100; nothing while it is down.
    virtual std::optional<std::uint8_t> signal_percent() const noexcept = 0;
    /// Nothing when nobody has told it.
    virtual std::optional<protocol::tuya::LocalTime> local_time() const noexcept = 0;
    /// Exchanges with access point, router and broker since the boot, each a request and its answer.
    virtual unsigned steps() const noexcept = 0;

protected:
    ~Network() = default;
};

/// A report on its way to the home.
struct Delivery {
    std::uint16_t serial = 0;
    bool record = false;                           ///< of a moment in the past
    bool late = false;                             ///< kept from a boot that could not deliver it
    std::optional<protocol::tuya::LocalTime> time; ///< of a record whose MCU knew it
    std::span<const std::uint8_t> datapoints;      ///< valid during the call
};

/// Takes reports to the home, in the order in which it got them, and tells the session when they are there.
class Publisher {
public:
    /// False: no room now, ask again. Else, once whoever keeps the report has confirmed it (MQTT: QoS 1 and PUBACK),
    /// `Session::delivered`. One that is not confirmed in time is published again: at least once, never silently not.
    virtual bool publish(const Delivery& delivery) noexcept = 0;
    /// What the home must know before reports mean something: changes when the entities do. Never 0.
    virtual std::uint32_t declaration() const noexcept = 0;
    /// Tells the home, and `Session::declared` when it is confirmed. False: no room now.
    virtual bool declare() noexcept = 0;

protected:
    ~Publisher() = default;
};

/// What the session has to say to whoever reads a log.
enum class Note : std::uint8_t {
    mcu_silent,        ///< no answer to three repetitions; it goes on asking
    mains_protocol,    ///< a frame of the other protocol; `detail` is its version
    unknown_command,   ///< `detail` is the command
    bad_product,       ///< what the MCU says about itself is no JSON object
    status_unanswered, ///< `detail` is the status; the session starts again
    report_refused,    ///< no room: not taken, so not acknowledged
    report_damaged,    ///< a datapoint was cut off or is none; the others were kept
    line_garbled,      ///< what came may have been a report: nothing is acknowledged until it comes again
    not_delivered,     ///< kept for the next boot, not acknowledged; `detail`: how many
    lost,              ///< could not even be kept; `detail`: how many
    not_cut,           ///< the MCU has left the power on: the module sleeps
    reset_pressed,     ///< `detail` is the mode it restarts into
    update_refused,    ///< would not end before the power is cut
    out_of_step,       ///< the MCU wakes the module without an event, again and again; `detail`: how often
};

/// A report that is kept over a boot.
struct KeptReport {
    static constexpr std::size_t size_max = 56;
    base::FixedVector<std::uint8_t, size_max> data; ///< as in the frame
    bool record = false;
};

/// What must survive the power cut. Small, and saved seldom: never on a boot that goes well.
struct Kept {
    static constexpr std::size_t reports_max = 4;
    bool configuring = false; ///< the button was held; not configured since
    protocol::tuya::NetworkStatus mode = protocol::tuya::NetworkStatus::smart_config;
    std::uint8_t eventless_boots = 0; ///< in a row
    std::uint32_t declared = 0;       ///< what the home was told; 0: nothing
    base::FixedVector<KeptReport, reports_max> undelivered;
};

class System {
public:
    virtual void save(const Kept& kept) noexcept = 0;
    /// Starts anew; may return, the session does nothing any more.
    virtual void restart() noexcept = 0;
    /// Sleeps as deep as the chip can, radio off, until the power is cut; may return as above.
    virtual void sleep() noexcept = 0;
    virtual void note(Note note, std::uint8_t detail) noexcept = 0;

protected:
    ~System() = default;
};

} // namespace firmware::runtime::tuya
