// SPDX-License-Identifier: Apache-2.0
// The log: reading it strictly, going on with it, and moving to the other block when it is full.
#include "firmware/runtime/settings.hpp"

#include "firmware/runtime/led_modes.hpp"

#include <algorithm>
#include <array>

namespace firmware::runtime {

using base::ErrorCode;
using bridge::Value;
using Kind = SettingRecord::Kind;

namespace {

constexpr std::size_t unit = SettingRecord::unit;
constexpr unsigned block_count = contract::SmallFlash::block_count;
constexpr std::size_t nickname_max = 31;
constexpr auto no_flash = "settings: the flash has failed, so this would be lost";
constexpr auto no_flash_hint = "it is tried again every minute; restart the board if that does not help";

bool is_key(std::string_view key) noexcept {
    const auto fine = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; };
    return !key.empty() && key.size() <= bridge::setting_key_max && std::all_of(key.begin(), key.end(), fine);
}

base::Result<> invalid(std::string_view message, std::string_view hint) noexcept {
    return base::fail(ErrorCode::invalid_argument, message, hint);
}

bool is_integer(const Value& value, std::int64_t low, std::int64_t high) noexcept {
    return value.type == Value::Type::integer && value.integer >= low && value.integer <= high;
}

bool is_nickname(const Value& value) noexcept {
    const std::string_view text = value.text;
    return value.type == Value::Type::text && !text.empty() && text.size() <= nickname_max &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

base::Result<> check_value(const Value& value) noexcept {
    switch (value.type) {
    case Value::Type::boolean: return {};
    case Value::Type::integer:
        if (is_integer(value, INT32_MIN, INT32_MAX)) return {};
        return invalid("settings: the number is too large", "-2147483648 to 2147483647 fit");
    case Value::Type::text:
        if (value.text.size() <= bridge::setting_text_max && !value.text.truncated()) return {};
        return invalid("settings: the text is too long", "64 bytes fit");
    case Value::Type::none:
    case Value::Type::real: break;
    }
    return invalid("settings: a value of this type can't be kept", "use a boolean, an integer or text");
}

/// Only what the type says, so that equal values are equal in every part.
Value plain(const Value& value) noexcept {
    Value result;
    result.type = value.type;
    if (value.type == Value::Type::boolean) result.boolean = value.boolean;
    if (value.type == Value::Type::integer) result.integer = value.integer;
    if (value.type == Value::Type::text) result.text = value.text;
    return result;
}

bool same(const Value& a, const Value& b) noexcept {
    return a.type == b.type && a.boolean == b.boolean && a.integer == b.integer && a.text == b.text;
}

} // namespace

base::Result<> check_known(std::string_view key, const Value& value) noexcept {
    if (key == "nickname" && !is_nickname(value)) {
        return invalid("settings: this is no nickname", "1 to 31 printable ASCII characters");
    }
    if ((key == "accent" || key == "text_color") && !is_integer(value, 0, UINT16_MAX)) {
        return invalid("settings: this is no colour", "an RGB565 number from 0 to 65535");
    }
    if (key == "led_mode" && (value.type != Value::Type::text || !find_led_mode(value.text))) {
        return invalid("settings: there is no such LED mode", "the menu lists them; `rainbow` is one");
    }
    if (key == "utc_offset_min" && !is_integer(value, -720, 840)) {
        return invalid("settings: this is no offset from UTC", "-720 to 840 minutes");
    }
    return {};
}

base::Result<> check_setting(std::string_view key, const Value& value) noexcept {
    if (!is_key(key)) return invalid("settings: this is no name of a setting", "1 to 24 of a-z 0-9 _ .");
    if (auto fine = check_value(value); !fine) return fine;
    return check_known(key, value);
}

// --- reading ----------------------------------------------------------------------------------------------------

void Settings::boot() noexcept {
    entries_.clear();
    pending_.clear();
    const std::array<Survey, block_count> surveys{walk(0, false), walk(1, false)};
    unread_ = !surveys[0].readable || !surveys[1].readable;
    failed_ = unread_;
    deadline_ = unread_ ? 0 : base::never;
    if (unread_) return;
    sequence_ = std::max(surveys[0].newest, surveys[1].newest);
    active_.reset();
    for (unsigned block = 0; block < block_count; ++block) {
        if (!surveys[block].complete) continue;
        if (!active_ || surveys[block].newest > surveys[*active_].newest) active_ = block;
    }
    if (!active_) {
        damaged_ = surveys[0].damaged || surveys[1].damaged;
        return;
    }
    const Survey& active = surveys[*active_];
    damaged_ = active.damaged;
    free_unit_ = active.free_unit;
    // What is missing from the list may still be in the log that it was made from.
    if (active.list_damaged && surveys[1 - *active_].complete) walk(1 - *active_, true);
    walk(*active_, true);
    if (damaged_) free_unit_ = block_units; // the next change begins a log without it
}

// A cut leaves at most one record without its end, and nothing behind it. The log does not go on behind that: units
// that read as erased there may be half programmed.
Settings::Survey Settings::walk(unsigned block, bool take) noexcept {
    Survey survey;
    std::size_t valid_end = 0;
    std::size_t used_end = 0;
    for (std::size_t at = 0; at < block_units;) {
        if (is_erased(block, at, 1, survey)) {
            ++at;
            continue;
        }
        const auto record = read_record(block, at, survey);
        if (!record) {
            used_end = ++at;
            continue;
        }
        if (at != valid_end) survey.damaged = true;
        if (survey.damaged && !survey.complete) survey.list_damaged = true;
        if (record->kind != Kind::listed) survey.complete = true;
        survey.newest = record->sequence;
        if (take) take_record(*record);
        at += encode_record({record->kind, record->sequence, record->key, &record->value}).units;
        valid_end = used_end = at;
    }
    if (used_end - valid_end > SettingRecord::units_max) survey.damaged = true;
    if (used_end == valid_end && !survey.damaged) survey.free_unit = valid_end;
    return survey;
}

std::optional<ReadRecord> Settings::read_record(unsigned block, std::size_t at, Survey& survey) noexcept {
    std::array<std::uint8_t, unit * SettingRecord::units_max> buffer{};
    std::span<std::uint8_t> bytes = std::span(buffer).first(unit);
    if (!flash_.read(block, at * unit, bytes)) survey.readable = false;
    const std::size_t units = record_units(bytes[0]);
    if (!survey.readable || units == 0 || at + units > block_units) return std::nullopt;
    bytes = std::span(buffer).first(units * unit);
    if (!flash_.read(block, at * unit, bytes)) survey.readable = false;
    auto record = decode_record(bytes);
    if (!record || !survey.readable || record->sequence <= survey.newest) return std::nullopt;
    if (record->kind == Kind::complete) return record->key.empty() ? record : std::nullopt;
    if (record->kind == Kind::removed) return is_key(record->key) ? record : std::nullopt;
    return check_setting(record->key, record->value) ? record : std::nullopt;
}

bool Settings::is_erased(unsigned block, std::size_t at, std::size_t units, Survey& survey) noexcept {
    std::array<std::uint8_t, unit> bytes{};
    for (std::size_t i = at; i < at + units; ++i) {
        if (!flash_.read(block, i * unit, bytes)) survey.readable = false;
        if (std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte != 0xFF; })) return false;
    }
    return survey.readable;
}

