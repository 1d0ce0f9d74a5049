// SPDX-License-Identifier: Apache-2.0
// Keeps every output within its limits, whatever Python does.
#pragma once

#include "base/clock.hpp"
#include "base/fixed_string.hpp"
#include "base/fixed_vector.hpp"
#include "firmware/boards/profile.hpp"
#include "firmware/contract/gpio.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace firmware::runtime {

/// Why an output changed.
enum class Cause : std::uint8_t {
    app,   ///< Python asked for it
    guard, ///< max_on was reached
    safe,  ///< boot, app stop, crash, watchdog
};

/// The word for the link: `app`, `guard`, `safe`.
std::string_view cause_name(Cause cause) noexcept;

/// Hears what the guards did, during the call that made them do it.
class OutputListener {
public:
    /// `output` is an index below `Guards::size()`.
    virtual void output_changed(std::size_t output, bool on, base::Micros at, Cause cause) noexcept = 0;
    /// A command to switch on was not carried out; `reason` is for people. At most once a second for each output.
    virtual void output_refused(std::size_t output, std::string_view reason, base::Micros at) noexcept = 0;

protected:
    ~OutputListener() = default;
};

/// The outputs of the board's data, and those that an app adds by guarding a pin. An output is "on" at the level
/// that is not its safe one. Rules, each checked on the hardware core with its own timer:
///
/// - on for `max_on_ms` without a break: cut. Commanding on again while on never extends it.
/// - after a cut: off until the safe level was commanded and `min_off_ms` have passed.
/// - off for less than `min_off_ms` (counted from boot too): a command to switch on is refused, not delayed.
/// - of an interlock group at most one is on; the second is refused.
///
/// An app can only tighten: a longer limit, or another safe level, than the board's data has is ignored.
class Guards {
public:
    /// `profile`, `gpio` and `listener` outlive this.
    Guards(const boards::Profile& profile, contract::Gpio& gpio, OutputListener& listener) noexcept;

    /// Drives every output to its safe level: the first act of a boot.
    void boot(base::Micros now) noexcept;

    /// Switches everything off: app stop, crash, watchdog. Lock-outs stay.
    void all_safe(base::Micros now) noexcept;

    bool owns(contract::Pin pin) const noexcept { return find(pin) != none; }

    /// Python's wish for a pin that `owns` knows.
    void command(contract::Pin pin, bool level, base::Micros now) noexcept;

    /// Python's own limits for a pin; 0 leaves a limit as it is. For a pin without a guard it makes one, off.
    /// False when there is no room for another output or the board's safe level is a different one.
    bool tighten(contract::Pin pin, bool safe, std::uint32_t max_on_ms, std::uint32_t min_off_ms,
                 base::Micros now) noexcept;

    /// A new app started at `started`: back to the board's limits, but for what was tightened since then.
    void forget_app(base::Micros started, base::Micros now) noexcept;

    /// Cuts what is due. Call it when `deadline` has come.
    void step(base::Micros now) noexcept;
    base::Micros deadline() const noexcept;

    std::size_t size() const noexcept { return outputs_.size(); }
    std::string_view name(std::size_t output) const noexcept { return outputs_[output].name; }
    contract::Pin pin(std::size_t output) const noexcept { return outputs_[output].pin; }
    bool on(std::size_t output) const noexcept { return outputs_[output].on; }

private:
    static constexpr std::size_t none = SIZE_MAX;

    struct Output {
        base::FixedString<32> name;
        contract::Pin pin = 0;
        bool safe = false;
        bool from_board = false;
        bool on = false;
        bool locked_out = false;
        std::uint8_t interlock = 0;
        std::uint32_t max_on_ms = 0;
        std::uint32_t min_off_ms = 0;
        base::Micros on_since = 0;
        base::Micros off_since = 0;
        base::Micros tightened_at = -1; ///< before any uptime: never
        base::Micros refused_at = -base::from_ms(1000);
    };

    std::size_t find(contract::Pin pin) const noexcept;
    bool add(contract::Pin pin, bool safe, base::Micros now) noexcept;
    void set_from_board() noexcept;
    void switch_on(Output& output, base::Micros now) noexcept;
    void switch_off(Output& output, base::Micros now, Cause cause) noexcept;
    std::string_view why_not(const Output& output, base::Micros now) const noexcept;
    std::size_t index_of(const Output& output) const noexcept {
        return static_cast<std::size_t>(&output - outputs_.begin());
    }

    const boards::Profile& profile_;
    contract::Gpio& gpio_;
    OutputListener& listener_;
    base::FixedVector<Output, boards::outputs_max> outputs_;
};

} // namespace firmware::runtime
