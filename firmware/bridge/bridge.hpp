// SPDX-License-Identifier: Apache-2.0
// The only way between the VM core and the hardware core.
#pragma once

#include "base/ring.hpp"
#include "firmware/bridge/epoch.hpp"
#include "firmware/bridge/face_messages.hpp"
#include "firmware/bridge/messages.hpp"
#include "firmware/contract/signal.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace firmware::bridge {

/// Bounded queues, a picture of the pins, and counters. One thread is the VM core and one the hardware core; each
/// uses its own side only. Nothing here blocks or allocates.
///
/// | queue | depth | when full |
/// |---|---|---|
/// | pin_commands | 32 | the VM core waits up to 100 ms, then OSError(ETIMEDOUT) |
/// | home_messages | 16 | as above; a log line is dropped at once and counted |
/// | pin_edges | 32 | the edge is dropped and counted; the level is still right in `levels` |
/// | home_commands | 8 | the hardware core answers `busy` |
/// | home_news | 8 | states wait, the newest of each; an answer is dropped and counted, and Python's call times out |
/// | home_responses | 2 | the answer fails: `busy` |
/// | display_commands | 10 | the VM core waits up to 100 ms, then OSError(ETIMEDOUT) |
/// | led_commands | 10 | as above |
/// | setting_requests | 2 | as above; one question at a time, so it is full only after an abort |
/// | app_entries | 8 | the VM core waits up to 100 ms, then gives up the list |
/// | button_events | 20 | the event is dropped and counted; the level is still right in `buttons_down` |
/// | setting_replies | 2 | the oldest is of no use to anybody: the VM core discards what it did not ask for |
/// | console_in, console_out | 1,024 / 4,096 bytes | input: dropped, as a UART does; output: the VM core waits up to
/// 100 ms, then drops |
struct Bridge {
    base::Ring<PinCommand, 32> pin_commands;    ///< VM → hardware
    base::Ring<HomeMessage, 16> home_messages;  ///< VM → hardware
    base::Ring<std::uint8_t, 4096> console_out; ///< VM → hardware

    base::Ring<DisplayCommand, 10> display_commands; ///< VM → hardware
    base::Ring<LedCommand, 10> led_commands;         ///< VM → hardware
    base::Ring<SettingRequest, 2> setting_requests;  ///< VM → hardware
    base::Ring<AppEntry, 8> app_entries;             ///< VM → hardware

    base::Ring<ButtonEvent, 20> button_events;   ///< hardware → VM
    base::Ring<SettingReply, 2> setting_replies; ///< hardware → VM

    base::Ring<PinEdge, 32> pin_edges;          ///< hardware → VM
    base::Ring<HomeCommand, 8> home_commands;   ///< hardware → VM
    base::Ring<HomeNews, 8> home_news;          ///< hardware → VM
    base::Ring<HomeResponse, 2> home_responses; ///< hardware → VM
    base::Ring<std::uint8_t, 1024> console_in;  ///< hardware → VM

    /// Pin commands pushed by the VM core, and those of them that the hardware core has carried out. Equal means that
    /// `levels` shows the effect of every command.
    std::atomic<std::uint32_t> pin_commands_sent{0};
    std::atomic<std::uint32_t> pin_commands_done{0};

    /// What the board has, so that Python can tell; 0 is none. Set before either core starts, never changed after.
    std::uint16_t screen_width = 0;
    std::uint16_t screen_height = 0;
    std::uint8_t led_count = 0;

    /// The level at each pin, as the hardware core last saw it.
    std::array<std::atomic<bool>, contract::pin_count> levels{};

    /// The buttons that are held now, after debouncing.
    std::atomic<contract::ButtonMask> buttons_down{0};

    /// False while a person is in an editor of the menu: Python's drawing then waits, up to 100 ms, and times out.
    /// The first drawing command that is carried out gives Python the screen, until its app ends or somebody calls the
    /// menu back.
    std::atomic<bool> screen_free{true};

    /// The menu wants to know what is in /pyapps: the VM core sends a list when it can, at the latest in its next life.
    std::atomic<bool> apps_wanted{false};

    /// What the board measures about itself; `not_available` where it can't. Renewed every few seconds.
    static constexpr std::int32_t not_available = INT32_MIN;
    std::atomic<std::int32_t> battery_millivolts{not_available};
    std::atomic<std::int32_t> usb_power{not_available};
    std::atomic<std::int32_t> temperature_millicelsius{not_available};
    std::atomic<std::int32_t> signal_dbm{not_available};

    /// Set by the port while the VM core waits on purpose: its heartbeat may then stand still.
    std::atomic<bool> vm_waits{false};

    /// Whether the home listens: the link was heard within the last 25 s.
    std::atomic<bool> home_up{false};
    /// Seconds since 1970 minus uptime, in microseconds; 0 until the hub has said what time it is.
    EpochOffset epoch_offset_us;

    /// Bytes of Python's heap that are free, as last measured; 0 until then.
    std::atomic<std::uint32_t> heap_free{0};

    std::atomic<std::uint32_t> edges_dropped{0};
    std::atomic<std::uint32_t> buttons_dropped{0};
    std::atomic<std::uint32_t> display_timeouts{0}; ///< commands that found no room in time
    std::atomic<std::uint32_t> led_timeouts{0};
    std::atomic<std::uint32_t> frames_shown{0};
    std::atomic<std::uint32_t> logs_dropped{0};
    std::atomic<std::uint32_t> console_dropped{0};

    contract::Signal* wake_hardware = nullptr; ///< set before either core starts
    contract::Signal* wake_vm = nullptr;       ///< set before either core starts
};

} // namespace firmware::bridge
