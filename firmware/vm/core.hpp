// SPDX-License-Identifier: Apache-2.0
// What MicroPython and our modules in it share while a session runs: the inputs, and who calls for attention.
#pragma once

#include "firmware/contract/interpreter.hpp"
#include "firmware/vm/cut.hpp"
#include "firmware/vm/inputs.hpp"

#include <atomic>
#include <cstdint>
#include <string_view>

namespace firmware::vm {

/// The console's and the queues' patience when they are full.
inline constexpr base::Micros full_wait = base::from_ms(100);
/// How long reading a pin waits for the commands before it.
inline constexpr base::Micros pin_settle_wait = base::from_ms(10);

/// Calls for the VM's attention, as bits. Set from the hardware core, looked at by the VM core only, in the hook and in
/// waits: so nothing but the VM core ever touches MicroPython's state, and no lock is needed.
enum Attention : std::uint8_t {
    attention_interrupt = 1, ///< Ctrl-C
    attention_abort = 2,     ///< a fresh VM; stays set until there is one
    attention_stop = 4,      ///< no further VM
    attention_load = 8,      ///< a fresh VM with the app that was asked for
    attention_stop_app = 16, ///< a fresh VM without an app; nothing when none runs
};

/// One for each session. Unless said otherwise: VM core only; no call raises a Python exception.
class Core {
public:
    explicit Core(Inputs& door) noexcept : inputs(door) {}

    /// Before the VM runs: what ends native code. Without it a long native call ends when it ends.
    void use(Cutter& cutter) noexcept { cutter_ = &cutter; }

    /// Any thread. Adds calls, and takes back those of `instead_of` that were not heard yet.
    void call(std::uint8_t attention, std::uint8_t instead_of = 0) noexcept;

    /// Any thread: the calls that were not answered yet.
    std::uint8_t calls() const noexcept { return attention_.load(std::memory_order_acquire); }

    /// Takes all calls but `attention_stop`, if they are still `expected`; else `expected` becomes what they are now.
    bool take_calls(std::uint8_t& expected) noexcept;

    /// Takes over what waits on the bridge: interrupts and aborts become pending in MicroPython, edges are
    /// scheduled as far as there is room. Returns true for an interrupt or abort.
    bool service() noexcept;

    /// Waits until something comes or `deadline`; not at all when work for Python is pending.
    void wait_until(base::Micros deadline) noexcept;

    /// Puts text on the console; drops and counts what nobody takes.
    void write_console(std::string_view text) noexcept;

    /// Queues a message or a command; false when the queue stayed full for `full_wait`. A log line is dropped at once
    /// and counted; what ends an app waits for room also when that end was called for.
    bool send(const bridge::HomeMessage& message) noexcept;
    bool send(const bridge::PinCommand& command) noexcept;
    /// As above; what found no room is counted. A drawing command waits as long for the screen to be free.
    bool send(const bridge::DisplayCommand& command) noexcept;
    bool send(const bridge::LedCommand& command) noexcept;
    /// As above; who gives up a list begins it anew.
    bool send(const bridge::AppEntry& entry) noexcept;

    /// Asks the settings; gives `question` its serial. False when no answer came within `full_wait`.
    bool ask(bridge::SettingRequest& question, bridge::SettingReply& answer) noexcept;

    /// A message stamped with the present.
    bridge::HomeMessage message(bridge::HomeMessage::Op op) noexcept;
    void log(std::uint8_t level, std::string_view text) noexcept;

    /// Waits until the hardware core has carried out all pin commands, at most `pin_settle_wait`; then the level.
    bool read_pin(contract::Pin pin) noexcept;

    /// Whether something has called for the end of this life.
    bool aborting() const noexcept;
    bool stopping() const noexcept { return (attention_.load(std::memory_order_relaxed) & attention_stop) != 0; }

    /// Whether the VM core is where it can't be cut.
    bool away() const noexcept { return away_.load(std::memory_order_relaxed) != 0; }

    /// Nothing of the user's has run in this life yet.
    bool starting() const noexcept { return state == contract::VmState::starting; }

    /// The hardware core has something to do, or room for more.
    void wake_hardware() noexcept;

    /// Before each fresh VM.
    void begin_life() noexcept;

    Inputs& inputs;
    /// Whether Ctrl-C interrupts, or is a byte for whoever reads the console.
    std::atomic<bool> interruptible{false};
    std::atomic<contract::VmState> state{contract::VmState::off};
    std::atomic<std::uint32_t> heartbeat{0};
    /// From the moment at which it is clear that this life runs an app to the app's own end. Still true after a life:
    /// then the app was cut short.
    std::atomic<bool> app_here{false};
    /// Commands or edges came since Python last asked for the next command: what `_ha.link` is readable for.
    bool stirred = false;
    bool soft_reset_wanted = false;
    bool prompt_wanted = false;                       ///< the next life runs no app
    bool overflowed = false;                          ///< the stack was used up where no exception can be raised
    bool app_running = false;                         ///< app_started was sent, app_stopped not yet
    base::FixedString<bridge::app_name_max> app;      ///< the one that runs, or empty
    base::FixedString<bridge::app_name_max> next_app; ///< what Python wants the next life to begin with, or empty

private:
    friend class Away;

    template <typename Queue, typename Element>
    bool push_within(Queue& queue, const Element& element, base::Micros patience,
                     bool though_aborting = false) noexcept;
    /// Makes what was called for pending in MicroPython; false when nothing was.
    bool hear_calls() noexcept;
    bool service_edges() noexcept;
    /// Counts the free bytes now and then, when Python is about to wait anyway: it takes time in proportion to the
    /// heap.
    void measure_heap() noexcept;
    /// A short wait in the middle of something else.
    void nap(base::Micros deadline) noexcept;

    std::atomic<std::uint8_t> attention_{0};
    std::atomic<unsigned> away_{0}; ///< also read in an interrupt of the VM core
    Cutter* cutter_ = nullptr;
    bool look_again_ = false;
    bool console_stalled_ = false;
    std::uint32_t questions_ = 0;
    base::Micros heap_due_ = 0;
};

/// While one lives, the VM core is not cut (cut.hpp): for what must be done whole, such as waking the other core, and
/// for waits of any length. No Python exception may pass it.
class Away {
public:
    explicit Away(Core& core) noexcept : core_(core) { core_.away_.fetch_add(1, std::memory_order_acquire); }
    ~Away() { core_.away_.fetch_sub(1, std::memory_order_release); }
    Away(const Away&) = delete;
    Away& operator=(const Away&) = delete;

private:
    Core& core_;
};

/// The running session's. Only while one runs.
Core& core() noexcept;
void set_core(Core* running) noexcept;
bool core_is_set() noexcept;

} // namespace firmware::vm
