// SPDX-License-Identifier: Apache-2.0
// The states of a conversation with the raw prompt.
#include "hub/workbench/repl/repl_engine.hpp"

#include "base/expect.hpp"
#include "hub/workbench/repl/block_format.hpp"

#include <algorithm>
#include <array>

namespace hub::workbench {
namespace {

using base::from_ms;
using base::Micros;

constexpr char ctrl_a = 1, ctrl_b = 2, ctrl_c = 3, ctrl_d = 4, ctrl_e = 5;

// A board that starts because its port was opened needs up to two seconds.
constexpr std::array banner_patience{from_ms(400), from_ms(500), from_ms(1000), from_ms(2500)};
constexpr Micros knock_patience = from_ms(150);
constexpr std::size_t fill_attempt = 1;
constexpr Micros wake_pause = from_ms(50);
constexpr Micros quiet_span = from_ms(50);
constexpr Micros quiet_max = from_ms(300);
constexpr Micros settle_span = from_ms(100);
constexpr Micros late_span = from_ms(600); // in which the line passes on all that was written to wake a deaf board
constexpr Micros unasked_after = from_ms(600);
constexpr Micros header_patience = from_ms(3000);
constexpr Micros answer_patience = from_ms(10'000); // a compiler, a garbage collector, a flash in between
constexpr Micros leave_pause = from_ms(60);
constexpr Micros leave_patience = from_ms(300);
constexpr Micros plain_pause = from_ms(10);
constexpr std::size_t plain_piece = 256;
constexpr std::size_t recent_max = 128;
constexpr std::size_t after_max = 4096;

// Some ports write each line end twice: "\r\r\n".
bool ends_with_raw_prompt(std::string_view text) noexcept {
    if (!text.ends_with("\n>")) return false;
    text.remove_suffix(2);
    while (text.ends_with('\r')) text.remove_suffix(1);
    return text.ends_with("raw REPL; CTRL-B to exit");
}

base::Error silent(std::string_view doing) {
    const std::string message = "the board stopped answering while it " + std::string(doing);
    return {base::ErrorCode::timeout, std::string_view(message),
            "Is it still there? Unplug it and plug it in again, then try once more."};
}

} // namespace

void ReplEngine::begin(Phase phase, Micros patience) {
    phase_ = phase;
    deadline_ = patience == base::never ? base::never : now_ + patience;
}

void ReplEngine::give_up(base::Error problem) {
    state_ = State::outside;
    problem_ = problem;
    begin(Phase::none, base::never);
}

void ReplEngine::remember(char byte) {
    if (recent_.size() >= 2 * recent_max) recent_.erase(0, recent_max);
    recent_ += byte;
}

// --- Entering

void ReplEngine::enter(Micros now) {
    expect(state_ == State::outside);
    now_ = now;
    state_ = State::entering;
    problem_ = {};
    evidence_ = {};
    paste_known_ = true;
    attempt_ = 0;
    asked_ = 1;
    answered_ = 0;
    recent_.clear();
    writes_ += {'\r', ctrl_c, '\r', ctrl_a};
    last_write_ = now_;
    begin(Phase::knock, knock_patience);
}

// A board that lost its host in the middle of a block waits for the rest of it, and is deaf to Ctrl-C until then.
void ReplEngine::begin_attempt() {
    recent_.clear();
    if (attempt_ == fill_attempt && evidence_.is_silent()) writes_.append(deaf_bytes_max, '\0');
    writes_ += {'\r', ctrl_c};
    last_write_ = now_;
    begin(Phase::wake, wake_pause);
}

void ReplEngine::on_enter_byte(char byte) {
    remember(byte);
    if (recent_.size() > 1 && recent_[recent_.size() - 2] == block_damaged) {
        // A program of ours that was left there has noticed that what it got was no block.
        recent_.clear();
        writes_ += block_end;
        last_write_ = now_;
        return begin(Phase::wake, wake_pause);
    }
    if (!ends_with_raw_prompt(recent_)) return;
    ++answered_;
    if (phase_ == Phase::knock) return ended();
    if (phase_ == Phase::banner) begin(Phase::settle, settle_span);
}

// What was asked for earlier may be answered yet: an emulator, or a port far away, holds back for a second what it was
// sent first. What was asked of a board that was starting never is.
Micros ReplEngine::settled_after() const noexcept { return answered_ < asked_ ? late_span : settle_span; }

void ReplEngine::ended() {
    state_ = State::ready;
    begin(Phase::none, base::never);
}

// --- Running

base::Result<> ReplEngine::exec(std::string code, Micros now, Micros silence_max) {
    expect(state_ == State::ready);
    if (std::any_of(code.begin(), code.end(), [](char c) { return c >= ctrl_a && c <= ctrl_e; })) {
        return base::fail(base::ErrorCode::invalid_argument,
                          "the program contains a control character of Ctrl-A to Ctrl-E",
                          "Write it as an escape, such as \\x03.");
    }
    now_ = now;
    state_ = State::running;
    code_ = std::move(code);
    silence_max_ = silence_max;
    sent_ = 0;
    interrupt_wanted_ = false;
    output_.clear();
    traceback_.clear();
    after_.clear();
    recent_.clear();
    if (!paste_known_) {
        begin_plain();
    } else {
        writes_ += {ctrl_e, 'A', ctrl_a};
        begin(Phase::paste_header, header_patience);
    }
    return {};
}

void ReplEngine::feed(std::string_view bytes, Micros now) {
    expect(is_printing());
    now_ = now;
    writes_ += bytes;
}

void ReplEngine::interrupt(Micros now) {
    if (state_ != State::running) return;
    now_ = now;
    switch (phase_) {
    case Phase::paste_header:
    case Phase::paste_refused: interrupt_wanted_ = true; return;
    case Phase::plain_body:
        writes_ += ctrl_c;
        traceback_ = "KeyboardInterrupt: ";
        return ended();
    case Phase::paste_body: begin(Phase::paste_end, answer_patience); break;
    default: break;
    }
    writes_ += ctrl_c;
}

// The header is "R\x01", the window, and a first permission; "R\0" knows raw-paste and has none; an older firmware
// takes it for another Ctrl-A.
void ReplEngine::on_paste_byte(char byte) {
    recent_ += byte;
    const std::string_view header = recent_;
    constexpr std::size_t header_size = 4;
    if (header[0] != 'R' || (header.size() > 1 && header[1] != 1 && header[1] != 0)) {
        paste_known_ = false;
        return begin(Phase::paste_refused, header_patience);
    }
    if (header.size() > 1 && header[1] == 0) {
        paste_known_ = false;
        return begin_plain();
    }
    if (header.size() < header_size) return;
    window_ = static_cast<unsigned char>(header[2]) + 256U * static_cast<unsigned char>(header[3]);
    if (window_ == 0) {
        return give_up({base::ErrorCode::malformed, "the board offers a raw-paste window of no bytes",
                        "Try again; if it stays so, reset the board."});
    }
    credit_ = window_;
    begin(Phase::paste_body, answer_patience);
    send_paste();
}

void ReplEngine::send_paste() {
    if (interrupt_wanted_) {
        interrupt_wanted_ = false;
        return interrupt(now_);
    }
    const std::size_t size = std::min(credit_, code_.size() - sent_);
    writes_.append(code_, sent_, size);
    sent_ += size;
    credit_ -= size;
    if (sent_ < code_.size()) return;
    writes_ += ctrl_d;
    begin(Phase::paste_end, answer_patience);
}

void ReplEngine::begin_plain() {
    recent_.clear();
    begin(Phase::plain_body, 0);
    if (interrupt_wanted_) {
        interrupt_wanted_ = false;
        interrupt(now_);
    }
}

// It has no flow control, and the smallest buffers are 255 bytes.
void ReplEngine::send_plain() {
    const std::size_t size = std::min(plain_piece, code_.size() - sent_);
    writes_.append(code_, sent_, size);
    sent_ += size;
    if (sent_ < code_.size()) return begin(Phase::plain_body, plain_pause);
    writes_ += ctrl_d;
    begin(Phase::plain_end, answer_patience);
}

void ReplEngine::begin_run() {
    code_.clear();
    begin(Phase::output, silence_max_);
}

void ReplEngine::on_run_byte(char byte) {
    switch (phase_) {
    case Phase::paste_header: return on_paste_byte(byte);
    case Phase::paste_refused:
        remember(byte);
        if (recent_.ends_with("\n>")) begin_plain();
        return;
    case Phase::paste_body:
        if (byte == 1) {
            credit_ += window_;
            begin(Phase::paste_body, answer_patience);
            send_paste();
        } else if (byte == ctrl_d) { // the compiler has had enough
            writes_ += ctrl_d;
            begin_run();
        }
        return;
    case Phase::paste_end:
        if (byte == ctrl_d) begin_run();
        return;
    case Phase::plain_end:
        remember(byte);
        if (recent_.ends_with("OK")) begin_run();
        return;
    case Phase::output:
        if (byte == ctrl_d) return begin(Phase::error_text, answer_patience);
        output_ += byte;
        return;
    case Phase::error_text:
        if (byte == ctrl_d) return begin(Phase::prompt, answer_patience);
        if (traceback_.size() < traceback_size_max) traceback_ += byte;
        return;
    default: return on_prompt_byte(byte);
    }
}

// After SystemExit the board says that it starts again. A program may have printed a Ctrl-D of its own: then what was
// taken for its end was not.
void ReplEngine::on_prompt_byte(char byte) {
    if (phase_ != Phase::prompt) return;
    if (byte == '>' && after_.empty()) return ended();
    if (byte == ctrl_d) {
        output_ += ctrl_d + traceback_;
        traceback_ = std::exchange(after_, {});
        return;
    }
    if (after_.size() >= after_max) after_.erase(0, after_max / 2);
    after_ += byte;
    if (ends_with_raw_prompt(after_)) ended();
}

// --- Leaving

void ReplEngine::leave(Micros now) {
    now_ = now;
    recent_.clear();
    const bool at_prompt = state_ == State::ready;
    state_ = State::leaving;
    if (at_prompt) return begin_leave();
    writes_ += {'\r', ctrl_c, ctrl_c};
    begin(Phase::leave_stop, leave_pause);
}

void ReplEngine::begin_leave() {
    writes_ += ctrl_b;
    begin(Phase::leave_wait, leave_patience);
}

void ReplEngine::soft_reset(Micros now) {
    expect(state_ == State::ready);
    now_ = now;
    recent_.clear();
    problem_ = {};
    state_ = State::leaving;
    writes_ += ctrl_b;
    begin(Phase::reset_leave, leave_patience);
}

void ReplEngine::renew(Micros now) {
    expect(state_ == State::ready);
    now_ = now;
    recent_.clear();
    problem_ = {};
    state_ = State::leaving;
    writes_ += ctrl_d;
    begin(Phase::renew_wait, answer_patience);
}

void ReplEngine::on_leave_byte(char byte) {
    remember(byte);
    if (phase_ == Phase::renew_wait && ends_with_raw_prompt(recent_)) return ended();
    const bool at_prompt = recent_.ends_with("\n>>> ");
    const bool left = phase_ == Phase::leave_wait && at_prompt;
    const bool starts_again = phase_ == Phase::reset_wait && recent_.ends_with("soft reboot");
    if (left || starts_again) {
        state_ = State::outside;
        begin(Phase::none, base::never);
    } else if (phase_ == Phase::reset_leave && at_prompt) {
        on_deadline();
    }
}

// --- Time and bytes

void ReplEngine::on_deadline() {
    switch (phase_) {
    case Phase::knock: return begin_attempt();
    case Phase::wake:
        writes_ += ctrl_c;
        last_write_ = now_;
        return begin(Phase::quiet, quiet_span);
    case Phase::quiet:
        if (now_ - last_byte_ < quiet_span && now_ - last_write_ < quiet_max) {
            return begin(Phase::quiet, last_byte_ + quiet_span - now_);
        }
        recent_.clear();
        writes_ += {'\r', ctrl_a};
        ++asked_;
        last_write_ = now_;
        return begin(Phase::banner, banner_patience[attempt_]);
    case Phase::banner:
        if (++attempt_ == banner_patience.size()) return give_up(evidence_.judge());
        return begin_attempt();
    case Phase::settle:
        if (const Micros due = last_byte_ + settled_after(); now_ < due) return begin(Phase::settle, due - now_);
        return ended();
    case Phase::plain_body: return send_plain();
    case Phase::output:
        if (now_ - last_byte_ < silence_max_) return begin(Phase::output, last_byte_ + silence_max_ - now_);
        return give_up(silent("ran a program"));
    case Phase::leave_stop: return begin_leave();
    case Phase::leave_wait:
    case Phase::renew_wait: state_ = State::outside; return begin(Phase::none, base::never);
    case Phase::reset_leave:
        recent_.clear();
        writes_ += ctrl_d;
        return begin(Phase::reset_wait, answer_patience);
    case Phase::reset_wait: return give_up(silent("was to start again"));
    case Phase::none: return begin(Phase::none, base::never);
    default: return give_up(silent("took a program"));
    }
}

void ReplEngine::receive(std::span<const std::uint8_t> bytes, Micros now) {
    now_ = now;
    if (!bytes.empty()) last_byte_ = now;
    reader_.feed(bytes, now);
}

void ReplEngine::tick(Micros now) {
    now_ = now;
    reader_.flush(now);
    if (now >= deadline_) on_deadline();
}

Micros ReplEngine::deadline() const noexcept { return std::min(deadline_, reader_.deadline()); }

void ReplEngine::on_frame(std::string_view) { evidence_.add_frame(); }

void ReplEngine::on_console(std::span<const std::uint8_t> bytes) {
    if (state_ == State::entering) {
        evidence_.add({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, now_ - last_write_ > unasked_after);
    }
    for (const std::uint8_t byte : bytes) on_byte(static_cast<char>(byte));
}

void ReplEngine::on_byte(char byte) {
    switch (state_) {
    case State::entering: return on_enter_byte(byte);
    case State::running: return on_run_byte(byte);
    case State::leaving: return on_leave_byte(byte);
    case State::outside:
    case State::ready: return;
    }
}

} // namespace hub::workbench
