// SPDX-License-Identifier: Apache-2.0
// Whatever Python sends for the face, and whatever keys are pressed meanwhile: nothing is drawn beyond the frame, only
// what lies on the screen is sent, each question about settings is answered, and the face never stops answering.
#include "base/expect.hpp"
#include "boards/badge.hpp"
#include "firmware/runtime/badge_face.hpp"
#include "firmware/runtime/fuzz/no_python.hpp"
#include "firmware/runtime/fuzz/script.hpp"
#include "firmware/runtime/tests/test_board.hpp"
#include "firmware/runtime/tests/test_flash.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace firmware::runtime {
namespace {

using base::from_ms;
using fuzz::Script;

/// Small, so that a run is short, and neither side a multiple of a cell's.
constexpr boards::ScreenSize size{72, 45};
constexpr std::size_t frame_pixels = std::size_t{size.width} * size.height;
constexpr std::ptrdiff_t margin = 512;
constexpr contract::Color untouched = 0x5AA5;

/// Often near the screen, and sometimes as far away as it can be.
std::int16_t coordinate(Script& script) {
    const std::uint16_t raw = script.word();
    return static_cast<std::int16_t>(raw % 4 == 0 ? raw : raw / 4 % 256 - 90);
}

/// Its length comes first.
std::string_view text(Script& script) {
    const std::size_t length = script.byte();
    return script.text(length);
}

/// The parts of a badge; they refuse what the contract forbids.
class Parts final : public contract::Display, public contract::Leds, public contract::Gauges, public fuzz::NoPython {
public:
    bool draw(const contract::Area& area, std::span<const contract::Color> pixels) noexcept override {
        expect(area.x + area.width <= size.width && area.y + area.height <= size.height);
        expect(pixels.size() == std::size_t{area.width} * area.height);
        if (display_busy) return false;
        for (std::size_t row = 0; row < area.height; ++row) {
            std::copy_n(pixels.begin() + static_cast<std::ptrdiff_t>(row * area.width), area.width,
                        glass.begin() + static_cast<std::ptrdiff_t>((area.y + row) * size.width + area.x));
        }
        return true;
    }
    void end_of_picture() noexcept override {}
    void show(std::span<const contract::Rgb> colors) noexcept override {
        expect(colors.size() == boards::badge.led_count);
    }

    std::optional<std::int32_t> battery_millivolts() noexcept override { return measured; }
    std::optional<bool> usb_power() noexcept override { return std::nullopt; }
    std::optional<std::int32_t> temperature_millicelsius() noexcept override { return measured; }
    std::optional<std::int32_t> signal_dbm() noexcept override { return measured; }

    contract::VmState state() const noexcept override { return vm_state; }
    base::Result<> load_app(std::string_view) noexcept override {
        if (running) return base::fail(base::ErrorCode::busy, "an app is running");
        running = true;
        return {};
    }
    void stop_app() noexcept override { running = false; }
    bool is_running() const noexcept override { return running; }

    bool display_busy = false;
    bool running = false;
    contract::VmState vm_state = contract::VmState::repl;
    std::optional<std::int32_t> measured;
    std::vector<contract::Color> glass = std::vector<contract::Color>(frame_pixels);
};

class Badge {
public:
    Badge() {
        for (const boards::Input& input : profile_.inputs) gpio_.levels[input.pin] = !input.active;
        bridge_.wake_hardware = &parts_;
        bridge_.wake_vm = &parts_;
        face_.boot(now_);
    }

    void play(Script script) {
        while (!script.ended()) obey(script);
        set_display_busy(false);
        parts_.running = false;
        for (std::uint8_t i = 0; i < profile_.inputs.size(); ++i) move_button(i, false);
        face_.app_ended(now_);
        wait(from_ms(100));
        const std::uint32_t frames = bridge_.frames_shown;
        for (std::uint8_t i = 0; i < profile_.inputs.size(); ++i) {
            move_button(i, true);
            wait(from_ms(60));
        }
        expect(bridge_.frames_shown != frames); // the menu is there, and answers
        check_frame();
    }

private:
    void obey(Script& script) {
        do_one(script);
        check_frame();
    }

    void do_one(Script& script) {
        switch (script.byte() % 8) {
        case 0: return draw(script);
        case 1: return push(bridge_.led_commands, {script.byte(), {script.byte(), script.byte(), script.byte()}});
        case 2: return ask(script);
        case 3: return list(script);
        case 4: {
            const std::uint8_t what = script.byte();
            return move_button(what / 2, what % 2 == 0);
        }
        case 5: {
            const base::Micros root = script.byte();
            return wait(from_ms(root * root / 32));
        }
        case 6: return live(script);
        case 7: return change_world(script);
        }
    }

    template <typename Queue, typename Element>
    void push(Queue& queue, const Element& element) {
        if (!queue.push(element)) { // the screen may not be free, or a picture on its way
            wait(from_ms(10));
            (void)queue.push(element);
        }
        step();
    }
    void push(base::Ring<bridge::LedCommand, 10>& queue, const bridge::LedCommand& command) {
        expect(queue.push(command)); // the LEDs are always served
        step();
    }

