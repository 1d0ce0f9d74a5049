// SPDX-License-Identifier: Apache-2.0
// Any bytes in the settings' flash, then changes and power cycles: what is there is always valid, what was said to be
// saved is there after the next boot, and flash is programmed and erased as the contract has it.
#include "base/expect.hpp"
#include "firmware/runtime/fuzz/script.hpp"
#include "firmware/runtime/settings.hpp"
#include "firmware/runtime/tests/test_flash.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace firmware::runtime {
namespace {

using bridge::Value;
using fuzz::Script;

std::string shown(const Value& value) {
    switch (value.type) {
    case Value::Type::boolean: return value.boolean ? "true" : "false";
    case Value::Type::integer: return std::to_string(value.integer);
    default: return "'" + std::string(value.text.view());
    }
}

class Badge {
public:
    void play(Script script) {
        fill(script);
        boot();
        while (!script.ended()) obey(script);
        settle();
        const auto before = all();
        const bool renewed = flash_.programs > programs_at_boot_;
        boot();
        expect(all() == before && (!renewed || !settings_->damaged()));
    }

private:
    /// Pieces of flash: where, how much, and whether the bytes are to be made a record with a right CRC.
    void fill(Script& script) {
        for (auto pieces = script.byte() % 16; pieces > 0; --pieces) {
            const std::size_t at = (script.byte() * std::size_t{2} % 512) * SettingRecord::unit;
            const std::string_view bytes = script.text(script.byte());
            auto* const to = flash_.medium.data() + at;
            const std::size_t size = std::min(bytes.size(), flash_.medium.size() - at);
            std::copy_n(bytes.begin(), size, to);
            make_valid({to, size});
        }
    }
    /// Else no input would get past the CRC.
    static void make_valid(std::span<std::uint8_t> bytes) {
        if (bytes.empty()) return;
        const std::size_t units = record_units(bytes[0]);
        if (units == 0 || bytes.size() < units * SettingRecord::unit) return;
        std::array<std::uint8_t, 15 * SettingRecord::units_max> payload{};
        for (std::size_t i = 0; i < units; ++i) {
            if (i > 0) bytes[i * SettingRecord::unit] = static_cast<std::uint8_t>(0x40 + i);
            std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * SettingRecord::unit + 1), 15,
                        payload.begin() + static_cast<std::ptrdiff_t>(i * 15));
        }
        const std::uint32_t crc = crc32(std::span(payload).first(units * 15).subspan(4));
        for (std::size_t i = 0; i < 4; ++i) bytes[1 + i] = static_cast<std::uint8_t>(crc >> (8 * i));
    }

    void boot() {
        flash_.polls_left = 0;
        settings_.emplace(flash_);
        settings_->boot();
        programs_at_boot_ = flash_.programs;
        check();
    }

    void obey(Script& script) {
        switch (script.byte() % 8) {
        case 0:
        case 1:
        case 2: set(script); break;
        case 3: remove(script); break;
        case 4: step(script.byte() % 8); break;
        case 5: settle(); break;
        case 6: power_cycle(); break;
        case 7: flash_.polls_per_operation = script.byte() % 4; break;
        }
        check();
    }

    std::string key(Script& script) {
        constexpr std::string_view known[] = {"nickname", "accent", "led_mode", "utc_offset_min", "text_color"};
        const std::uint8_t which = script.byte();
        if (which < 128) return std::string(script.text(which % 32));
        return which < 192 ? std::string(known[which % std::size(known)]) : "k" + std::to_string(which % 64);
    }
    void set(Script& script) {
        const std::string name = key(script);
        Value value;
        value.type = static_cast<Value::Type>(script.byte() % 5);
        value.boolean = script.byte() % 2 == 0;
        value.integer = std::int64_t{script.byte() - 100} << script.byte() % 40;
        value.text = script.text(script.byte() % 80);
        const bool is_new = settings_->get(name) == nullptr;
        const auto before = all();
        const auto done = settings_->set(name, value);
        const bool fits = check_setting(name, value).has_value() && !(is_new && before.size() == Settings::entries_max);
        expect(done.has_value() == fits);
        expect(done ? shown(*settings_->get(name)) == shown(value) : all() == before);
    }
    void remove(Script& script) {
        const std::string name = key(script);
        const bool there = settings_->get(name) != nullptr;
        expect(settings_->remove(name).has_value() == there);
        expect(settings_->get(name) == nullptr);
    }
    void step(unsigned count) {
        for (unsigned i = 0; i < count; ++i) settings_->step(now_ += 1000);
    }
    void settle() {
        for (unsigned steps = 0; settings_->deadline() != base::never; ++steps) {
            expect(steps < 2000);
            now_ = std::max(now_, settings_->deadline());
            settings_->step(now_);
        }
        expect(settings_->saved() && !settings_->failed());
    }
    /// Between two operations of the flash: each setting as it was when all was saved, or as it was to be.
    void power_cycle() {
        const bool saved = settings_->saved();
        const auto before = all();
        boot();
        if (saved) expect(all() == before);
    }

    std::map<std::string, std::string> all() const {
        std::map<std::string, std::string> result;
        for (std::size_t i = 0; i < settings_->size(); ++i) {
            result[std::string((*settings_)[i].key.view())] = shown((*settings_)[i].value);
        }
        expect(result.size() == settings_->size());
        return result;
    }
    void check() const {
        expect(settings_->size() <= Settings::entries_max);
        for (std::size_t i = 0; i < settings_->size(); ++i) {
            expect(check_setting((*settings_)[i].key, (*settings_)[i].value).has_value());
        }
    }

    test::TestFlash flash_;
    std::optional<Settings> settings_;
    unsigned programs_at_boot_ = 0;
    base::Micros now_ = 0;
};

} // namespace
} // namespace firmware::runtime

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    firmware::runtime::Badge().play({data, size});
    return 0;
}