void Settings::take_record(const ReadRecord& record) noexcept {
    if (record.kind == Kind::complete) return;
    Entry* const known = find(record.key);
    if (record.kind == Kind::removed) {
        if (known != nullptr) entries_.erase(static_cast<std::size_t>(known - entries_.begin()));
    } else if (known != nullptr) {
        known->value = record.value;
    } else if (!entries_.push_back({record.key, record.value})) {
        damaged_ = true;
    }
}

// --- what callers see -------------------------------------------------------------------------------------------

Settings::Entry* Settings::find(std::string_view key) noexcept {
    auto* const found =
        std::find_if(entries_.begin(), entries_.end(), [&](const Entry& each) { return each.key == key; });
    return found == entries_.end() ? nullptr : found;
}

const Value* Settings::get(std::string_view key) const noexcept {
    for (const Entry& entry : entries_) {
        if (entry.key == key) return &entry.value;
    }
    return nullptr;
}

base::Result<> Settings::set(std::string_view key, const Value& value) noexcept {
    if (auto fine = check_setting(key, value); !fine) return fine;
    Entry* const known = find(key);
    if (known != nullptr && same(known->value, plain(value))) return {};
    if (failed_) return base::fail(ErrorCode::io, no_flash, no_flash_hint);
    if (known != nullptr) {
        known->value = plain(value);
    } else if (!entries_.push_back({key, plain(value)})) {
        return base::fail(ErrorCode::full, "settings: 32 are kept already", "remove one");
    }
    changed(key);
    return {};
}

base::Result<> Settings::remove(std::string_view key) noexcept {
    const Entry* const known = find(key);
    if (known == nullptr) return base::fail(ErrorCode::not_found, "settings: there is none of this name");
    if (failed_) return base::fail(ErrorCode::io, no_flash, no_flash_hint);
    const auto index = static_cast<std::size_t>(known - entries_.begin());
    const base::FixedString<bridge::setting_key_max> kept_key = known->key; // `key` may lie in the entry that goes
    entries_.erase(index);
    if (index < listed_) --listed_;
    changed(kept_key);
    return {};
}

bool Settings::saved() const noexcept {
    return pending_.empty() && !renew_ && !listing_ && operation_ == Operation::none;
}

