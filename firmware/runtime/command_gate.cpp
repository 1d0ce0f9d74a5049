// SPDX-License-Identifier: Apache-2.0
// The five rules, one function each where there is something to it.
#include "firmware/runtime/command_gate.hpp"

#include "protocol/link/names.hpp"

#include <algorithm>

namespace firmware::runtime {

namespace json = protocol::json;
using base::ErrorCode;
using bridge::EntityKind;

namespace {

bool take_boolean(const json::Value& value, bridge::Value& into) noexcept {
    const auto boolean = value.boolean();
    if (!boolean) return false;
    into.type = bridge::Value::Type::boolean;
    into.boolean = *boolean;
    return true;
}

bool take_text(const json::Value& value, bridge::Value& into) noexcept {
    std::array<char, bridge::value_text_max> buffer{};
    const auto text = value.text(buffer);
    if (!text) return false;
    into.type = bridge::Value::Type::text;
    into.text = *text;
    return true;
}

bool take_word(const json::Value& value, std::initializer_list<std::string_view> words, bridge::Value& into) noexcept {
    return take_text(value, into) && std::find(words.begin(), words.end(), into.text.view()) != words.end();
}

bool take_number(const json::Value& value, const json::Value& options, bridge::Value& into) noexcept {
    const auto number = value.number();
    if (!number) return false;
    const auto low = options.find("min").number();
    const auto high = options.find("max").number();
    if ((low && *number < *low) || (high && *number > *high)) return false;
    const auto integer = value.integer();
    into.type = integer ? bridge::Value::Type::integer : bridge::Value::Type::real;
    into.integer = integer.value_or(0);
    into.real = *number;
    return true;
}

bool take_choice(const json::Value& value, const json::Value& options, bridge::Value& into) noexcept {
    if (!take_text(value, into)) return false;
    const json::Value choices = options.find("options");
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (choices.at(i).equals(into.text)) return true;
    }
    return false;
}

// Rule 1: is this a value that the kind takes?
bool take_value(const Entity& entity, const json::Value& value, bridge::Value& into) noexcept {
    const json::Value options = json::parse(entity.options).value_or(json::Value{});
    switch (entity.kind) {
    case EntityKind::switch_:
    case EntityKind::light: return take_boolean(value, into);
    case EntityKind::button: return take_word(value, {"PRESS"}, into);
    case EntityKind::lock: return take_word(value, {"LOCK", "UNLOCK"}, into);
    case EntityKind::cover: return take_word(value, {"OPEN", "CLOSE", "STOP"}, into);
    case EntityKind::number: return take_number(value, options, into);
    case EntityKind::select: return take_choice(value, options, into);
    case EntityKind::text: return take_text(value, into);
    case EntityKind::sensor:
    case EntityKind::binary_sensor:
    case EntityKind::event: return false;
    }
    return false;
}

// An absent or null element takes the default; anything but a number is a mistake of the sender.
bool take_integer(const json::Value& value, std::int64_t& into) noexcept {
    if (value.is(json::Type::null)) return true;
    const auto integer = value.integer();
    if (integer) into = *integer;
    return integer.has_value();
}

// Rule 2: the moment after which the command is not to be started; nothing when that is past, or of another boot.
std::optional<base::Micros> expiry(const json::Value& sent, std::int64_t ttl_ms, base::Micros now) noexcept {
    if (sent.is(json::Type::null)) return now + base::from_ms(ttl_ms);
    const std::int64_t sent_ms = sent.integer().value_or(-1);
    if (sent_ms < 0 || sent_ms > base::to_ms(now) + 1000) return std::nullopt;
    const base::Micros expires = base::from_ms(sent_ms + ttl_ms);
    if (now >= expires) return std::nullopt;
    return expires;
}

} // namespace

CommandGate::Verdict CommandGate::check(const json::Value& message, const Entities& entities, base::Micros now,
                                        bool busy) noexcept {
    Verdict verdict;
    bridge::HomeCommand& command = verdict.command;
    std::array<char, bridge::cmd_id_max> cmd_id{};
    std::array<char, bridge::id_max> id{};
    const auto cmd_id_text = message.at(3).text(cmd_id);
    verdict.answerable = cmd_id_text && protocol::link::is_cmd_id(*cmd_id_text);
    if (!verdict.answerable) return verdict;
    command.cmd_id = *cmd_id_text;
    command.id = message.at(1).text(id).value_or("");
    const auto refuse = [&](ErrorCode code) {
        verdict.refusal = code;
        return verdict;
    };

    const std::size_t entity = entities.find(command.id);
    if (entity == Entities::none || !takes_commands(entities[entity].kind)) return refuse(ErrorCode::not_found);
    std::int64_t ttl_ms = ttl_ms_default;
    const json::Value sent = message.at(5);
    const bool whole = take_value(entities[entity], message.at(2), command.value) &&
                       take_integer(message.at(4), ttl_ms) && (sent.is(json::Type::null) || sent.integer());
    if (!whole || ttl_ms < 1 || ttl_ms > ttl_ms_max) return refuse(ErrorCode::invalid_argument);

    const auto expires = expiry(sent, ttl_ms, now);
    if (!expires) return refuse(ErrorCode::expired);
    command.expires = *expires;
    if (seen(command.cmd_id)) return refuse(ErrorCode::duplicate);
    if (too_fast(entity, now)) return refuse(ErrorCode::rate_limited);
    if (busy) return refuse(ErrorCode::busy);
    return verdict;
}

bool CommandGate::seen(std::string_view cmd_id) noexcept {
    const auto same = [&](const auto& id) { return id == cmd_id; };
    if (std::any_of(ids_.begin(), ids_.end(), same)) return true;
    ids_[next_id_] = cmd_id;
    next_id_ = (next_id_ + 1) % remembered_ids;
    return false;
}

bool CommandGate::too_fast(std::size_t entity, base::Micros now) noexcept {
    base::Micros& oldest = recent_[entity][next_recent_[entity]];
    if (oldest != 0 && now + 1 - oldest < base::from_ms(1000)) return true;
    oldest = now + 1;
    next_recent_[entity] = static_cast<std::uint8_t>((next_recent_[entity] + 1) % commands_per_second);
    return false;
}

} // namespace firmware::runtime
