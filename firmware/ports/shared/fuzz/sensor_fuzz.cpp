// SPDX-License-Identifier: Apache-2.0
// A hub that says anything, hands that do anything, at any time, and a power that goes at any write: a sensor's board
// never hangs, says nothing but the link's grammar, and its MCU is told of nothing that the hub has not confirmed.
#include "base/expect.hpp"
#include "boards/pir.hpp"
#include "firmware/ports/shared/simulated_gpio.hpp"
#include "firmware/ports/shared/virtual_sensor.hpp"
#include "firmware/runtime/fuzz/no_python.hpp"
#include "firmware/runtime/fuzz/script.hpp"
#include "firmware/runtime/hardware_core.hpp"
#include "protocol/json/value.hpp"
#include "protocol/link/frame_reader.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace firmware::ports {
namespace {

using base::from_ms;
using runtime::fuzz::NoPython;
using runtime::fuzz::Script;

struct ScriptClock final : base::Clock {
    base::Micros now() const noexcept override { return time; }
    base::Micros time = 0;
};

/// What both ends of the line say, and which reports wait for an answer in this session.
class Ends final : public contract::Console {
public:
    std::size_t read(std::span<std::uint8_t> into) noexcept override {
        const std::size_t size = std::min(into.size(), to_board.size());
        std::copy_n(to_board.begin(), size, into.begin());
        to_board.erase(0, size);
        return size;
    }
    std::size_t write(std::span<const std::uint8_t> bytes) noexcept override {
        board_.feed(bytes, 0);
        return bytes.size();
    }
    void say(std::string_view bytes) {
        to_board += bytes;
        hub_.feed({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, 0);
    }

    std::string to_board;
    std::set<std::int64_t> unconfirmed;

private:
    struct OfBoard final : protocol::link::FrameSink {
        explicit OfBoard(Ends& all) : ends(all) {}
        void on_frame(std::string_view json) override {
            const auto message = protocol::json::parse(json);
            expect(message.has_value());
            if (!message->at(0).equals("report")) return;
            const auto serial = message->at(1).integer();
            expect(serial && *serial > 0 && *serial <= 65535);
            expect(message->at(3).is(protocol::json::Type::object) && message->at(4).integer());
            ends.unconfirmed.insert(*serial);
        }
        void on_console(std::span<const std::uint8_t>) override {}
        Ends& ends;
    };
    struct OfHub final : protocol::link::FrameSink {
        explicit OfHub(Ends& all) : ends(all) {}
        void on_frame(std::string_view json) override {
            const auto message = protocol::json::parse(json);
            if (!message || !message->at(0).equals("reported")) return;
            if (const auto serial = message->at(1).integer()) ends.unconfirmed.erase(*serial);
        }
        void on_console(std::span<const std::uint8_t>) override {}
        Ends& ends;
    };

    OfBoard of_board_{*this};
    OfHub of_hub_{*this};
    protocol::link::FrameReader board_{of_board_};
    protocol::link::FrameReader hub_{of_hub_};
};

class SensorBoard final : NoPython {
public:
    explicit SensorBoard(std::vector<std::uint8_t>& medium)
        : sensor_(boards::pir, {medium, {}}),
          core_({boards::pir, gpio_, ends_, bridge_, *this, nullptr, &sensor_.uart},
                {"a1b2c3d4", "Test", "pir", "0.1.0", 1}) {
        bridge_.wake_vm = this;
        bridge_.wake_hardware = this;
        core_.boot(0);
    }

    void play(Script& script) {
        while (!script.ended()) {
            const std::uint8_t what = script.byte();
            if (what == 0xFF) return; // the battery is changed: another board on the same flash
            obey(what, script);
        }
        wait(from_ms(300000));
    }

private:
    void obey(std::uint8_t what, Script& script) {
        TuyaUart& uart = sensor_.uart;
        switch (what % 12) {
        case 0: return say(script.text(script.byte()));
        case 1: return say("\x1E[\"up\",1700000000000,true]\n");
        case 2: return say("\x1E[\"up\",1700000000000,false]\n");
        case 3: return say("\x1E[\"who\"]\n");
        case 4: return confirm(script.byte());
        case 5: return wait(from_ms(script.byte()));
        case 6: return wait(from_ms(250) * script.byte());
        case 7: (void)uart.sense(false, script.byte() % 2 == 0, clock_.time); break;
        case 8: uart.hold_button(clock_.time); break;
        case 9: uart.change_battery(clock_.time); break;
        case 10: (void)uart.set_battery(script.byte() % 4 - 1); break;
        case 11: sensor_.flash.cut_after(script.byte()); break;
        }
        step();
    }

    void say(std::string_view bytes) {
        ends_.say(bytes);
        while (!ends_.to_board.empty()) step();
    }
    void confirm(std::uint8_t which) {
        if (ends_.unconfirmed.empty()) return;
        auto serial = ends_.unconfirmed.begin();
        std::advance(serial, which % ends_.unconfirmed.size());
        say("\x1E[\"reported\"," + std::to_string(*serial) + "]\n");
    }

    void wait(base::Micros length) {
        const base::Micros end = clock_.time + length;
        while (clock_.time < end) {
            clock_.time = std::max(clock_.time, std::min(end, core_.deadline()));
            step();
        }
    }

    /// Until nothing is to be done at this moment.
    void step() {
        unsigned steps = 0;
        do {
            core_.step(clock_.time);
            check();
            expect(++steps < 1000);
        } while (core_.deadline() <= clock_.time);
    }

    void check() {
        const SensorView view = sensor_.uart.view();
        if (view.told > told_) expect(ends_.unconfirmed.empty());
        told_ = view.told;
        // What an earlier session said is nobody's any more.
        const bool is_over = view.session != "online";
        if (is_over) ends_.unconfirmed.clear();
        expect(sensor_.uart.mcu().violations() == 0);
    }

    ScriptClock clock_;
    SimulatedGpio gpio_{clock_};
    Ends ends_;
    bridge::Bridge bridge_;
    VirtualSensor sensor_;
    runtime::HardwareCore core_;
    std::uint32_t told_ = 0;
};

} // namespace
} // namespace firmware::ports

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::uint8_t> medium(firmware::ports::SimulatedSmallFlash::medium_bytes, 0xFF);
    firmware::runtime::fuzz::Script script(data, size);
    for (int lives = 0; lives < 8 && (lives == 0 || !script.ended()); ++lives) {
        firmware::ports::SensorBoard(medium).play(script);
    }
    return 0;
}
