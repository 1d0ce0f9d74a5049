// SPDX-License-Identifier: Apache-2.0
// Any line from a board, and any command from a person: nothing is thrown, everything stays within its bounds, and
// observers hear only what is valid for its kind.
#include "base/expect.hpp"
#include "hub/core/declaration.hpp"
#include "hub/core/hub.hpp"
#include "hub/core/safe_json.hpp"
#include "protocol/json/value.hpp"
#include "protocol/link/frame_reader.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <string>

namespace hub::core {
namespace {

using namespace std::chrono_literals;

constexpr const char* uid = "a1b2c3d4";

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_short_text(const Json& value, std::size_t size_max) {
    return value.is_string() && value.get_ref<const std::string&>().size() <= size_max &&
           is_utf8(value.get_ref<const std::string&>());
}

/// The rules for values once more, without the code that is under test.
bool is_valid(const Entity& entity, const Json& value) {
    if (value.is_null()) return true;
    switch (entity.kind) {
    case Kind::binary_sensor:
    case Kind::switch_:
    case Kind::light: return value.is_boolean();
    case Kind::number: {
        const double number = value.is_number() ? value.get<double>() : NAN;
        return number >= entity.options.value("min", 1.0) && number <= entity.options.value("max", 100.0);
    }
    case Kind::lock:
        return value.is_string() &&
               is_one_of(value.get<std::string>(), {"LOCKED", "UNLOCKED", "LOCKING", "UNLOCKING", "JAMMED"});
    case Kind::cover:
        return value.is_string() &&
               is_one_of(value.get<std::string>(), {"open", "opening", "closed", "closing", "stopped"});
    case Kind::select: {
        const Json& options = entity.options.at("options");
        return std::find(options.begin(), options.end(), value) != options.end();
    }
    case Kind::text: return is_short_text(value, 255);
    case Kind::sensor:
        if (entity.options.contains("unit_of_measurement") && !value.is_number()) return false;
        return value.is_number() ? std::isfinite(value.get<double>()) : is_short_text(value, 255);
    case Kind::button:
    case Kind::event: return false;
    }
    return false;
}

struct Line final : BoardLine {
    void send(const Json& message) override {
        const std::string text = message.dump(); // throws for a text that is not UTF-8
        expect(text.size() + 2 <= protocol::link::frame_size_max);
        expect(protocol::json::parse(text).has_value());
    }
    std::string path() const override { return "fuzz"; }
};

class World final : Observer {
public:
    World() {
        hub_.add_observer(*this);
        hub_.home_connected(true);
        hub_.set_broker(BrokerState::connected);
        hub_.line_opened(uid, line_, true);
    }

    /// `+9`: so many seconds pass. `>text`: console. `![id,value,cmd_id,ttl_ms]`: a command. `~`: the line is closed
    /// and opened again. `=serial`: the broker confirms a report. Anything else: a message of the board.
    void play(std::string_view line) {
        switch (line.empty() ? '\0' : line.front()) {
        case '+': wait(line.substr(1)); break;
        case '>': hub_.on_console(uid, line.substr(1)); break;
        case '!': command(line.substr(1)); break;
        case '~':
            hub_.line_closed(uid, line.substr(1));
            hub_.line_opened(uid, line_, true);
            break;
        case '=': confirm(line.substr(1)); break;
        default: hub_.on_message(uid, line);
        }
        check_board();
    }

private:
    void wait(std::string_view digits) {
        unsigned seconds = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        for (unsigned i = 0; i < std::min(seconds, 60U); ++i) {
            steady_ += 1s;
            wall_ += 1s;
            hub_.tick();
        }
    }

    void confirm(std::string_view digits) {
        std::uint16_t serial = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), serial);
        hub_.reported(uid, board().boot, serial);
    }

    void command(std::string_view text) {
        const auto parts = parse_json(text, protocol::link::frame_size_max);
        if (!parts || !parts->is_array() || parts->size() < 4) return;
        const Json& id = (*parts)[0];
        const Json& cmd_id = (*parts)[2];
        const Json& ttl_ms = (*parts)[3];
        if (!id.is_string() || !cmd_id.is_string() || !ttl_ms.is_number_integer()) return;
        const auto sent = hub_.command({uid, id, (*parts)[1], "web", cmd_id, ttl_ms.get<int>()});
        expect(!sent || protocol::link::is_cmd_id(*sent));
    }

    // --- what observers may rely on ---
    const Board& board() const { return *hub_.find(uid); }
    const Entity* find(const std::string& id) const {
        const auto& list = board().entities;
        const auto found = std::find_if(list.begin(), list.end(), [&](const Entity& e) { return e.id == id; });
        return found == list.end() ? nullptr : &*found;
    }
    void check_time(Time at) const { expect(at <= wall_ && at > Time{}); }

