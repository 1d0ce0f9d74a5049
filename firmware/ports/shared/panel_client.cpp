// SPDX-License-Identifier: Apache-2.0
// Lines in, lines out, in order; a bounded buffer on each side.
#include "firmware/ports/shared/panel.hpp"

#include "base/expect.hpp"
#include "firmware/ports/shared/panel_line.hpp"

#include <algorithm>

namespace firmware::ports {

using base::ErrorCode;
using protocol::json::Type;
using protocol::json::Writer;

namespace {

constexpr std::string_view hint_info = "see docs/protocol.md, section 3";

void write_view(Writer& writer, const SensorView& view) noexcept {
    writer.begin_object().key("active").boolean(view.active).key("battery").integer(view.battery);
    writer.key("power").boolean(view.power).key("led").text(led_name(view.led));
    writer.key("session").text(view.session).key("told").integer(view.told).key("dropped").integer(view.dropped);
    writer.end_object();
}

void write_pin(Writer& writer, contract::Pin pin, bool level, base::Micros t_us, std::string_view name) noexcept {
    writer.text("pin").integer(pin).integer(level ? 1 : 0).integer(t_us).text(name);
}

} // namespace

PanelClient::PanelClient(Panel& panel, std::span<char> queue, std::span<contract::Color> frame) noexcept
    : panel_(panel),
      queue_(queue),
      face_(panel.parts_.display, panel.parts_.leds, frame) {
    expect(queue_.size() >= queue_min);
    panel_.add(*this);
}

PanelClient::~PanelClient() { panel_.remove(*this); }

void PanelClient::reset() noexcept {
    begin_ = 0;
    end_ = 0;
    line_size_ = 0;
    watching_pins_ = false;
    watching_sensor_ = false;
    broken_ = false;
    face_.end();
}

std::size_t PanelClient::feed(std::string_view bytes) noexcept {
    for (std::size_t taken = 0; taken < bytes.size(); ++taken) {
        // An answer is at most a line. The pins as they are come before the answer to the next request.
        if (broken_ || room() < line_max || pins_untold()) return taken;
        const char byte = bytes[taken];
        if (byte == '\n') {
            const std::string_view line(line_.data(), line_size_);
            line_size_ = 0;
            answer(line);
        } else {
            line_[line_size_++] = byte;
            broken_ = line_size_ == line_max;
        }
    }
    return bytes.size();
}

bool PanelClient::pins_untold() const noexcept {
    const boards::Profile& profile = panel_.parts_.profile;
    return watching_pins_ && pins_told_ < profile.inputs.size() + profile.outputs.size();
}

bool PanelClient::has_line() const noexcept {
    return !broken_ && (begin_ != end_ || pins_untold() || sensor_untold() || face_.has_line());
}

std::string_view PanelClient::next(std::span<char, line_max> buffer) noexcept {
    if (!has_line()) return {};
    if (begin_ != end_) {
        const std::string_view waiting(queue_.data() + begin_, end_ - begin_);
        const std::size_t size = waiting.find('\n') + 1;
        waiting.copy(buffer.data(), size);
        begin_ += size;
        return {buffer.data(), size};
    }
    if (pins_untold()) return next_pin(buffer);
    return sensor_untold() ? next_sensor(buffer) : face_.next(buffer);
}

// The named pins as they are, one after the other, after a `watch`.
std::string_view PanelClient::next_pin(std::span<char> buffer) noexcept {
    const boards::Profile& profile = panel_.parts_.profile;
    const std::size_t inputs = profile.inputs.size();
    const std::size_t index = pins_told_++;
    const contract::Pin pin = index < inputs ? profile.inputs[index].pin : profile.outputs[index - inputs].pin;
    const base::Micros now = panel_.parts_.clock.now();
    return write_line(buffer, [&](Writer& writer) {
        write_pin(writer, pin, panel_.parts_.gpio.read(pin), panel_.clients_time(now), panel_.name_of(pin));
    });
}

// As it is when somebody wants the line: who reads slowly gets fewer of them, and the newest.
bool PanelClient::sensor_untold() const noexcept {
    return watching_sensor_ && sensor_told_ != panel_.parts_.sensor->view();
}

std::string_view PanelClient::next_sensor(std::span<char> buffer) noexcept {
    sensor_told_ = panel_.parts_.sensor->view();
    return write_line(buffer, [&](Writer& writer) {
        writer.text("tuya");
        write_view(writer, *sensor_told_);
    });
}

void PanelClient::answer(std::string_view line) noexcept {
    const auto request = protocol::json::parse(line);
    base::Result<> done = base::fail(ErrorCode::malformed, "the request is not a JSON array", hint_info);
    if (request && request->is(Type::array)) done = carry_out(*request);
    if (done) return;
    say([&](Writer& writer) {
        writer.text("error").text(base::error_name(done.error().code));
        writer.text(done.error().message).text(done.error().hint);
    });
}

base::Result<> PanelClient::carry_out(const Value& request) noexcept {
    const Value word = request.at(0);
    const bool of_sensor = word.equals("tuya") || (word.equals("watch") && request.at(1).equals("tuya"));
    if (of_sensor && panel_.parts_.sensor == nullptr) {
        return base::fail(ErrorCode::unsupported, "the board has no sensor");
    }
    if (word.equals("info")) {
        say_info();
        return {};
    }
    if (word.equals("read")) return read_pin(request);
    if (word.equals("watch")) return watch(request);
    if (word.equals("late")) return longest_step();
    if (word.equals("tuya") && request.at(1).is(Type::null)) {
        say_sensor();
        return {};
    }
    base::Result<> done = base::fail(ErrorCode::unsupported, "the board does not know this request", hint_info);
    if (word.equals("press")) done = panel_.press(request);
    if (word.equals("hold")) done = panel_.hold(request, true);
    if (word.equals("release")) done = panel_.hold(request, false);
    if (word.equals("set")) done = panel_.set(request);
    if (word.equals("fault")) done = panel_.fault(request);
    if (word.equals("gauge")) done = panel_.gauge(request);
    if (word.equals("clock")) done = panel_.clock(request);
    if (word.equals("tuya")) done = panel_.sensor(request);
    if (word.equals("quit")) {
        panel_.parts_.board.quit();
        done = {};
    }
    if (done) say_ok();
    return done;
}

base::Result<> PanelClient::watch(const Value& request) noexcept {
    if (request.at(1).equals("face")) {
        if (panel_.parts_.display == nullptr || panel_.parts_.leds == nullptr) {
            return base::fail(ErrorCode::unsupported, "the board has no screen", "watch its pins: [\"watch\"]");
        }
        const boards::Profile& profile = panel_.parts_.profile;
        say([&](Writer& writer) {
            writer.text("ok").begin_object().key("width").integer(profile.screen.width);
            writer.key("height").integer(profile.screen.height).key("leds").integer(profile.led_count);
            writer.end_object();
        });
        face_.begin();
        return {};
    }
    if (request.at(1).equals("tuya")) {
        say_ok();
        watching_sensor_ = true;
        sensor_told_.reset();
        return {};
    }
    say_ok();
    watching_pins_ = true;
    pins_told_ = 0;
    return {};
}

base::Result<> PanelClient::read_pin(const Value& request) noexcept {
    const auto pin = panel_.find_pin(request.at(1));
    if (!pin) return tl::unexpected(pin.error());
    say([&](Writer& writer) { writer.text("ok").integer(panel_.parts_.gpio.read(*pin) ? 1 : 0); });
    return {};
}

base::Result<> PanelClient::longest_step() noexcept {
    const auto longest = panel_.parts_.board.take_longest_step();
    if (!longest) return base::fail(ErrorCode::unsupported, "the board's clock is the machine's, which is late itself");
    say([&](Writer& writer) { writer.text("ok").integer(*longest); });
    return {};
}

void PanelClient::say_sensor() noexcept {
    say([&](Writer& writer) {
        writer.text("ok");
        write_view(writer, panel_.parts_.sensor->view());
    });
}

void PanelClient::say_info() noexcept {
    say([&](Writer& writer) {
        writer.text("ok").begin_object().key("uid").text(panel_.info_.uid);
        writer.key("board").text(panel_.parts_.profile.name).key("boot").integer(panel_.info_.boot);
        writer.end_object();
    });
}

void PanelClient::say_ok() noexcept {
    say([](Writer& writer) { writer.text("ok"); });
}

void PanelClient::say_pin(contract::Pin pin, bool level, base::Micros at) noexcept {
    say([&](Writer& writer) { write_pin(writer, pin, level, panel_.clients_time(at), panel_.name_of(pin)); });
}

template <typename Body>
void PanelClient::say(Body body) noexcept {
    if (broken_) return;
    std::array<char, line_max> buffer{};
    const std::string_view line = write_line(buffer, body);
    if (room() < line.size()) {
        broken_ = true; // it does not fetch what it watches
        return;
    }
    if (queue_.size() - end_ < line.size()) {
        std::copy(queue_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  queue_.begin() + static_cast<std::ptrdiff_t>(end_), queue_.begin());
        end_ -= begin_;
        begin_ = 0;
    }
    std::copy(line.begin(), line.end(), queue_.begin() + static_cast<std::ptrdiff_t>(end_));
    end_ += line.size();
}

} // namespace firmware::ports
