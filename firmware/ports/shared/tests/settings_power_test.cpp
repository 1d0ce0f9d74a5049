// SPDX-License-Identifier: Apache-2.0
// The power goes at every single operation of the settings' flash, before it or in the midst of it: afterwards each
// setting is as it was before or as it was to be.
#include "firmware/ports/shared/simulated_face.hpp"
#include "firmware/runtime/settings.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace firmware::ports {
namespace {

using base::from_ms;
using bridge::Value;
using runtime::Settings;

/// A value as text, so that it can be compared and stored; empty: there is none.
std::string shown(const Value* value) {
    if (value == nullptr) return "";
    if (value->type == Value::Type::boolean) return value->boolean ? "true" : "false";
    if (value->type == Value::Type::integer) return "#" + std::to_string(value->integer);
    return "'" + std::string(value->text.view());
}

/// Draws what an app might do: sets of every type and size, and removals, of a dozen keys.
class Doing {
public:
    explicit Doing(std::uint32_t seed) : random_(seed) {}

    struct Deed {
        std::string key;
        std::optional<Value> value; ///< nothing: remove
    };
    Deed next() {
        Deed deed{"key." + std::string(random_() % 4 * 6, 'k') + std::to_string(random_() % 3), Value{}};
        switch (random_() % 5) {
        case 0: deed.value.reset(); break;
        case 1:
            deed.value->type = Value::Type::boolean;
            deed.value->boolean = random_() % 2 == 0;
            break;
        case 2:
            deed.value->type = Value::Type::integer;
            deed.value->integer = static_cast<std::int32_t>(random_());
            break;
        default:
            deed.value->type = Value::Type::text;
            deed.value->text = std::string_view(std::string(random_() % 65, static_cast<char>('a' + random_() % 26)));
        }
        return deed;
    }
    bool chance(unsigned of) { return random_() % of == 0; }

private:
    std::mt19937 random_;
};

/// One life of a badge, or several: what it was told, and which values each key may have after a power cut.
class Badge {
public:
    Badge() { boot(); }

    void boot() {
        flash_.power_on();
        settings_ = std::make_unique<Settings>(flash_);
        settings_->boot();
    }
    SimulatedSmallFlash& flash() { return flash_; }
    const Settings& settings() const { return *settings_; }

    void tell(const Doing::Deed& deed) {
        const auto done = deed.value ? settings_->set(deed.key, *deed.value) : settings_->remove(deed.key);
        if (done) known_[deed.key].after = shown(settings_->get(deed.key));
    }
    /// Until all is on the flash, or the flash has failed. Time enough passes to pay for the erases.
    void settle() {
        now_ += Settings::erase_interval;
        while (!settings_->saved() && !settings_->failed()) settings_->step(now_);
        if (settings_->saved()) pin_down();
    }
    /// What is there now is what a cut must leave.
    void pin_down() {
        for (auto& [key, value] : known_) value.before = value.after = shown(settings_->get(key));
    }
    void expect_old_or_new(const std::string& where) {
        std::size_t there = 0;
        for (const auto& [key, value] : known_) {
            const std::string is = shown(settings_->get(key));
            ASSERT_TRUE(is == value.before || is == value.after) << where << ": " << key << " is " << is;
            if (!is.empty()) ++there;
        }
        ASSERT_EQ(settings_->size(), there) << where;
        ASSERT_FALSE(settings_->damaged()) << where;
    }
    void expect_new(const std::string& where) {
        for (const auto& [key, value] : known_) ASSERT_EQ(shown(settings_->get(key)), value.after) << where << key;
    }

private:
    struct Known {
        std::string before; ///< on the flash for certain; empty: no such setting
        std::string after;  ///< what it was told last
    };

    std::vector<std::uint8_t> medium_ = std::vector<std::uint8_t>(SimulatedSmallFlash::medium_bytes, 0xFF);
    SimulatedSmallFlash flash_{medium_};
    std::unique_ptr<Settings> settings_;
    base::Micros now_ = 0;
    std::map<std::string, Known> known_;
};

constexpr int deeds = 180;

/// The same deeds until the power goes after `operations`; true when it never went.
bool live_until_cut(Badge& badge, std::uint32_t seed, std::uint32_t operations) {
    Doing doing(seed);
    badge.flash().cut_after(operations);
    for (int i = 0; i < deeds; ++i) {
        // Mostly one change at a time, sometimes a few before anything is written.
        do badge.tell(doing.next());
        while (doing.chance(4));
        badge.settle();
        if (badge.settings().failed()) return false;
    }
    return true;
}

class SettingsPowerTest : public testing::TestWithParam<bool> {
protected:
    void cut_at_every_operation(std::uint32_t seed) {
        std::uint32_t cut = 0;
        for (bool lived = false; !lived; ++cut) {
            const std::string where = "cut " + std::to_string(cut);
            Badge badge;
            if (GetParam()) badge.flash().tear(seed + cut);
            lived = live_until_cut(badge, seed, cut);
            badge.boot();
            ASSERT_NO_FATAL_FAILURE(badge.expect_old_or_new(where));
            // And it can be used as if nothing had happened.
            badge.pin_down();
            Doing more(cut);
            for (int i = 0; i < 3; ++i) badge.tell(more.next());
            badge.settle();
            badge.boot();
            ASSERT_NO_FATAL_FAILURE(badge.expect_new(where));
            ASSERT_FALSE(badge.settings().damaged()) << where;
        }
        EXPECT_GT(cut, 700u); // moves between the blocks included
    }
};

TEST_P(SettingsPowerTest, row_3_27_a_cut_at_any_operation_leaves_the_old_value_or_the_new) {
    cut_at_every_operation(1);
}

TEST_P(SettingsPowerTest, cut_after_cut_after_cut_never_leaves_anything_else) {
    for (std::uint32_t seed = 1; seed <= 4; ++seed) {
        std::mt19937 random(seed);
        Doing doing(seed);
        Badge badge;
        if (GetParam()) badge.flash().tear(seed);
        for (int life = 0; life < 200; ++life) {
            badge.flash().cut_after(static_cast<std::uint32_t>(random() % 40));
            while (!badge.settings().failed()) {
                do badge.tell(doing.next());
                while (doing.chance(4));
                badge.settle();
            }
            badge.boot();
            ASSERT_NO_FATAL_FAILURE(
                badge.expect_old_or_new("seed " + std::to_string(seed) + " life " + std::to_string(life)));
            badge.pin_down();
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Cuts, SettingsPowerTest, testing::Bool(),
                         [](const auto& param) { return param.param ? "torn" : "clean"; });

} // namespace
} // namespace firmware::ports
