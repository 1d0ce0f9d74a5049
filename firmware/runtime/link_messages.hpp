// SPDX-License-Identifier: Apache-2.0
// Writes the board's side of the link, message by message (docs/protocol.md, "Board to hub").
#pragma once

#include "base/clock.hpp"
#include "firmware/bridge/messages.hpp"
#include "firmware/runtime/entities.hpp"
#include "firmware/runtime/guards.hpp"
#include "firmware/runtime/home_watch.hpp"
#include "firmware/runtime/report_queue.hpp"
#include "protocol/json/writer.hpp"
#include "protocol/link/frame_reader.hpp"
#include "protocol/tuya/commands.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::runtime {

/// Who this board is, for as long as it runs.
struct Identity {
    base::FixedString<32> uid;
    base::FixedString<bridge::name_max> name;
    base::FixedString<32> board;
    base::FixedString<32> version;
    std::uint32_t boot = 0; ///< counts starts
};

/// What crossed between the cores since boot, or did not.
struct BridgeCounters {
    std::uint32_t frames_shown = 0;
    std::uint32_t edges_dropped = 0;
    std::uint32_t buttons_dropped = 0;
    std::uint32_t logs_dropped = 0;
    std::uint32_t console_dropped = 0;
    std::uint32_t display_timeouts = 0;
    std::uint32_t led_timeouts = 0;
};

/// One frame under construction. Each writer fills it; a message too long for a frame leaves it empty.
class Frame {
public:
    /// `product` is what a battery sensor's MCU says about itself; one without an id is left out.
    void hello(const Identity& identity, std::string_view app, std::uint32_t declaration,
               const protocol::tuya::Product& product, base::Micros now) noexcept;
    /// As many entities from `from` on as fit; returns the index of the first that did not.
    std::size_t decl(const Entities& entities, std::size_t from) noexcept;
    void state(const Entity& entity) noexcept;
    void event(const bridge::HomeMessage& message) noexcept;
    void report(const QueuedReport& report) noexcept;
    void output(std::string_view name, bool on, base::Micros at, Cause cause) noexcept;
    void done(std::string_view cmd_id, bool ok, std::string_view reason) noexcept;
    void log(std::uint8_t level, std::string_view text, base::Micros at) noexcept;
    void watch(const HomeWatch& watched) noexcept;
    void call(const bridge::HomeMessage& message) noexcept;
    void crash(const bridge::HomeMessage& message, std::string_view app) noexcept;
    /// `heap_free` in bytes; 0 leaves it out, as it does each counter.
    void up(base::Micros now, std::uint32_t heap_free, std::uint32_t dropped, const BridgeCounters& counters) noexcept;

    /// The bytes for the port, 0x1E and line feed included.
    std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.data(), size_}; }

private:
    template <typename Body>
    void write(Body body) noexcept;

    std::array<std::uint8_t, protocol::link::frame_size_max> bytes_{};
    std::size_t size_ = 0;
};

} // namespace firmware::runtime
