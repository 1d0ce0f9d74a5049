// SPDX-License-Identifier: Apache-2.0
#include "tests/tuya/schedule.hpp"

#include "protocol/tuya/datapoint.hpp"
#include "tests/tuya/world.hpp"

#include <algorithm>
#include <random>

namespace tuya_tests {
namespace {

using firmware::ports::tuya_products;
using protocol::tuya::DatapointWriter;

constexpr Micros day = from_ms(300000);
/// After the day nothing goes wrong any more; the MCU waits a minute after a boot that failed.
constexpr Micros evening = from_ms(1200000);
/// No module is awake for longer: the MCU's longest patience, and a little.
constexpr Micros awake_max = from_ms(121000);

class Day {
public:
    explicit Day(std::uint32_t seed)
        : random_(seed),
          world_(tuya_products[seed % tuya_products.size()]),
          unique_(chance(50)) {}

    Outcome play() {
        prepare();
        world_.run_until(day);
        calm_down();
        const bool done = world_.run_to([this] { return over(); }, evening);
        if (!done && !world_.stands_still) complain("events have not arrived: the session or the MCU hangs");
        check_end();
        return {complaint_, static_cast<unsigned>(events_.size()), world_.boots, base::to_ms(world_.now)};
    }

private:
    struct Event {
        std::uint32_t number = 0;
        std::int64_t value = 0;
        Micros at = 0;
        bool told = false;
    };

    bool chance(unsigned percent) { return random_() % 100 < percent; }
    Micros between(std::int64_t low_ms, std::int64_t high_ms) {
        return from_ms(low_ms +
                       static_cast<std::int64_t>(random_() % static_cast<std::uint32_t>(high_ms - low_ms + 1)));
    }

    void prepare() {
        world_.mcu.arm();
        world_.next_plan = [this] { return bad_ ? draw_plan() : NetworkPlan{}; };
        world_.on_told = [this](std::uint32_t number) { check_told(number); };
        if (chance(50)) world_.to_mcu.harm = [this](Bytes& frame) { harm(frame, 8, false); };
        if (chance(50)) world_.to_module.harm = [this](Bytes& frame) { harm(frame, 8, true); };
        if (chance(30)) world_.loses_confirmation = [this] { return bad_ && chance(30); };
        if (chance(20)) world_.flash.declared = 0;
        if (chance(30)) world_.clock = protocol::tuya::LocalTime{26, 11, 21, 10, 46, 5};
        if (chance(10)) world_.module_boot = between(50, 3000);
        for (auto count = random_() % 6 + 1; count > 0; --count) world_.at(between(0, 250000), [this] { sense(); });
        // Close together, so that one falls into the session of another.
        if (chance(50)) {
            const Micros start = between(0, 200000);
            for (int i = 0; i < 3; ++i) world_.at(start + between(0, 4000), [this] { sense(); });
        }
        if (chance(15)) world_.at(between(0, 250000), [this] { press(); });
        if (chance(10)) world_.at(between(0, 250000), [this] { world_.mcu.change_battery(world_.now); });
        for (auto cuts = chance(30) ? random_() % 3 : 0; cuts > 0; --cuts)
            world_.at(between(0, 250000), [this] { flicker(); });
    }

    NetworkPlan draw_plan() {
        NetworkPlan plan;
        plan.joined = chance(10) ? base::never : between(100, chance(20) ? 30000 : 2000);
        if (plan.joined == base::never) {
            plan.addressed = plan.ready = base::never;
            return plan;
        }
        plan.addressed = plan.joined + between(10, chance(20) ? 20000 : 500);
        plan.ready = chance(10) ? base::never : plan.addressed + between(10, chance(20) ? 20000 : 500);
        if (chance(20)) {
            plan.drops = between(200, 20000);
            plan.returns = chance(50) ? base::never : plan.drops + between(10, 20000);
        }
        plan.to_broker = between(2, chance(20) ? 8000 : 100);
        plan.confirmation = chance(10) ? base::never : between(2, chance(20) ? 20000 : 100);
        return plan;
    }

