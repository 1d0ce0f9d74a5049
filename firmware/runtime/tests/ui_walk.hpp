// SPDX-License-Identifier: Apache-2.0
// A menu without a board: keys by their names, pictures in memory.
#pragma once

#include "base/expect.hpp"
#include "firmware/runtime/canvas.hpp"
#include "firmware/runtime/ui/ui.hpp"

#include <array>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace firmware::runtime::test {

class Walk final : private ui::Board {
public:
    static constexpr int width = 320;
    static constexpr int height = 170;

    Walk() : pixels(width * height), canvas(pixels, width, height), ui(*this, facts, apps) {
        facts.uid = "sim00001";
        facts.board = "Badge";
        facts.heap_bytes = 131072;
        facts.flash_bytes = 1048576;
    }

    static contract::ButtonMask button(const std::string& name) {
        static const std::map<std::string, contract::ButtonMask> names = {
            {"a", contract::button::a},           {"b", contract::button::b},
            {"up", contract::button::up},         {"down", contract::button::down},
            {"left", contract::button::left},     {"right", contract::button::right},
            {"select", contract::button::select}, {"start", contract::button::start},
            {"stick", contract::button::stick}};
        return names.at(name);
    }

    void press(const std::string& name) { ui.key({button(name), true, now}); }
    void release(const std::string& name) { ui.key({button(name), false, now}); }

    /// Presses and releases each of them, 100 ms apart: `right a down`.
    void keys(const std::string& script) {
        std::istringstream words(script);
        for (std::string word; words >> word;) {
            press(word);
            run(base::from_ms(50));
            release(word);
            run(base::from_ms(50));
        }
    }

    /// Steps the menu whenever it wants to, as the hardware core does.
    void run(base::Micros length) {
        const base::Micros end = now + length;
        while (ui.deadline() <= end) {
            expect(ui.deadline() > now || ++steps_in_place < 100);
            if (ui.deadline() > now) steps_in_place = 0;
            now = std::max(now, ui.deadline());
            ui.step(now);
        }
        now = end;
        ui.step(now);
    }

    std::span<const contract::Color> picture() {
        ui.draw(canvas);
        return pixels;
    }

    void add_app(std::string_view name, std::string_view title, std::string_view problem = {}) {
        bridge::AppEntry entry;
        entry.name = name;
        entry.title = title;
        entry.problem = problem;
        entry.version = "1.2";
        entry.author = "Ada";
        entry.description = "Eats apples, grows, and must not bite itself.";
        expect(apps.apps.push_back(entry));
        apps.known = true;
    }

    ui::Facts facts;
    ui::AppList apps;
    std::vector<contract::Color> pixels;
    Canvas canvas;
    ui::Ui ui;
    base::Micros now = 0;

    // What the menu has asked for.
    std::vector<std::string> asked;
    std::optional<base::Error> refuses;

private:
    base::Result<> done() const {
        if (refuses) return tl::unexpected<base::Error>(*refuses);
        return {};
    }
    base::Result<> start_app(std::string_view name) noexcept override {
        asked.push_back("start " + std::string(name));
        return done();
    }
    void want_apps() noexcept override { asked.emplace_back("apps"); }
    base::Result<> set(std::string_view key, const bridge::Value& value) noexcept override {
        const bool is_text = value.type == bridge::Value::Type::text;
        asked.push_back(std::string(key) + "=" +
                        (is_text ? std::string(value.text.view()) : std::to_string(value.integer)));
        return done();
    }
    void set_clock(std::int64_t epoch_seconds) noexcept override {
        asked.push_back("clock " + std::to_string(epoch_seconds));
    }

    int steps_in_place = 0;
};

} // namespace firmware::runtime::test
