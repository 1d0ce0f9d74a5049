// SPDX-License-Identifier: Apache-2.0
// The module of a battery sensor whose home is at the other end of the link: one session from power on to power off,
// and what is kept in between.
#pragma once

#include "base/clock.hpp"
#include "firmware/contract/gauges.hpp"
#include "firmware/contract/small_flash.hpp"
#include "firmware/runtime/gauges.hpp"
#include "firmware/runtime/sensor.hpp"
#include "firmware/runtime/tuya/kept_store.hpp"
#include "firmware/runtime/tuya/parts.hpp"
#include "firmware/runtime/tuya/session.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace firmware::runtime::tuya {

/// What the session asks of a network, in terms of the link: joined with the power, addressed while a hub is heard,
/// ready while the hub says that its broker is connected. It is configured by a hub that talks to it: a new one
/// whenever that happens, one that was reset once it lets itself be configured. Reports go over the link, and are
/// delivered when the hub says so. On the hardware core.
class Module final : private Network, private Publisher, private System {
public:
    struct Parts {
        Line& line;                  ///< to the MCU
        contract::SmallFlash& flash; ///< for this alone
        contract::Gauges& gauges;
        base::Micros start_time = 0; ///< from power on, or a restart, to the session's first step
    };

    /// All parts outlive this.
    explicit Module(const Parts& parts) noexcept : parts_(parts), store_(parts.flash) {}

    /// Once, before anything else; the module has no power.
    void attach(const Sensor::Home& home) noexcept;
    /// From the MCU's switch. Off ends the session at once; what was not kept is gone.
    void power(bool on, base::Micros now) noexcept;
    void step(base::Micros now) noexcept;
    base::Micros deadline() const noexcept;
    void reported(std::uint16_t serial) noexcept;

    /// Whether the session reads its line.
    bool listens() const noexcept;
    /// `off`, `starting`, or the session's state: `handshake`, `joining`, `online`, `configuring`, `restarting`,
    /// `asleep`.
    std::string_view state_name() const noexcept;
    const KeptRecord& kept() const noexcept { return store_.record(); }

private:
    // Network
    bool configured() const noexcept override { return store_.record().configured; }
    void join() noexcept override { joined_ = true; }
    void open_configuration(protocol::tuya::NetworkStatus mode) noexcept override;
    void forget() noexcept override;
    NetworkState state() const noexcept override;
    std::optional<std::uint8_t> signal_percent() const noexcept override;
    std::optional<protocol::tuya::LocalTime> local_time() const noexcept override;
    /// None: the link is there before the module is.
    unsigned steps() const noexcept override { return 0; }
    // Publisher
    bool publish(const Delivery& delivery) noexcept override;
    std::uint32_t declaration() const noexcept override;
    bool declare() noexcept override;
    // System
    void save(const Kept& kept) noexcept override;
    void restart() noexcept override;
    void sleep() noexcept override;
    void note(Note note, std::uint8_t detail) noexcept override;

    void save_record(const KeptRecord& record) noexcept { store_.save(record, now_); }
    void be_configured() noexcept;
    void keep_declaration() noexcept;
    void start_session() noexcept;
    void step_session() noexcept;
    void end_session() noexcept;

    Parts parts_;
    std::optional<Sensor::Home> home_;
    std::optional<runtime::Gauges> gauges_; ///< for Python
    KeptStore store_;
    std::optional<Session> session_;
    base::Micros now_ = 0;
    base::Micros starts_at_ = base::never;
    bool powered_ = false;
    bool joined_ = false;
    bool configurable_ = false;
    bool leaving_ = false;                        ///< the session has asked for its end
    std::optional<std::uint32_t> declared_after_; ///< the link's count of declarations when one was asked for
};

} // namespace firmware::runtime::tuya
