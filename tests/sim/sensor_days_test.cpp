// SPDX-License-Identifier: Apache-2.0
// Bad days of a whole virtual sensor, from seeds: what the MCU forgets, the home knows.
#include "base/expect.hpp"
#include "boards/door.hpp"
#include "firmware/ports/sim/sim_board.hpp"
#include "tests/sim/sensor_app.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>

namespace firmware::ports::sim {
namespace {

/// A bad day, drawn from a seed: a hub and a broker that come and go, confirmations that come late, twice or never, and
/// events, the button and a new battery at any moment.
class BadDay {
public:
    explicit BadDay(std::uint32_t seed) : random_(seed), board_(options()) { board_.link_up(); }

    void live() {
        for (int minute = 0; minute < 30; ++minute) {
            happen();
            run(static_cast<std::int64_t>(random_() % 60000));
        }
        // At last all is well, and what the MCU has is told.
        board_.link_up();
        board_.home(true);
        well_ = true;
        run(400000);
    }
    std::string verdict() {
        const SensorView view = board_.sensor().view();
        if (board_.sensor().mcu().violations() > 0) return std::string(board_.sensor().mcu().newest_violation());
        if (!complaint_.empty()) return complaint_;
        if (view.power && view.session != "asleep") return "it is still awake: " + std::string(view.session);
        return waiting_.empty() ? "" : "an event is neither told nor dropped";
    }
    std::uint32_t told() { return board_.sensor().view().told; }

private:
    static Options options() {
        Options options;
        options.profile = &boards::door;
        options.program = stand_in(declare_motion);
        return options;
    }
    bool chance(unsigned of) { return random_() % of == 0; }
    base::Micros uptime() const { return from_ms(board_.now_ms()); }

    void happen() {
        switch (random_() % 8) {
        case 0: return board_.link_down();
        case 1: return board_.link_up();
        case 2: return board_.home(false);
        case 3: return board_.home(true);
        case 4:
            if (chance(4)) board_.sensor().hold_button(uptime());
            return;
        case 5:
            if (chance(4)) board_.sensor().change_battery(uptime());
            return;
        default: return swing();
        }
    }

    void swing() {
        is_open_ = !is_open_;
        expect(board_.sensor().sense(true, is_open_, uptime()).has_value());
        waiting_.push_back({is_open_, board_.now_ms(), false});
        count();
    }

    void run(std::int64_t length_ms) {
        constexpr std::int64_t turn_ms = 20;
        for (std::int64_t ran = 0; ran < length_ms; ran += turn_ms) {
            board_.run_for(from_ms(turn_ms));
            count();
            hear();
            confirm();
        }
    }
    /// What the MCU has done with the events: it tells them in their order, and gives up all or the newest.
    void count() {
        const SensorView view = board_.sensor().view();
        for (; told_ < view.told; ++told_) {
            if (waiting_.empty()) return complain("more was told than happened");
            if (!waiting_.front().confirmed) complain("an event was told that the hub had not confirmed");
            if (home_ != waiting_.front().open) complain("an event was told, and the home knows another one last");
            waiting_.pop_front();
        }
        for (; dropped_ < view.dropped; ++dropped_) {
            if (waiting_.empty()) return complain("more was dropped than happened");
            waiting_.pop_back();
        }
    }
    void complain(const std::string& what) {
        if (complaint_.empty()) complaint_ = what + " at " + std::to_string(board_.now_ms()) + " ms";
    }
    void hear() {
        for (; heard_ < board_.frames().size(); ++heard_) {
            const std::string& json = board_.frames()[heard_].json;
            if (!json.starts_with(any_report)) continue;
            if (const auto open = door_in(json)) home_ = *open;
            const bool lost = !well_ && chance(3);
            const std::int64_t after = well_ ? 0 : static_cast<std::int64_t>(random_() % (chance(4) ? 9000 : 200));
            const Heard report{board_.now_ms(), json};
            if (!lost) on_their_way_.emplace(board_.now_ms() + after, report);
            if (!lost && chance(5)) on_their_way_.emplace(board_.now_ms() + after + 3000, report);
        }
    }
    void confirm() {
        while (!on_their_way_.empty() && on_their_way_.begin()->first <= board_.now_ms()) {
            const Heard report = on_their_way_.begin()->second;
            on_their_way_.erase(on_their_way_.begin());
            const std::size_t at = std::string_view(any_report).size();
            board_.send("[\"reported\"," + report.json.substr(at, report.json.find(',', at) - at) + "]");
            for (Event& event : waiting_) {
                if (event.open == door_in(report.json) && event.at_ms <= report.t_ms) event.confirmed = true;
            }
        }
    }
    static std::optional<bool> door_in(const std::string& json) {
        const std::size_t at = json.find("\"01040001");
        if (at == std::string::npos) return std::nullopt;
        return json.substr(at + 9, 2) == "00";
    }

    struct Event {
        bool open;
        std::int64_t at_ms;
        bool confirmed;
    };

    std::mt19937 random_;
    SimBoard board_;
    std::size_t heard_ = 0;
    std::multimap<std::int64_t, Heard> on_their_way_;
    std::deque<Event> waiting_;
    std::optional<bool> home_; ///< what it heard last
    std::string complaint_;
    std::uint32_t told_ = 0;
    std::uint32_t dropped_ = 0;
    bool is_open_ = false;
    bool well_ = false;
};

TEST(SensorDays, on_no_bad_day_is_an_event_told_before_its_delivery_or_lost) {
    std::uint32_t told = 0;
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        BadDay day(seed);
        day.live();
        ASSERT_EQ(day.verdict(), "") << "seed " << seed;
        told += day.told();
    }
    EXPECT_GT(told, 100U) << "the days are too bad to show anything";
}

} // namespace
} // namespace firmware::ports::sim