    void draw(Script& script) {
        bridge::DisplayCommand command;
        command.op = static_cast<bridge::DisplayCommand::Op>(script.byte() % 9);
        command.fill = script.byte() % 2 == 0;
        command.size = script.byte();
        command.text_length = script.byte();
        command.x = coordinate(script);
        command.y = coordinate(script);
        command.width = coordinate(script);
        command.height = coordinate(script);
        command.color = script.word();
        for (auto& pixel : command.pixels) pixel = command.color;
        const std::string_view words = text(script).substr(0, command.text.size());
        if (command.op == bridge::DisplayCommand::Op::text) {
            command.text = {};
            std::copy(words.begin(), words.end(), command.text.begin());
        }
        push(bridge_.display_commands, command);
    }

    void ask(Script& script) {
        bridge::SettingRequest request;
        request.op = static_cast<bridge::SettingRequest::Op>(script.byte() % 4);
        request.serial = ++questions_;
        request.index = script.byte();
        request.key = text(script);
        request.value.type = static_cast<bridge::Value::Type>(script.byte() % 5);
        request.value.boolean = script.byte() % 2 == 0;
        request.value.integer = static_cast<std::int16_t>(script.word());
        request.value.text = text(script);
        expect(bridge_.setting_requests.push(request));
        step();
        bridge::SettingReply reply;
        expect(bridge_.setting_replies.pop(reply) && reply.serial == questions_);
        expect(reply.ok || reply.code != base::ErrorCode::internal);
        expect(!reply.ok || reply.value.text.size() <= bridge::setting_text_max);
    }

    void list(Script& script) {
        bridge::AppEntry entry;
        entry.op = static_cast<bridge::AppEntry::Op>(script.byte() % 4);
        entry.name = text(script);
        entry.title = text(script);
        entry.version = text(script);
        entry.author = entry.title.view();
        entry.description = text(script);
        entry.problem = text(script);
        const std::uint8_t flags = script.byte();
        entry.startable = flags % 2 == 0;
        entry.has_icon = flags / 2 % 2 == 0;
        entry.icon.fill(flags);
        expect(bridge_.app_entries.push(entry));
        step();
    }

    void live(Script& script) {
        switch (script.byte() % 4) {
        case 0: face_.app_started(text(script), now_); break;
        case 1: face_.app_ended(now_); break;
        case 2: {
            bridge::HomeMessage crash;
            crash.json = text(script);
            crash.text = text(script);
            face_.app_crashed(crash, now_);
            break;
        }
        case 3: parts_.vm_state = static_cast<contract::VmState>(script.byte() % 4); break;
        }
        step();
    }

    void change_world(Script& script) {
        const std::uint8_t what = script.byte();
        set_display_busy(what % 4 == 3);
        parts_.measured = static_cast<std::int16_t>(script.word()) * 7;
        bridge_.home_up = what / 4 % 2 == 0;
        bridge_.epoch_offset_us = std::int64_t{script.word()} * 100'000'000'000;
        step();
    }

    void set_display_busy(bool busy) {
        if (parts_.display_busy && !busy) settled_at_ = now_ + from_ms(2); // it is asked again after 1 ms
        parts_.display_busy = busy;
    }

    void move_button(std::uint8_t which, bool down) {
        const boards::Input& input = profile_.inputs[which % profile_.inputs.size()];
        gpio_.levels[input.pin] = down == input.active;
        face_.pin_changed(input.pin, now_);
        step();
    }

    void wait(base::Micros length) {
        const base::Micros end = now_ + length;
        while (now_ < end) {
            now_ = std::max(now_, std::min(end, face_.deadline()));
            step();
        }
    }

    /// Until nothing is to be done at this moment.
    void step() {
        unsigned steps = 0;
        do {
            face_.step(now_);
            expect(++steps < 1000);
        } while (face_.deadline() <= now_);
        bridge::ButtonEvent event;
        while (bridge_.button_events.pop(event)) expect(event.button != 0 && (event.button & (event.button - 1)) == 0);
    }

    void check_frame() const {
        const auto is_untouched = [](contract::Color pixel) { return pixel == untouched; };
        expect(std::all_of(memory_.begin(), memory_.begin() + margin, is_untouched));
        expect(std::all_of(memory_.end() - margin, memory_.end(), is_untouched));
        // The frame that is seen lies before the one that is drawn on: a stroke above that would be found here.
        if (!parts_.display_busy && now_ >= settled_at_)
            expect(std::equal(parts_.glass.begin(), parts_.glass.end(), memory_.begin() + margin));
    }

    static boards::Profile small_badge() {
        boards::Profile profile = boards::badge;
        profile.screen = size;
        return profile;
    }

    base::Micros now_ = 0;
    base::Micros settled_at_ = 0;
    boards::Profile profile_ = small_badge();
    test::FakeGpio gpio_;
    test::TestFlash flash_;
    Parts parts_;
    bridge::Bridge bridge_;
    std::vector<contract::Color> memory_ =
        std::vector<contract::Color>(2 * margin + Screen::memory_pixels(size.width, size.height), untouched);
    std::uint32_t questions_ = 0;
    BadgeFace face_{{profile_, gpio_, parts_, parts_, flash_, parts_, bridge_, parts_,
                     std::span(memory_).subspan(margin, Screen::memory_pixels(size.width, size.height)), 1,
                     "fuzz0001"}};
};

} // namespace
} // namespace firmware::runtime

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    firmware::runtime::Badge().play({data, size});
    return 0;
}
