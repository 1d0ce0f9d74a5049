// SPDX-License-Identifier: Apache-2.0
// One boot of a module whose power a Tuya MCU switches: from waking up to the power cut (docs/tuya.md, "A boot").
#pragma once

#include "base/clock.hpp"
#include "base/fixed_vector.hpp"
#include "firmware/runtime/tuya/parts.hpp"
#include "firmware/runtime/tuya/reports.hpp"
#include "protocol/tuya/commands.hpp"
#include "protocol/tuya/datapoint.hpp"
#include "protocol/tuya/frame_reader.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace firmware::runtime::tuya {

/// What a boot has seen, for diagnostics.
struct Diagnostics {
    protocol::tuya::Product product; ///< empty until the MCU has said it
    std::uint32_t frames = 0;        ///< with a right sum
    std::uint32_t foreign_frames = 0;
    std::uint32_t unknown_commands = 0;
    std::uint32_t product_queries = 0;
    std::uint32_t statuses_sent = 0; ///< repetitions included
    std::uint32_t reports = 0;
    std::uint32_t repeated = 0;
    std::uint32_t refused = 0;
    std::uint32_t damaged = 0;
    std::uint32_t publishes = 0; ///< repetitions included
    std::uint32_t acknowledged = 0;
    base::Micros online_at = base::never;    ///< the MCU has acknowledged `cloud_connected`
    base::Micros delivered_at = base::never; ///< the first report of this boot was confirmed
};

/// An explicit state machine; on one thread, without blocking and without heap.
///
/// | state | waits for | and then | at most |
/// |---|---|---|---|
/// | handshake | the MCU's product, asked for each second | joining or configuring | the boot's end |
/// | joining | network and broker; each of the statuses 2, 3, 4 is told when it is true and acknowledged before the
/// next | online | the boot's end | | online | reports; each is published, confirmed, and only then acknowledged | the
/// power cut | 5 s without a report, 5 s after all are acknowledged | | configuring | someone to tell network and
/// broker, or an update | restarting | `configuration_max` | | restarting | the last byte to leave | | 250 ms | |
/// asleep | the power cut | | |
///
/// A status that the MCU does not acknowledge is sent four times, then all starts again at the handshake. The boot's
/// end is `awake_max`: reports that are not delivered by then are kept for the next boot and not acknowledged.
class Session final : private protocol::tuya::FrameSink {
public:
    static constexpr base::Micros answer_max = base::from_ms(1000);
    static constexpr unsigned sends_max = 4; ///< once, and three repetitions
    /// Nothing may come from the MCU for this long before an acknowledgement, which may cut the power: a report in
    /// several frames must be there whole, and one that follows an acknowledgement must not be taken for the cause of
    /// the next.
    static constexpr base::Micros quiet = base::from_ms(200);
    static constexpr base::Micros eventless_after = base::from_ms(1000);
    static constexpr unsigned eventless_boots_max = 5;                    ///< from then on `out_of_step` is said
    static constexpr base::Micros idle_max = base::from_ms(5000);         ///< the MCU cuts after 3.5 s
    static constexpr base::Micros confirmation_max = base::from_ms(5000); ///< then a report is published again
    static constexpr base::Micros awake_max = base::from_ms(60000);
    static constexpr base::Micros restart_max = base::from_ms(250);
    /// The MCU cuts after 110 s.
    static constexpr base::Micros configuration_max = base::from_ms(105000);
    /// It stays up this long for who wants to update it, even when it has been told all it needs.
    static constexpr base::Micros hold = base::from_ms(30000);
    /// An update that has begun may last until the MCU cuts.
    static constexpr base::Micros update_max = base::from_ms(120000);
    /// Reports are acknowledged all the same if the home can't be told of new entities for so long.
    static constexpr base::Micros declare_max = base::from_ms(10000);
    static constexpr std::size_t issues_max = 4;
    static constexpr std::size_t issue_size_max = 16;

    enum class State : std::uint8_t { handshake, joining, online, configuring, restarting, asleep };

    struct Parts {
        Line& line;
        Network& network;
        Publisher& publisher;
        System& system;
    };

    /// All parts outlive this.
    Session(const Parts& parts, const Kept& kept) noexcept;

    /// Opens the line and begins. `now` is uptime, everywhere.
    void boot(base::Micros now) noexcept;
    /// Whenever bytes have arrived, the network's state has changed, something was confirmed, or `deadline` has come.
    void step(base::Micros now) noexcept;
    base::Micros deadline() const noexcept { return deadline_; }

