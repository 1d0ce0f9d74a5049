// SPDX-License-Identifier: Apache-2.0
// A whole board in virtual time, for tests that read like a story.
#pragma once

#include "base/clock.hpp"
#include "firmware/boards/profile.hpp"
#include "firmware/bridge/bridge.hpp"
#include "firmware/ports/shared/program.hpp"
#include "firmware/ports/shared/simulated_face.hpp"
#include "firmware/ports/shared/tuya_uart.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firmware::ports::sim {

/// What a board is built with. The same options and the same calls give the same run, to the microsecond.
struct Options {
    const boards::Profile* profile = nullptr;
    std::string app;                                        ///< its name; empty: only the prompt
    std::vector<std::pair<std::string, std::string>> files; ///< the app's files: name, content
    ProgramFactory program;                                 ///< empty: MicroPython
    std::vector<std::uint8_t> flash;                        ///< a `flash()` of another board; empty: blank
    std::uint32_t seed = 1;
    std::vector<std::pair<std::string, bool>> driven; ///< inputs that are driven from before the boot: name, level
};

struct Change {
    std::int64_t t_ms;
    bool level;
    friend bool operator==(const Change&, const Change&) = default;
};

struct Heard {
    std::int64_t t_ms;
    std::string json;
};

/// Boots when it is made, at 0 ms. One at a time in a process runs MicroPython.
class SimBoard {
public:
    explicit SimBoard(Options options);
    SimBoard(const SimBoard&) = delete;
    SimBoard& operator=(const SimBoard&) = delete;
    ~SimBoard();

    // --- time ---
    void run_for(base::Micros length);
    /// Since the first boot.
    std::int64_t now_ms() const;

    // --- the outside world ---
    /// Presses now, and releases after `length`.
    void press(std::string_view input, base::Micros length);
    void hold(std::string_view input);
    void release(std::string_view input);
    void drive(std::string_view input, bool level);

    // --- the hub ---
    /// Says `who`, and `up` every 10 s from now on; its broker is connected.
    void link_up();
    /// Its broker comes or goes.
    void home(bool connected);
    void link_down();
    /// One frame to the board: the JSON array.
    void send(std::string_view json);
    /// All frames from the board so far, since the first boot.
    const std::vector<Heard>& frames() const;
    /// Those that start with `prefix`, such as `["event"`.
    std::vector<Heard> frames(std::string_view prefix) const;

    // --- the person at the console ---
    void type(std::string_view text);
    const std::string& console() const;

    // --- what is seen ---
    /// Every change of a named pin since the first boot; the level before the first is the safe or released one.
    std::vector<Change> trace(std::string_view pin) const;
    bool level(std::string_view pin) const;

    // --- the face of a board that has one ---
    /// Presses and releases each button, 100 ms for each: `right a down`.
    void keys(std::string_view script);
    /// The pixels on the glass, row by row.
    std::span<const contract::Color> screen() const;
    /// Whether these words stand on the glass, in the board's font at any size, in one colour.
    bool shows(std::string_view words) const;
    /// When something was sent to the display since the first boot, in ms.
    const std::vector<std::int64_t>& drawn() const;
    std::span<const contract::Rgb> leds() const;
    /// What the board measures about itself; nothing until a test says so.
    SimulatedGauges& gauges();
    const bridge::Bridge& bridge() const;

    // --- the sensor of a board that has one ---
    TuyaUart& sensor();

    // --- faults ---
    /// The VM stops dead where it is.
    void kill_vm();
    /// The power goes and comes back: everything is new but the flash. Of a sensor it is the battery.
    void power_cycle();
    /// The flash as it is now: give it to another board, and it need not be made again.
    std::vector<std::uint8_t> flash() const;

private:
    struct World;
    struct Life;

    std::unique_ptr<World> world_;
    std::unique_ptr<Life> life_;
};

} // namespace firmware::ports::sim
