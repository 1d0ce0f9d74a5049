// SPDX-License-Identifier: Apache-2.0
#include "hub/core/command_ledger.hpp"

#include <algorithm>
#include <utility>

namespace hub::core {
namespace {

using namespace std::chrono_literals;

constexpr auto rate_window = 1s;
constexpr auto kept_after_timeout = 2min;
constexpr std::size_t moments_max = 256; // entities_max times commands_per_second fit twice

} // namespace

bool CommandLedger::is_repeat(const std::string& cmd_id) const {
    return std::find(recent_ids_.begin(), recent_ids_.end(), cmd_id) != recent_ids_.end();
}

base::Result<> CommandLedger::check_rate(const std::string& id, Micros now) const {
    const auto is_recent = [&](const Moment& moment) { return moment.id == id && now - moment.at < rate_window; };
    const auto recent = std::count_if(recent_moments_.begin(), recent_moments_.end(), is_recent);
    if (static_cast<std::size_t>(recent) >= commands_per_second) {
        return base::fail(base::ErrorCode::rate_limited, id + ": more than 4 commands within a second",
                          "send the last one again in a second");
    }
    const auto unanswered = std::count_if(waiting_.begin(), waiting_.end(), [](const auto& c) { return !c.timed_out; });
    if (static_cast<std::size_t>(unanswered) >= waiting_max) {
        return base::fail(base::ErrorCode::rate_limited, "32 commands wait for this board's answer",
                          "see whether its app hangs");
    }
    return {};
}

void CommandLedger::add(SentCommand command, Micros now) {
    recent_ids_.push_back(command.cmd_id);
    if (recent_ids_.size() > ids_remembered) recent_ids_.pop_front();
    while (!recent_moments_.empty() && now - recent_moments_.front().at >= rate_window) recent_moments_.pop_front();
    recent_moments_.push_back({command.id, now});
    if (recent_moments_.size() > moments_max) recent_moments_.pop_front();
    if (waiting_.size() >= waiting_max) { // `check_rate` saw to it that a timed out one is among them
        const auto old = std::find_if(waiting_.begin(), waiting_.end(), [](const auto& c) { return c.timed_out; });
        if (old != waiting_.end()) waiting_.erase(old);
    }
    waiting_.push_back(std::move(command));
}

std::optional<SentCommand> CommandLedger::finish(const std::string& cmd_id) {
    const auto found =
        std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& c) { return c.cmd_id == cmd_id; });
    return take(found);
}

std::optional<SentCommand> CommandLedger::finish_overheard(const std::string& id) {
    return take(
        std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& c) { return c.overheard && c.id == id; }));
}

std::optional<SentCommand> CommandLedger::take(std::vector<SentCommand>::iterator found) {
    if (found == waiting_.end()) return std::nullopt;
    SentCommand command = std::move(*found);
    waiting_.erase(found);
    return command;
}

std::vector<SentCommand> CommandLedger::take_timed_out(Micros now) {
    std::erase_if(waiting_, [&](const auto& c) { return now >= c.deadline + kept_after_timeout; });
    std::vector<SentCommand> over;
    for (SentCommand& command : waiting_) {
        if (command.timed_out || now < command.deadline) continue;
        command.timed_out = true;
        over.push_back(command);
    }
    return over;
}

std::vector<SentCommand> CommandLedger::take_all() {
    std::vector<SentCommand> all = std::exchange(waiting_, {});
    std::erase_if(all, [](const auto& c) { return c.timed_out; });
    return all;
}

} // namespace hub::core
