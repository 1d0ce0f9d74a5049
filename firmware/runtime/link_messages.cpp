// SPDX-License-Identifier: Apache-2.0
// One function for each word of the link.
#include "firmware/runtime/link_messages.hpp"

#include "protocol/json/value.hpp"

#include <algorithm>
#include <utility>

namespace firmware::runtime {

using protocol::json::Writer;

namespace {

constexpr std::array<std::string_view, 4> level_names = {"debug", "info", "warning", "error"};
constexpr std::string_view hex_digits = "0123456789abcdef";
// Room for `["decl",[` … `],from,total]` around the entities.
constexpr std::size_t decl_envelope = 32;

void put_value(Writer& writer, const bridge::Value& value) noexcept {
    switch (value.type) {
    case bridge::Value::Type::none: writer.null(); return;
    case bridge::Value::Type::boolean: writer.boolean(value.boolean); return;
    case bridge::Value::Type::integer: writer.integer(value.integer); return;
    case bridge::Value::Type::real: writer.number(value.real); return;
    case bridge::Value::Type::text: writer.text(value.text); return;
    }
}

std::string_view hex8(std::uint32_t value, std::span<char, 8> into) noexcept {
    for (std::size_t i = 8; i-- > 0; value >>= 4U) into[i] = hex_digits[value & 0xFU];
    return {into.data(), into.size()};
}

template <typename Bytes>
std::string_view put_hex(const Bytes& bytes, std::span<char> into) noexcept {
    std::size_t size = 0;
    for (const std::uint8_t byte : bytes) {
        into[size++] = hex_digits[byte >> 4U];
        into[size++] = hex_digits[byte & 0xFU];
    }
    return {into.data(), size};
}

constexpr std::size_t time_size = std::string_view("2026-03-01T17:04:05").size();

std::string_view put_time(const protocol::tuya::LocalTime& time, std::span<char, time_size> into) noexcept {
    constexpr std::string_view pattern = "2000-00-00T00:00:00";
    std::copy(pattern.begin(), pattern.end(), into.begin());
    std::size_t at = 2;
    for (const unsigned part : {time.year, time.month, time.day, time.hour, time.minute, time.second}) {
        into[at] = static_cast<char>('0' + part / 10 % 10);
        into[at + 1] = static_cast<char>('0' + part % 10);
        at += 3;
    }
    return {into.data(), into.size()};
}

void put_entity(Writer& writer, const Entity& entity) noexcept {
    writer.begin_array().text(entity.id).text(kind_name(entity.kind)).text(entity.name).raw(entity.options).end_array();
}

std::size_t entity_size(const Entity& entity) noexcept {
    std::array<char, protocol::link::frame_size_max> scratch{};
    Writer writer(scratch);
    put_entity(writer, entity);
    return writer.view().size();
}

} // namespace

template <typename Body>
void Frame::write(Body body) noexcept {
    const std::span<char> room(reinterpret_cast<char*>(bytes_.data()) + 1, bytes_.size() - 2);
    Writer writer(room);
    writer.begin_array();
    body(writer);
    writer.end_array();
    const std::size_t text_size = writer.view().size();
    size_ = text_size == 0 ? 0 : text_size + 2;
    if (size_ == 0) return;
    bytes_[0] = protocol::link::record_separator;
    bytes_[size_ - 1] = '\n';
}

void Frame::hello(const Identity& identity, std::string_view app, std::uint32_t declaration,
                  const protocol::tuya::Product& product, base::Micros now) noexcept {
    write([&](Writer& writer) {
        std::array<char, 8> digits{};
        writer.text("hello").begin_object();
        writer.key("uid").text(identity.uid).key("name").text(identity.name).key("board").text(identity.board);
        writer.key("app").text(app).key("runtime").text("ouroboard").key("version").text(identity.version);
        writer.key("boot").integer(identity.boot).key("t_ms").integer(base::to_ms(now));
        writer.key("decl").text(hex8(declaration, digits));
        if (!product.id.empty()) {
            writer.key("product").begin_object().key("p").text(product.id);
            writer.key("v").text(product.version).end_object();
        }
        writer.end_object();
    });
}

std::size_t Frame::decl(const Entities& entities, std::size_t from) noexcept {
    std::size_t end = from;
    std::size_t used = decl_envelope;
    while (end < entities.size()) {
        used += entity_size(entities[end]) + 1;
        // An entity is far smaller than a frame, so that each message takes at least one.
        if (used > bytes_.size() - 2 && end > from) break;
        ++end;
    }
    write([&](Writer& writer) {
        writer.text("decl").begin_array();
        for (std::size_t i = from; i < end; ++i) put_entity(writer, entities[i]);
        writer.end_array();
        if (from == 0 && end == entities.size()) return;
        writer.integer(static_cast<std::int64_t>(from)).integer(static_cast<std::int64_t>(entities.size()));
    });
    return end;
}

void Frame::state(const Entity& entity) noexcept {
    write([&](Writer& writer) {
        writer.text("state").text(entity.id);
        put_value(writer, entity.value);
        writer.integer(base::to_ms(entity.value_at));
    });
}

void Frame::event(const bridge::HomeMessage& message) noexcept {
    write([&](Writer& writer) {
        writer.text("event").text(message.id).text(message.text);
        writer.raw(message.json.empty() ? "{}" : message.json.view()).integer(base::to_ms(message.at));
    });
}

void Frame::report(const QueuedReport& report) noexcept {
    std::array<char, 2 * protocol::tuya::mcu_data_max> digits{};
    std::array<char, time_size> time{};
    write([&](Writer& writer) {
        writer.text("report").integer(report.serial).text(put_hex(report.datapoints, digits)).begin_object();
        if (report.record) writer.key("record").boolean(true);
        if (report.late) writer.key("late").boolean(true);
        if (report.time) writer.key("time").text(put_time(*report.time, time));
        writer.end_object().integer(base::to_ms(report.at));
    });
}

void Frame::output(std::string_view name, bool on, base::Micros at, Cause cause) noexcept {
    write([&](Writer& writer) {
        writer.text("output").text(name).boolean(on).integer(base::to_ms(at)).text(cause_name(cause));
    });
}

void Frame::done(std::string_view cmd_id, bool ok, std::string_view reason) noexcept {
    write([&](Writer& writer) { writer.text("done").text(cmd_id).boolean(ok).text(reason); });
    // A reason full of escapes may not fit; the end of a command must be said all the same.
    if (size_ == 0) write([&](Writer& writer) { writer.text("done").text(cmd_id).boolean(ok).text(""); });
}

void Frame::log(std::uint8_t level, std::string_view text, base::Micros at) noexcept {
    const std::string_view word = level_names[std::min<std::size_t>(level, level_names.size() - 1)];
    write([&](Writer& writer) { writer.text("log").text(word).text(text).integer(base::to_ms(at)); });
}

void Frame::watch(const HomeWatch& watched) noexcept {
    write([&](Writer& writer) {
        writer.text("watch").begin_array();
        for (std::size_t i = 0; i < watched.size(); ++i) writer.text(watched[i]);
        writer.end_array();
    });
}

void Frame::call(const bridge::HomeMessage& message) noexcept {
    write([&](Writer& writer) {
        writer.text("call").integer(message.value.integer).text(message.text);
        if (message.name.empty()) {
            writer.null();
        } else {
            writer.text(message.name);
        }
        writer.raw(message.json.empty() ? "{}" : message.json.view());
        if (message.ok) writer.boolean(true);
    });
}

void Frame::crash(const bridge::HomeMessage& message, std::string_view app) noexcept {
    const auto details = protocol::json::parse(message.json).value_or(protocol::json::Value{});
    std::array<char, bridge::json_max> text{};
    write([&](Writer& writer) {
        writer.text("crash").begin_object().key("app").text(app);
        writer.key("file").text(details.find("file").text(text).value_or(""));
        writer.key("line").integer(details.find("line").integer().value_or(0));
        writer.key("message").text(details.find("message").text(text).value_or(""));
        writer.key("traceback").text(message.text).key("t_ms").integer(base::to_ms(message.at)).end_object();
    });
}

void Frame::up(base::Micros now, std::uint32_t heap_free, std::uint32_t dropped,
               const BridgeCounters& counters) noexcept {
    const std::array<std::pair<std::string_view, std::uint32_t>, 7> named{{
        {"frames", counters.frames_shown},
        {"edges_dropped", counters.edges_dropped},
        {"buttons_dropped", counters.buttons_dropped},
        {"logs_dropped", counters.logs_dropped},
        {"console_dropped", counters.console_dropped},
        {"display_timeouts", counters.display_timeouts},
        {"led_timeouts", counters.led_timeouts},
    }};
    const bool any = std::any_of(named.begin(), named.end(), [](const auto& each) { return each.second > 0; });
    write([&](Writer& writer) {
        writer.text("up").integer(base::to_ms(now)).begin_object();
        if (heap_free > 0) writer.key("heap").integer(heap_free);
        writer.key("dropped").integer(dropped);
        if (any) {
            writer.key("counters").begin_object();
            for (const auto& [name, count] : named) {
                if (count > 0) writer.key(name).integer(count);
            }
            writer.end_object();
        }
        writer.end_object();
    });
}

} // namespace firmware::runtime