    /// From the publisher: whoever keeps it has it. Takes effect with the next `step`.
    void delivered(std::uint16_t serial) noexcept;
    void declared() noexcept;

    /// Datapoints to set: told to the MCU in this boot, at once or when it asks. False when there is no room, or when
    /// it is longer than `issue_size_max`.
    bool issue(const protocol::tuya::Datapoint& datapoint) noexcept;

    /// An update of the module's firmware wants to begin, and will take this long. Refused unless the module is being
    /// configured and the power stays on until then: a write that is cut may leave a module that does not start.
    bool begin_update(base::Micros duration) noexcept;
    void end_update(bool restart) noexcept;

    State state() const noexcept { return state_; }
    const Diagnostics& diagnostics() const noexcept { return diagnostics_; }
    std::uint32_t bad_sums() const noexcept { return reader_.bad_sums(); }

private:
    using Status = protocol::tuya::NetworkStatus;
    using Issue = base::FixedVector<std::uint8_t, protocol::tuya::datapoint_overhead + issue_size_max>;
    enum class Upgrade : std::uint8_t { module, mcu };
    /// When to try again what had no room.
    static constexpr base::Micros soon = base::from_ms(5);

    // What the line brings.
    void on_frame(const protocol::tuya::Frame& frame) override;
    void on_bad_sum(const protocol::tuya::Frame& frame, std::uint8_t found, std::uint8_t right) override;
    void mishear() noexcept;
    void on_product(std::span<const std::uint8_t> data) noexcept;
    void on_status_answer() noexcept;
    void on_report(std::uint8_t command, std::span<const std::uint8_t> data) noexcept;
    void on_reset(std::uint8_t command, std::optional<Status> mode) noexcept;
    void on_upgrade_question(Upgrade which) noexcept;
    void on_cache_question(std::span<const std::uint8_t> data) noexcept;

    // The machine.
    void act() noexcept;
    void act_handshake() noexcept;
    void act_joining() noexcept;
    void act_online() noexcept;
    void act_configuring() noexcept;
    void act_restarting() noexcept;
    void begin_handshake() noexcept;
    void tell(Status status) noexcept;
    bool told(Status status) const noexcept { return acknowledged_ && *acknowledged_ >= status; }
    std::optional<Status> true_status() const noexcept;
    void deliver() noexcept;
    bool declare() noexcept;
    void forget_delivered_kept() noexcept;
    void acknowledge() noexcept;
    void watch_events() noexcept;
    void forget_eventless() noexcept;
    bool is_settled() noexcept;
    bool is_quiet() const noexcept;
    base::Micros quiet_at() const noexcept;
    void keep_undelivered() noexcept;
    void begin_restart() noexcept;
    void sleep(std::optional<Note> why) noexcept;
    base::Micros end_at() const noexcept;
    void wake_at(base::Micros moment) noexcept;

    // The line.
    void read_line() noexcept;
    void write_line() noexcept;
    bool send(std::uint8_t command, std::span<const std::uint8_t> data) noexcept;
    bool send(protocol::tuya::Command command, std::span<const std::uint8_t> data) noexcept;

    Parts parts_;
    Kept kept_;
    protocol::tuya::FrameReader reader_;
    Reports reports_;
    Diagnostics diagnostics_;

    State state_ = State::handshake;
    base::Micros now_ = 0;
    base::Micros boot_at_ = 0;
    base::Micros deadline_ = 0;

    // Requests of ours: one at a time.
    std::optional<Status> in_flight_;
    std::optional<Status> acknowledged_; ///< the highest status that the MCU has acknowledged
    unsigned sends_ = 0;                 ///< of the request in flight
    base::Micros due_at_ = 0;            ///< when the request is sent again, or the next one may be

    std::uint64_t skipped_before_ = 0;
    bool misheard_ = false; ///< no acknowledgement may be sent
    base::Micros misheard_at_ = 0;
    base::Micros heard_at_ = 0;        ///< the newest byte from the MCU
    base::Micros acknowledged_at_ = 0; ///< the newest acknowledgement of a report; 0: none
    base::Micros declare_again_at_ = 0;
    bool declared_ = false;
    bool counted_eventless_ = false;
    bool noted_foreign_ = false;
    std::array<bool, 2> upgrade_owed_{};
    base::Micros update_until_ = base::never;
    base::FixedVector<Issue, issues_max> issues_;

    std::array<std::uint8_t, 512> out_{}; ///< on its way to the line
    std::size_t out_size_ = 0;
};

} // namespace firmware::runtime::tuya