    void on_change(const Change& change) override {
        std::visit([this](const auto& each) { this->check(each); }, change);
    }
    void check(const BoardChanged& change) const { expect(change.uid == uid); }
    void check(const EntitiesDeclared&) const {
        std::set<std::string> ids;
        for (const Entity& entity : board().entities) {
            expect(ids.insert(entity.id).second);
            check(entity);
        }
        expect(ids.size() <= entities_max);
    }
    void check(const StateChanged& change) const {
        const Entity* entity = find(change.id);
        expect(entity != nullptr && is_valid(*entity, change.state.value));
        check_time(change.state.at);
    }
    void check(const PastValue& change) const {
        const Entity* entity = find(change.id);
        expect(entity != nullptr && entity->options.contains("datapoint") && is_valid(*entity, change.state.value));
        check_time(change.state.at);
    }
    void check(const ReportTaken& change) const {
        expect(change.serial > 0 && !(change.values.empty() && change.events.empty()));
        for (const auto& [id, value] : change.values) {
            const Entity* entity = find(id); // of a repetition it may be gone
            expect(entity == nullptr || is_valid(*entity, value));
        }
        for (const EventFired& event : change.events) expect(!event.late && event.reported);
    }
    void check(const EventFired& change) const {
        const Entity* entity = find(change.id);
        expect(entity != nullptr && entity->kind == Kind::event && change.data.is_object());
        const Json& types = entity->options.at("event_types");
        expect(std::find(types.begin(), types.end(), Json(change.type)) != types.end());
        check_time(change.at);
    }
    void check(const OutputChanged& change) const {
        expect(protocol::link::is_entity_id(change.name));
        expect(is_one_of(change.output.cause, {"app", "guard", "safe"}));
        check_time(change.output.at);
    }
    void check(const LogLine& change) const {
        expect(is_one_of(change.level, {"debug", "info", "warning", "error"}));
        expect(change.text.size() <= 1024 && printable(change.text, 1024) == change.text);
        check_time(change.at);
    }
    void check(const Crashed& change) const {
        expect(change.crash.is_object());
        check_time(change.at);
    }
    void check(const CommandChanged& change) const {
        expect(is_one_of(change.outcome, {"sent", "done", "failed", "refused", "timeout"}));
        expect(change.outcome == "refused" || protocol::link::is_cmd_id(change.cmd_id));
        expect(is_short_text(change.text, 1024));
        check_time(change.at);
    }
    void check(const ConsoleText& change) const { expect(!change.bytes.empty()); }
    void check(const Heartbeat& change) const { expect(change.uptime_ms >= 0 && change.figures.is_object()); }

    void check(const HomeWatched& change) const {
        expect(change.entities.size() <= 16);
        for (const std::string& entity : change.entities) expect(is_ha_name(entity));
    }
    void check(const HomeCall& change) const {
        expect(change.number >= 1 && is_ha_name(change.action) && change.data.is_object());
        expect(HomeAccess().check(change.uid, change.action, change.target, change.asks).has_value());
    }

    /// A declaration that was accepted is accepted again, unchanged.
    static void check(const Entity& entity) {
        expect(protocol::link::is_entity_id(entity.id));
        expect(!entity.name.empty() && is_short_text(entity.name, name_size_max));
        std::vector<Remark> remarks;
        const auto again = check_entity({entity.id, kind_name(entity.kind), entity.name, entity.options}, remarks);
        expect(again.has_value() && again->options == entity.options);
    }

    void check_board() const {
        const Board& now = board();
        for (const std::string* text : {&now.name, &now.profile, &now.app, &now.runtime, &now.version, &now.decl}) {
            expect(is_short_text(*text, name_size_max) && printable(*text, name_size_max) == *text);
        }
        expect(!now.name.empty() && now.outputs.size() <= 32 && now.states.size() <= now.entities.size());
        for (const auto& [id, state] : now.states) {
            const Entity* entity = find(id);
            expect(entity != nullptr && is_valid(*entity, state.value));
        }
        expect(now.heap_free.value_or(0) >= 0);
    }

    Time wall_{std::chrono::microseconds{1'800'000'000'000'000}};
    std::chrono::microseconds steady_{5s};
    Line line_;
    Hub hub_{{[this] { return wall_; }, [this] { return steady_; }}};
};

} // namespace
} // namespace hub::core

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    hub::core::World world;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        world.play(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return 0;
}
