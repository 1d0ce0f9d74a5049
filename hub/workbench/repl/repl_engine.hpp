// SPDX-License-Identifier: Apache-2.0
// Speaks with a board's Python through the raw prompt: bytes in, bytes out, and moments when it wants to be woken.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "hub/workbench/repl/evidence.hpp"
#include "protocol/link/frame_reader.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace hub::workbench {

/// The longest text of an exception that is kept, in bytes.
inline constexpr std::size_t traceback_size_max = std::size_t{16} * 1024;

/// One board's prompt. Nothing here waits or does I/O: after each call, `take_writes` goes to the board, `take_output`
/// to whoever wants it, and `tick` is due at `deadline`. Never resets a board unasked. One thread.
class ReplEngine final : private protocol::link::FrameSink {
public:
    enum class State : std::uint8_t {
        outside,  ///< not at the raw prompt; `problem` says why, or is empty
        entering, ///< until ready or outside
        ready,    ///< at the raw prompt
        running,  ///< until ready or outside; `traceback` is then that of this run
        leaving,  ///< until outside
    };

    ReplEngine() : reader_(*this) {}
    ReplEngine(const ReplEngine&) = delete;
    ReplEngine& operator=(const ReplEngine&) = delete;

    /// Interrupts what runs and asks for the raw prompt, up to four times within 6 s. From `outside` only.
    void enter(base::Micros now);

    /// Runs `code`, by raw-paste where the board knows it. From `ready` only. `silence_max`: gives up when nothing
    /// comes for so long; `base::never` for a program that may be silent. Error: `invalid_argument` when the code
    /// contains a control character that acts on the prompt.
    base::Result<> exec(std::string code, base::Micros now, base::Micros silence_max = base::never);

    /// Bytes for the program, while `is_printing`; any bytes.
    void feed(std::string_view bytes, base::Micros now);

    /// Whether the board has taken all of the code and runs it: it may read what is fed.
    bool is_printing() const noexcept { return phase_ == Phase::output; }

    /// Ctrl-C, while `running`: the program ends by a KeyboardInterrupt, unless it catches that.
    void interrupt(base::Micros now);

    /// Back to the friendly prompt, from any state; at most 500 ms later it is `outside`.
    void leave(base::Micros now);

    /// Ctrl-D at the friendly prompt: a new Python, with boot.py and main.py. From `ready` only; `outside` once the
    /// board says that it does so, with a problem if it does not within 10 s.
    void soft_reset(base::Micros now);

    /// Ctrl-D at the raw prompt: a new Python, with boot.py but without main.py. From `ready` only; `ready` again when
    /// the board is, `outside` without a problem when it has not said so within 10 s.
    void renew(base::Micros now);

    void receive(std::span<const std::uint8_t> bytes, base::Micros now);
    void tick(base::Micros now);
    base::Micros deadline() const noexcept;

    /// Bytes for the board; at most a raw-paste window, or the 256 bytes of a board that has none, wait here.
    std::string take_writes() { return std::exchange(writes_, {}); }
    /// What the running program printed since the last call, without frames of our link.
    std::string take_output() { return std::exchange(output_, {}); }

    State state() const noexcept { return state_; }
    /// Whether the board has the whole program, and has not said that it ended: what follows is its output.
    bool has_program() const noexcept { return phase_ == Phase::output; }
    const base::Error& problem() const noexcept { return problem_; }
    /// Of the last run; empty when it ended without an exception.
    const std::string& traceback() const noexcept { return traceback_; }

private:
    enum class Phase : std::uint8_t {
        none,
        knock,         // the raw prompt was asked for: a board that waits at its prompt answers at once
        wake,          // Ctrl-C was sent, and a moment passes
        quiet,         // Ctrl-C again, until nothing comes any more
        banner,        // raw mode was asked for
        settle,        // late answers to earlier attempts
        paste_header,  // does it know raw-paste?
        paste_refused, // it does not: until it is at the prompt again
        paste_body,
        paste_end, // all is sent
        plain_body,
        plain_end,
        output,
        error_text,
        prompt,      // the run is over
        leave_stop,  // Ctrl-C, before the friendly prompt is asked for
        leave_wait,  // until it is there
        reset_leave, // the same, for a soft reset
        reset_wait,  // Ctrl-D was sent
        renew_wait,  // the same, at the raw prompt
    };

    void on_frame(std::string_view json) override;
    void on_console(std::span<const std::uint8_t> bytes) override;
    void on_byte(char byte);
    void on_enter_byte(char byte);
    void on_paste_byte(char byte);
    void on_run_byte(char byte);
    void on_prompt_byte(char byte);
    void on_leave_byte(char byte);

    void begin(Phase phase, base::Micros patience);
    void begin_attempt();
    base::Micros settled_after() const noexcept;
    void on_deadline();
    void give_up(base::Error problem);
    void ended();
    void remember(char byte);
    void send_paste();
    void begin_plain();
    void send_plain();
    void begin_run();
    void begin_leave();

    protocol::link::FrameReader reader_;
    State state_ = State::outside;
    Phase phase_ = Phase::none;
    base::Micros now_ = 0;
    base::Micros deadline_ = base::never;
    base::Micros last_byte_ = 0;
    base::Micros last_write_ = 0;
    base::Micros silence_max_ = base::never;
    std::size_t attempt_ = 0;
    int asked_ = 0;    ///< for the raw prompt
    int answered_ = 0; ///< by it
    Evidence evidence_;
    std::string recent_; ///< the newest bytes, for what is recognised across pieces

    std::string code_;
    std::size_t sent_ = 0;
    std::size_t window_ = 0;
    std::size_t credit_ = 0;
    bool paste_known_ = true; ///< as long as the board has not said otherwise
    bool interrupt_wanted_ = false;

    std::string writes_;
    std::string output_;
    std::string traceback_;
    std::string after_;
    base::Error problem_;
};

} // namespace hub::workbench
