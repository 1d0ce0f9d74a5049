// SPDX-License-Identifier: Apache-2.0
// The board's end of the link: what waits to be said, in which order, and what is kept while nobody listens.
#pragma once

#include "base/clock.hpp"
#include "firmware/bridge/messages.hpp"
#include "firmware/runtime/entities.hpp"
#include "firmware/runtime/guards.hpp"
#include "firmware/runtime/home_watch.hpp"
#include "firmware/runtime/kept.hpp"
#include "firmware/runtime/link_messages.hpp"
#include "firmware/runtime/report_queue.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace firmware::runtime {

/// Sans-I/O: messages go in as they happen, `next` gives one frame at a time when the port has room. Says nothing while
/// nobody listens, but for one `hello` after a boot, for a hub that is there already.
///
/// | kept | how many | beyond that |
/// |---|---|---|
/// | values | the newest of each entity | replaced |
/// | outputs | the newest of each | replaced |
/// | events | 16 | the oldest is dropped and counted |
/// | answers to commands | 16 | as above |
/// | log lines | 16 | as above |
/// | crashes | 2 | as above |
/// | reports of a sensor | 4, each until `reported` | refused: the sensor asks again |
/// | calls | 4 | as above; what waited longer than 5 s is dropped too: nobody expects it any more |
class LinkEndpoint {
public:
    static constexpr base::Micros silence_max = base::from_ms(25000);
    static constexpr base::Micros up_every = base::from_ms(10000);
    /// How long an app may take to declare its entities before the board speaks without them.
    static constexpr base::Micros declaring_max = base::from_ms(3000);
    /// `who` is answered this often; one that comes sooner waits.
    static constexpr base::Micros who_every = base::from_ms(250);

    /// All outlive this; `entities` and `guards` are read when a frame is made.
    LinkEndpoint(const Identity& identity, Entities& entities, const Guards& guards, const HomeWatch& watched) noexcept;

    void boot(base::Micros now) noexcept;

    // --- what happened ---
    void app_started(std::string_view name, base::Micros now) noexcept;
    /// The declaration is complete, or none is to come.
    void declared() noexcept;
    /// Is an answer to `hello` and `decl` held back until the app has declared its entities?
    bool declaring() const noexcept { return declaring_until_ != base::never; }
    void state_changed() noexcept { states_unsaid_ = true; }
    void event(const bridge::HomeMessage& message) noexcept { events_.add() = message; }
    void output_changed(std::size_t output, base::Micros at, Cause cause) noexcept;
    /// An app's own outputs went away: says each of the others again.
    void outputs_renumbered() noexcept;
    void done(std::string_view cmd_id, bool ok, std::string_view reason) noexcept;
    void log(std::uint8_t level, std::string_view text, base::Micros at) noexcept;
    void crash(const bridge::HomeMessage& message) noexcept { crashes_.add() = message; }
    void call(const bridge::HomeMessage& message) noexcept { calls_.add() = message; }
    void watch_changed() noexcept { watch_due_ = true; }

    // --- a battery sensor ---
    /// Says it, and again after each `who`, until `heard_reported`. False: no room now.
    bool report(const tuya::Delivery& delivery, base::Micros at) noexcept { return reports_.put(delivery, at); }
    /// The sensor has no power any more: nothing is said of what it had published.
    void forget_reports() noexcept { reports_.clear(); }
    /// Says `hello` and `decl` again. False while nobody listens.
    bool declare() noexcept;
    /// How often all entities were told since boot, to somebody who listens.
    std::uint32_t declarations() const noexcept { return declarations_; }
    /// For `hello`, which is said again when it changes.
    void note_product(const protocol::tuya::Product& product) noexcept;

    // --- the hub ---
    void heard_who(base::Micros now) noexcept;
    void heard_up(base::Micros now) noexcept;
    bool is_up() const noexcept { return up_; }
    /// What the hub says about its broker, in `up`.
    void heard_home(bool connected) noexcept { home_connected_ = connected; }
    bool home_connected() const noexcept { return up_ && home_connected_; }
    /// Returns the sensor's own number of the report; nothing when none waits for this.
    std::optional<std::uint16_t> heard_reported(std::int64_t serial) noexcept { return reports_.confirm(serial); }

    // --- time and output ---
    void step(base::Micros now) noexcept;
    base::Micros deadline() const noexcept;
    /// The next frame; empty when there is nothing to say. Valid until the next call.
    std::span<const std::uint8_t> next(base::Micros now) noexcept;

    /// Messages lost since boot; those that the bridge lost are added by the caller.
    std::uint32_t dropped() const noexcept;
    /// Said with every `up`.
    void note_counters(const BridgeCounters& counters) noexcept { counters_ = counters; }
    void count_dropped_elsewhere(std::uint32_t count) noexcept { dropped_elsewhere_ = count; }
    /// For the next `up`: bytes of Python's heap; 0 means that nobody knows.
    void note_heap_free(std::uint32_t bytes) noexcept { heap_free_ = bytes; }

private:
    struct Answer {
        base::FixedString<bridge::cmd_id_max> cmd_id;
        bool ok = false;
        base::FixedString<bridge::value_text_max> reason;
    };
    struct LogLine {
        std::uint8_t level = 0;
        base::FixedString<bridge::value_text_max> text;
        base::Micros at = 0;
    };
    struct OutputNews {
        bool unsaid = false;
        base::Micros at = 0;
        Cause cause = Cause::safe;
    };
    static constexpr unsigned turns = 10;
    static constexpr base::Micros call_age_max = base::from_ms(5000);

    void declare_again() noexcept;
    void say_everything() noexcept;
    bool take_turn(unsigned turn, base::Micros now) noexcept;
    bool say_done() noexcept;
    bool say_event() noexcept;
    bool say_report() noexcept;
    bool say_output() noexcept;
    bool say_state() noexcept;
    bool say_crash() noexcept;
    bool say_log() noexcept;
    bool say_up(base::Micros now) noexcept;
    bool say_watch() noexcept;
    bool say_call(base::Micros now) noexcept;

    const Identity& identity_;
    Entities& entities_;
    const Guards& guards_;
    const HomeWatch& watched_;
    base::FixedString<32> app_;

    bool up_ = false;
    bool home_connected_ = false;
    base::Micros heard_at_ = 0;
    base::Micros say_everything_at_ = base::never;
    base::Micros said_everything_at_ = -who_every;
    base::Micros next_up_at_ = base::never;
    base::Micros declaring_until_ = base::never;

    bool hello_due_ = false;
    std::size_t decl_from_ = 0;
    bool decl_due_ = false;
    std::uint32_t declarations_ = 0;
    protocol::tuya::Product product_;
    bool states_unsaid_ = false;
    bool up_due_ = false;
    bool watch_due_ = false;
    unsigned turn_ = 0;
    std::size_t state_turn_ = 0;

    Kept<bridge::HomeMessage, 16> events_;
    ReportQueue reports_;
    Kept<Answer, 16> answers_;
    Kept<LogLine, 16> logs_;
    Kept<bridge::HomeMessage, 2> crashes_;
    Kept<bridge::HomeMessage, 4> calls_;
    std::array<OutputNews, boards::outputs_max> outputs_{};
    std::uint32_t unsendable_ = 0;
    BridgeCounters counters_;
    std::uint32_t dropped_elsewhere_ = 0;
    std::uint32_t heap_free_ = 0;

    Frame frame_;
};

} // namespace firmware::runtime
