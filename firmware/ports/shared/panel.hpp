// SPDX-License-Identifier: Apache-2.0
// The hands and eyes of a board without hardware (docs/protocol.md, section 3), without sockets and without heap.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "firmware/boards/profile.hpp"
#include "firmware/ports/shared/panel_face.hpp"
#include "firmware/ports/shared/sensor_panel.hpp"
#include "firmware/ports/shared/simulated_face.hpp"
#include "firmware/ports/shared/simulated_gpio.hpp"
#include "protocol/json/value.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace firmware::ports {

class PanelClient;

/// What all clients of one board share. On the hardware core, like everything here.
class Panel final : private LevelObserver, private FaceObserver {
public:
    /// What a client may ask of the board as a whole.
    class Board {
    public:
        virtual void kill_vm() noexcept = 0;
        virtual void quit() noexcept = 0;
        /// By how much the slowest step since the last call was over after the moment at which it was due; nothing
        /// where that says more about the machine around the board.
        virtual std::optional<base::Micros> take_longest_step() noexcept { return std::nullopt; }

    protected:
        ~Board() = default;
    };

    /// All outlive the panel. Without a face display and LEDs are null, and what else the board does not have.
    struct Parts {
        const boards::Profile& profile;
        SimulatedGpio& gpio;
        const base::Clock& clock;
        Board& board;
        SimulatedDisplay* display = nullptr;
        SimulatedLeds* leds = nullptr;
        SimulatedGauges* gauges = nullptr;
        SensorPanel* sensor = nullptr;
    };

    /// `uid` outlives the panel. `clock_offset` is what makes a moment of the board's clock one that a client can
    /// compare with its own; without it the clients tell.
    struct Info {
        std::string_view uid;
        std::uint32_t boot = 0;
        std::optional<base::Micros> clock_offset = 0;
    };

    Panel(const Parts& parts, const Info& info) noexcept;
    Panel(const Panel&) = delete;
    Panel& operator=(const Panel&) = delete;
    ~Panel();

    /// Releases buttons that are due.
    void step() noexcept;
    base::Micros deadline() const noexcept;

private:
    friend PanelClient;
    using Value = protocol::json::Value;

    void level_changed(contract::Pin pin, bool level, base::Micros at) noexcept override;
    void area_drawn(const contract::Area& area) noexcept override;
    void leds_changed() noexcept override;

    void add(PanelClient& client) noexcept;
    void remove(PanelClient& client) noexcept;

    base::Result<> press(const Value& request) noexcept;
    base::Result<> hold(const Value& request, bool pressed) noexcept;
    base::Result<> set(const Value& request) noexcept;
    base::Result<> fault(const Value& request) noexcept;
    base::Result<> gauge(const Value& request) noexcept;
    base::Result<> clock(const Value& request) noexcept;
    base::Result<> sensor(const Value& request) noexcept; ///< the board has one

    /// In the clients' time.
    base::Micros clients_time(base::Micros at) const noexcept {
        return at + info_.clock_offset.value_or(told_offset_.value_or(0));
    }

    base::Result<std::size_t> find_input(const Value& which) const noexcept;
    base::Result<contract::Pin> find_pin(const Value& which) const noexcept;
    std::string_view name_of(contract::Pin pin) const noexcept;

    Parts parts_;
    Info info_;
    std::optional<base::Micros> told_offset_;
    PanelClient* first_ = nullptr;
    std::array<base::Micros, boards::inputs_max> release_at_{};
};

/// One conversation: bytes in, lines out when there is room for them. Pin changes and answers wait in a queue; pictures
/// do not, they are made when they are fetched.
class PanelClient {
public:
    static constexpr std::size_t line_max = 1024; ///< with its line feed, in both directions
    static constexpr std::size_t queue_min = 2 * line_max;

    /// `queue` holds at least `queue_min` bytes, `frame` as many pixels as the board's screen, if it has one; these and
    /// the panel outlive the client.
    PanelClient(Panel& panel, std::span<char> queue, std::span<contract::Color> frame) noexcept;
    PanelClient(const PanelClient&) = delete;
    PanelClient& operator=(const PanelClient&) = delete;
    ~PanelClient();

    /// Carries out each whole line. Returns how many bytes it took: fewer than all while answers wait to be fetched.
    std::size_t feed(std::string_view bytes) noexcept;

    bool has_line() const noexcept;
    /// The next line, with its line feed, written into `buffer`; empty when there is nothing to say.
    std::string_view next(std::span<char, line_max> buffer) noexcept;

    /// It sent a line that is too long, or did not fetch the changes that it watches: the conversation is over, or
    /// begins anew with `reset`.
    bool broken() const noexcept { return broken_; }
    void reset() noexcept;

private:
    friend Panel;
    using Value = protocol::json::Value;

    void answer(std::string_view line) noexcept;
    base::Result<> carry_out(const Value& request) noexcept;
    base::Result<> watch(const Value& request) noexcept;
    base::Result<> read_pin(const Value& request) noexcept;
    base::Result<> longest_step() noexcept;
    void say_sensor() noexcept;
    void say_info() noexcept;
    void say_ok() noexcept;
    void say_pin(contract::Pin pin, bool level, base::Micros at) noexcept;
    std::string_view next_pin(std::span<char> buffer) noexcept;
    bool sensor_untold() const noexcept;
    std::string_view next_sensor(std::span<char> buffer) noexcept;
    template <typename Body>
    void say(Body body) noexcept;
    bool pins_untold() const noexcept;
    std::size_t room() const noexcept { return queue_.size() - (end_ - begin_); }

    Panel& panel_;
    PanelClient* next_ = nullptr;
    std::span<char> queue_;
    std::size_t begin_ = 0; ///< of what waits in `queue_`
    std::size_t end_ = 0;
    std::array<char, line_max> line_{}; ///< the beginning of a request
    std::size_t line_size_ = 0;
    std::size_t pins_told_ = 0; ///< of all named pins, since `watch`
    bool watching_pins_ = false;
    bool watching_sensor_ = false;
    std::optional<SensorView> sensor_told_;
    bool broken_ = false;
    PanelFace face_;
};

} // namespace firmware::ports