    void harm(Bytes& frame, unsigned percent, bool from_mcu) {
        if (!bad_ || !chance(percent)) return;
        const bool report = from_mcu && frame.size() > 8 && (frame[3] == 5 || frame[3] == 8);
        switch (random_() % 4) {
        case 0:
            // A report that leaves no trace at all is lost for any module: an acknowledgement does not say of what.
            if (!report) frame.clear();
            return;
        case 1: frame[random_() % frame.size()] ^= static_cast<std::uint8_t>(1U << random_() % 8); return;
        case 2:
            frame.insert(frame.begin(), random_() % 5, static_cast<std::uint8_t>(chance(50) ? 0x55 : random_()));
            return;
        case 3:
            frame.insert(frame.end(), random_() % 5, static_cast<std::uint8_t>(chance(50) ? 0x55 : random_()));
            return;
        }
    }

    void sense() {
        Event event;
        event.at = world_.now;
        const TuyaProduct& product = world_.mcu.product();
        // It may be told, and is given up, only after this.
        if (unique_) {
            std::array<std::uint8_t, 8> buffer{};
            DatapointWriter writer(buffer);
            event.value = static_cast<std::int64_t>(events_.size()) + 1000;
            writer.value(product.event_id, static_cast<std::int32_t>(event.value));
            event.number = world_.mcu.sense(writer.bytes(), world_.now);
        } else {
            active_ = !active_;
            event.value = active_ ? product.active_value : product.idle_value;
            event.number = world_.mcu.sense(active_, world_.now);
        }
        events_.push_back(event);
    }

    void press() {
        world_.mcu.hold_button(world_.now);
        if (!chance(70)) return;
        world_.at(world_.now + between(500, 60000), [this] { world_.is_configured = true; });
    }

    /// The module's power goes and comes again, or its processor restarts by itself.
    void flicker() {
        if (!world_.mcu.powered()) return;
        world_.restart();
    }

    void calm_down() {
        bad_ = false;
        world_.plan = {};
        world_.is_configured = true;
        // A person notices that it does not wake.
        if (!world_.mcu.armed()) world_.mcu.change_battery(world_.now);
        sense();
    }

    bool over() const {
        if (world_.mcu.product().keeps_power && world_.asleep) return true;
        return std::all_of(events_.begin(), events_.end(), [this](const Event& event) {
            return event.told || world_.dropped_events.contains(event.number);
        });
    }

    bool has_arrived(const Event& event) const {
        const std::uint8_t id = world_.mcu.product().event_id;
        // Each is its own, or it is at least the newest that the home knows.
        if (!unique_) return world_.home(id) == event.value;
        return std::any_of(world_.arrivals.begin(), world_.arrivals.end(), [&](const Arrival& arrival) {
            protocol::tuya::DatapointReader datapoints(arrival.datapoints);
            while (const auto datapoint = datapoints.next()) {
                if (datapoint->id == id && datapoint->number() == event.value) return true;
            }
            return false;
        });
    }

    void check_told(std::uint32_t number) {
        for (Event& event : events_) {
            if (event.number != number) continue;
            if (event.told) complain("told twice");
            event.told = true;
            if (!has_arrived(event)) complain("acknowledged before it was delivered");
        }
    }

    void check_end() {
        if (world_.mcu.violations() > 0) complain("the MCU: " + std::string(world_.mcu.newest_violation()));
        if (world_.stands_still) complain("the session wants to be woken without end");
        if (world_.untrue_statuses > 0) complain("the MCU was told a status that was not true");
        if (world_.longest_awake > awake_max) complain("a module was awake for too long");
        for (const Event& event : events_) {
            if (event.told && unique_ && !has_arrived(event)) complain("told, but the home never heard of it");
        }
    }

    void complain(const std::string& what) {
        if (complaint_.empty())
            complaint_ = what + " (" + std::string(world_.mcu.product().name) + ", at " +
                         std::to_string(base::to_ms(world_.now)) + " ms)";
    }

    std::mt19937 random_;
    World world_;
    bool unique_;
    bool bad_ = true;
    bool active_ = false;
    std::vector<Event> events_;
    std::string complaint_;
};

} // namespace

Outcome play_schedule(std::uint32_t seed) { return Day(seed).play(); }

} // namespace tuya_tests
