// SPDX-License-Identifier: Apache-2.0
// The order of things: hello and decl first, then one of each kind in turn, so that no kind waits for ever.
#include "firmware/runtime/link_endpoint.hpp"

#include <algorithm>

namespace firmware::runtime {

LinkEndpoint::LinkEndpoint(const Identity& identity, Entities& entities, const Guards& guards,
                           const HomeWatch& watched) noexcept
    : identity_(identity),
      entities_(entities),
      guards_(guards),
      watched_(watched),
      reports_(identity.boot) {}

void LinkEndpoint::boot(base::Micros now) noexcept {
    hello_due_ = true;
    declaring_until_ = now + declaring_max;
}

void LinkEndpoint::app_started(std::string_view name, base::Micros now) noexcept {
    app_ = name;
    declaring_until_ = now + declaring_max;
    declare_again();
}

void LinkEndpoint::declared() noexcept {
    declaring_until_ = base::never;
    declare_again();
}

bool LinkEndpoint::declare() noexcept {
    if (up_) declare_again();
    return up_;
}

// To whoever listens now: a hub that comes later is told everything.
void LinkEndpoint::declare_again() noexcept {
    hello_due_ = hello_due_ || up_;
    decl_due_ = up_;
    decl_from_ = 0;
}

void LinkEndpoint::note_product(const protocol::tuya::Product& product) noexcept {
    if (product.id == product_.id && product.version == product_.version) return;
    product_ = product;
    hello_due_ = hello_due_ || up_;
}

void LinkEndpoint::output_changed(std::size_t output, base::Micros at, Cause cause) noexcept {
    outputs_[output] = {true, at, cause};
}

void LinkEndpoint::outputs_renumbered() noexcept {
    for (std::size_t i = 0; i < outputs_.size(); ++i) outputs_[i].unsaid = i < guards_.size();
}

void LinkEndpoint::done(std::string_view cmd_id, bool ok, std::string_view reason) noexcept {
    answers_.add() = Answer{cmd_id, ok, reason};
}

void LinkEndpoint::log(std::uint8_t level, std::string_view text, base::Micros at) noexcept {
    logs_.add() = LogLine{level, text, at};
}

void LinkEndpoint::heard_who(base::Micros now) noexcept {
    if (!up_) return heard_up(now);
    heard_at_ = now;
    say_everything_at_ = std::min(say_everything_at_, std::max(now, said_everything_at_ + who_every));
    step(now);
}

void LinkEndpoint::heard_up(base::Micros now) noexcept {
    heard_at_ = now;
    if (up_) return;
    up_ = true;
    next_up_at_ = now;
    say_everything_at_ = now;
    step(now);
}

void LinkEndpoint::say_everything() noexcept {
    declare_again();
    for (std::size_t i = 0; i < entities_.size(); ++i) entities_[i].unsaid = entities_[i].value_at >= 0;
    states_unsaid_ = true;
    watch_due_ = watched_.size() > 0;
    reports_.say_again();
    for (std::size_t i = 0; i < guards_.size(); ++i) outputs_[i].unsaid = true;
}

void LinkEndpoint::step(base::Micros now) noexcept {
    if (now >= declaring_until_) declared();
    if (up_ && now - heard_at_ >= silence_max) {
        up_ = false;
        next_up_at_ = base::never;
        up_due_ = false;
        home_connected_ = false;
        say_everything_at_ = base::never;
    }
    if (now >= say_everything_at_) {
        say_everything_at_ = base::never;
        said_everything_at_ = now;
        say_everything();
    }
    if (now >= next_up_at_) {
        next_up_at_ = now + up_every;
        up_due_ = true;
    }
}

base::Micros LinkEndpoint::deadline() const noexcept {
    const base::Micros silent = up_ ? heard_at_ + silence_max : base::never;
    return std::min({silent, say_everything_at_, next_up_at_, declaring_until_});
}

std::uint32_t LinkEndpoint::dropped() const noexcept {
    return events_.dropped() + answers_.dropped() + logs_.dropped() + crashes_.dropped() + calls_.dropped() +
           unsendable_ + dropped_elsewhere_;
}

std::span<const std::uint8_t> LinkEndpoint::next(base::Micros now) noexcept {
    step(now);
    if (hello_due_ && !declaring()) {
        hello_due_ = false;
        frame_.hello(identity_, app_, entities_.fingerprint(), product_, now);
        return frame_.bytes();
    }
    if (!up_) return {};
    if (decl_due_ && !declaring()) {
        decl_from_ = frame_.decl(entities_, decl_from_);
        decl_due_ = decl_from_ < entities_.size();
        if (!decl_due_) ++declarations_;
        return frame_.bytes();
    }
    for (unsigned tried = 0; tried < turns; ++tried) {
        const unsigned turn = turn_;
        turn_ = (turn_ + 1) % turns;
        while (take_turn(turn, now)) {
            if (!frame_.bytes().empty()) return frame_.bytes();
            ++unsendable_; // too long for a frame: lost, and the next of its kind may go
        }
    }
    return {};
}

bool LinkEndpoint::take_turn(unsigned turn, base::Micros now) noexcept {
    static_assert(turns == 10);
    switch (turn) {
    case 0: return say_done();
    case 1: return say_event();
    case 2: return say_output();
    case 3: return say_state();
    case 4: return say_crash();
    case 5: return say_log();
    case 6: return say_watch();
    case 7: return say_call(now);
    case 8: return say_report();
    default: return say_up(now);
    }
}

bool LinkEndpoint::say_done() noexcept {
    if (answers_.empty()) return false;
    frame_.done(answers_.front().cmd_id, answers_.front().ok, answers_.front().reason);
    answers_.pop();
    return true;
}

bool LinkEndpoint::say_event() noexcept {
    if (events_.empty() || declaring()) return false;
    frame_.event(events_.front());
    events_.pop();
    return true;
}

bool LinkEndpoint::say_report() noexcept {
    const QueuedReport* const report = declaring() ? nullptr : reports_.say();
    if (report != nullptr) frame_.report(*report);
    return report != nullptr;
}

bool LinkEndpoint::say_output() noexcept {
    for (std::size_t i = 0; i < guards_.size(); ++i) {
        if (!outputs_[i].unsaid) continue;
        outputs_[i].unsaid = false;
        frame_.output(guards_.name(i), guards_.on(i), outputs_[i].at, outputs_[i].cause);
        return true;
    }
    return false;
}

bool LinkEndpoint::say_state() noexcept {
    if (!states_unsaid_ || declaring()) return false;
    for (std::size_t tried = 0; tried < entities_.size(); ++tried) {
        Entity& entity = entities_[state_turn_++ % entities_.size()]; // on from the last one, so that each has its turn
        if (!entity.unsaid) continue;
        entity.unsaid = false;
        frame_.state(entity);
        return true;
    }
    states_unsaid_ = false;
    return false;
}

bool LinkEndpoint::say_crash() noexcept {
    if (crashes_.empty()) return false;
    frame_.crash(crashes_.front(), app_);
    crashes_.pop();
    return true;
}

bool LinkEndpoint::say_log() noexcept {
    if (logs_.empty()) return false;
    frame_.log(logs_.front().level, logs_.front().text, logs_.front().at);
    logs_.pop();
    return true;
}

bool LinkEndpoint::say_up(base::Micros now) noexcept {
    if (!up_due_) return false;
    up_due_ = false;
    frame_.up(now, heap_free_, dropped(), counters_);
    return true;
}

bool LinkEndpoint::say_watch() noexcept {
    if (!watch_due_ || declaring()) return false;
    watch_due_ = false;
    frame_.watch(watched_);
    return true;
}

bool LinkEndpoint::say_call(base::Micros now) noexcept {
    while (!calls_.empty() && now - calls_.front().at > call_age_max) {
        calls_.pop();
        ++unsendable_;
    }
    if (calls_.empty()) return false;
    frame_.call(calls_.front());
    calls_.pop();
    return true;
}

} // namespace firmware::runtime