std::string_view Settings::text_or(std::string_view key, std::string_view otherwise) const noexcept {
    const Value* const value = get(key);
    return value != nullptr && value->type == Value::Type::text ? value->text.view() : otherwise;
}

std::int32_t Settings::integer_or(std::string_view key, std::int32_t otherwise) const noexcept {
    const Value* const value = get(key);
    if (value == nullptr || value->type != Value::Type::integer) return otherwise;
    return static_cast<std::int32_t>(value->integer);
}

// --- writing ----------------------------------------------------------------------------------------------------

void Settings::changed(std::string_view key) noexcept {
    deadline_ = 0;
    if (std::find(pending_.begin(), pending_.end(), key) != pending_.end()) return;
    if (pending_.push_back(key)) return;
    pending_.clear(); // a list says it all
    renew_ = true;
}

void Settings::step(base::Micros now) noexcept {
    if (unread_) {
        if (now < retry_at_) return;
        boot();
        return unread_ ? put_off(now) : void();
    }
    if (operation_ != Operation::none) {
        if (flash_.busy()) {
            deadline_ = now + busy_poll;
            return;
        }
        finish(now);
    }
    start(now);
}

void Settings::start(base::Micros now) noexcept {
    deadline_ = base::never;
    if (saved()) return;
    if (now < retry_at_) {
        deadline_ = retry_at_;
    } else if (!listing_) {
        renew_ ? start_list(now) : start_change(now);
    } else if (listed_ < entries_.size()) {
        const Entry& entry = entries_[listed_++];
        start_record(Kind::listed, entry.key, &entry.value, now);
    } else {
        start_record(Kind::complete, {}, nullptr, now);
    }
}

void Settings::start_change(base::Micros now) noexcept {
    const base::FixedString<bridge::setting_key_max> key = pending_[0];
    const Entry* const entry = find(key);
    const SettingRecord record{entry != nullptr ? Kind::changed : Kind::removed, sequence_, key,
                               entry != nullptr ? &entry->value : nullptr};
    if (!active_ || free_unit_ + encode_record(record).units > block_units) return start_list(now);
    target_ = *active_;
    pending_.erase(0);
    start_record(record.kind, key, record.value, now);
}

void Settings::start_list(base::Micros now) noexcept {
    const base::Micros allowed = erases_until_ - (erases_at_once - 1) * erase_interval;
    if (now < allowed) {
        deadline_ = allowed;
        return;
    }
    erases_until_ = std::max(erases_until_, now) + erase_interval;
    if (active_) target_ = 1 - *active_;
    pending_.clear();
    renew_ = false;
    listing_ = true;
    listed_ = 0;
    free_unit_ = 0;
    started(Operation::erase, flash_.start_erase(target_), now);
}

void Settings::start_record(Kind kind, std::string_view key, const Value* value, base::Micros now) noexcept {
    written_ = encode_record({kind, ++sequence_, key, value});
    const std::size_t at = free_unit_;
    free_unit_ += written_.units;
    started(kind == Kind::complete ? Operation::seal : Operation::record,
            flash_.start_program(target_, at * unit, written_.view()), now);
}

void Settings::started(Operation operation, const base::Result<>& result, base::Micros now) noexcept {
    if (!result) return fail(now);
    operation_ = operation;
    deadline_ = flash_.busy() ? now + busy_poll : now;
}

void Settings::finish(base::Micros now) noexcept {
    const bool done = is_done();
    const Operation operation = operation_;
    operation_ = Operation::none;
    if (!done) return fail(now);
    if (operation == Operation::erase) return;
    failed_ = false;
    retry_delay_ = retry_first;
    if (operation == Operation::record) return;
    active_ = target_;
    listing_ = false;
}

// What the flash says it did is read back: a worn-out unit does not complain.
bool Settings::is_done() noexcept {
    Survey survey;
    if (operation_ == Operation::erase) return is_erased(target_, 0, block_units, survey);
    std::array<std::uint8_t, unit * SettingRecord::units_max> buffer{};
    const auto bytes = std::span(buffer).first(written_.units * unit);
    if (!flash_.read(target_, (free_unit_ - written_.units) * unit, bytes)) return false;
    return std::equal(bytes.begin(), bytes.end(), written_.view().begin());
}

// The block that failed is not trusted any more: everything goes into the other one, or, as long as that has not taken
// over, into this one anew.
void Settings::fail(base::Micros now) noexcept {
    failed_ = true;
    renew_ = true;
    listing_ = false;
    if (!active_) target_ = 1 - target_;
    put_off(now);
}

void Settings::put_off(base::Micros now) noexcept {
    retry_at_ = now + retry_delay_;
    retry_delay_ = std::min(2 * retry_delay_, retry_last);
    deadline_ = retry_at_;
}

} // namespace firmware::runtime
