// SPDX-License-Identifier: Apache-2.0
// What boards say: one function for each word of docs/protocol.md, "Board to hub".
#include "hub/core/declaration.hpp"
#include "hub/core/hub_impl.hpp"
#include "hub/core/json_parts.hpp"
#include "hub/core/safe_json.hpp"
#include "hub/core/values.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hub::core {
namespace {

using namespace std::chrono_literals;

constexpr auto late_after = 30s;
constexpr std::size_t outputs_max = 32;
constexpr std::size_t parts_max = 2 * entities_max; // elements of a declaration, the bad ones among them
constexpr std::size_t counters_max = 16;
constexpr std::size_t log_text_max = 1024;
constexpr std::int64_t t_ms_max = 1'000'000'000'000; // 31 years of uptime

bool is_t_ms(const Json& value) {
    return value.is_number() && value.get<double>() >= 0 && value.get<double>() <= static_cast<double>(t_ms_max);
}

std::string text_of(const Json& object, const char* key, std::size_t size_max) {
    return printable(text_at(object, key), size_max);
}

std::int64_t integer_of(const Json& object, const char* key, std::int64_t otherwise) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_integer()) return otherwise;
    return found->get<std::int64_t>();
}

/// What is a counter's name and number; at most so many.
Json counters_of(const Json& figures) {
    Json counters = Json::object();
    const auto found = figures.find("counters");
    if (found == figures.end() || !found->is_object()) return counters;
    for (const auto& [name, value] : found->items()) {
        const bool counts = value.is_number_integer() && value >= 0;
        if (counts && protocol::link::is_entity_id(name) && counters.size() < counters_max) counters[name] = value;
    }
    return counters;
}

/// What a battery sensor's MCU says it is. It answers a while after the boot: a hello without it takes nothing back.
void take_product(Board& board, const Json& hello) {
    const auto found = hello.find("product");
    if (found == hello.end() || !found->is_object()) return;
    board.product = text_of(*found, "p", 32);
    board.product_version = text_of(*found, "v", 16);
}

const Entity* find_entity(const std::vector<Entity>& entities, const Json& id) {
    if (!id.is_string()) return nullptr;
    const auto& wanted = id.get_ref<const std::string&>();
    const auto found = std::find_if(entities.begin(), entities.end(), [&](const Entity& e) { return e.id == wanted; });
    return found == entities.end() ? nullptr : &*found;
}

} // namespace

void Hub::Impl::malformed(Board& board, std::string_view what) {
    ++counters.messages_malformed;
    complain(board, "warning", "a message that is no message: " + std::string(what));
}

void Hub::Impl::refused(Board& board, std::string_view why) {
    ++counters.values_refused;
    complain(board, "warning", why);
}

void Hub::Impl::on_message(Board& board, const Json& message) {
    if (!message.is_array() || message.empty() || !message[0].is_string()) return malformed(board, "no word in front");
    using Handler = void (Impl::*)(Board&, const Json&);
    static constexpr std::array<std::pair<std::string_view, Handler>, 12> handlers{{
        {"hello", &Impl::on_hello},
        {"decl", &Impl::on_decl},
        {"state", &Impl::on_state},
        {"event", &Impl::on_event},
        {"output", &Impl::on_output},
        {"done", &Impl::on_done},
        {"log", &Impl::on_log},
        {"crash", &Impl::on_crash},
        {"up", &Impl::on_up},
        {"watch", &Impl::on_watch},
        {"call", &Impl::on_call},
        {"report", &Impl::on_report},
    }};
    const auto& word = message[0].get_ref<const std::string&>();
    const auto* found = std::find_if(handlers.begin(), handlers.end(), [&](const auto& h) { return h.first == word; });
    if (found == handlers.end()) return; // that is how the protocol grows
    const bool names_entity = (word == "state" || word == "event") && at(message, 1).is_string();
    hear(board, names_entity ? word + " " + printable(message[1].get<std::string>(), 32) : word);
    if (word != "hello" && !link_of(board).greeted) ask_who(board); // we came in the middle
    (this->*found->second)(board, message);
}

// --- who it is ----------------------------------------------------------------------------------------------------

void Hub::Impl::on_hello(Board& board, const Json& message) {
    const Json& hello = at(message, 1);
    if (!hello.is_object()) return malformed(board, "hello without an object");
    if (text_of(hello, "uid", 33) != board.uid) return malformed(board, "hello of another board on this line");
    Link& link = link_of(board);
    const std::int64_t boot = integer_of(hello, "boot", 0);
    const bool restarted = !board.decl.empty() && boot != board.boot;
    if (restarted) forget_last_boot(board);
    if (const auto t_ms = hello.find("t_ms"); t_ms != hello.end() && is_t_ms(*t_ms)) {
        link.clock.learn(static_cast<std::int64_t>(t_ms->get<double>()), clocks.steady());
    }
    const std::string name = text_of(hello, "name", name_size_max);
    board.name = name.empty() ? board.uid : name;
    board.profile = text_of(hello, "board", 32);
    board.app = text_of(hello, "app", 64);
    board.runtime = text_of(hello, "runtime", 32);
    board.version = text_of(hello, "version", 32);
    board.boot = boot;
    board.decl = text_of(hello, "decl", 16);
    take_product(board, hello);
    board.online = true;
    link.greeted = true;
    link.who_unanswered = 0;
    emit(BoardChanged{board.uid});
    if (restarted) ask_who(board);
}

void Hub::Impl::forget_last_boot(Board& board) {
    Link& link = link_of(board);
    link.clock.reset();
    link.reports.clear();
    for (const SentCommand& command : link.ledger.take_all()) {
        emit_command(board, command, "failed", "the board restarted before it answered");
    }
    for (auto& [id, state] : board.states) {
        const Entity* entity = find_entity(board.entities, Json(id));
        // What an MCU has reported is as true as before: each of its reports is a boot.
        const bool is_the_mcus = entity != nullptr && entity->options.contains("datapoint");
        if (!state.value.is_null() && !is_the_mcus) set_state(board, id, State{nullptr, clocks.wall()});
    }
    board.outputs.clear();
    link.calls.clear();
}

void Hub::Impl::on_decl(Board& board, const Json& message) {
    const Json& elements = at(message, 1);
    const bool in_parts = message.size() > 2;
    const bool counted = in_parts && at(message, 2).is_number_unsigned() && at(message, 3).is_number_unsigned();
    if (!elements.is_array() || (in_parts && !counted)) return malformed(board, "decl is [[entities],from,total]");
    Link& link = link_of(board);
    const std::size_t from = in_parts ? message[2].get<std::size_t>() : 0;
    const std::size_t total = in_parts ? message[3].get<std::size_t>() : elements.size();
    if (from == 0) {
        link.parts = Json::array();
        link.parts_received = 0;
    }
    if (from != link.parts_received || elements.size() > total - std::min(from, total)) {
        link.parts_received = 0;
        link.declared.clear();
        ask_who(board);
        return malformed(board, "a part of decl is missing");
    }
    add_parts(board, elements);
    if (link.parts_received == total) finish_declaration(board);
}

void Hub::Impl::add_parts(Board& board, const Json& elements) {
    Link& link = link_of(board);
    for (const Json& element : elements) {
        ++link.parts_received;
        if (link.parts.size() < parts_max) {
            link.parts.push_back(element);
        } else {
            refused(board, "an entity far beyond the 32 that a board may have was not even looked at");
        }
    }
}

void Hub::Impl::finish_declaration(Board& board) {
    Link& link = link_of(board);
    board.remarks.clear();
    board.entities = check_declaration(std::exchange(link.parts, Json::array()), board.remarks);
    link.parts_received = 0;
    for (const Remark& remark : board.remarks) {
        if (remark.option.empty()) {
            refused(board, remark.text());
        } else if (remark.rejected || remark.left_out) {
            complain(board, "warning", remark.text());
        }
    }
    if (link.declared != board.decl) {
        link.reports.clear(); // their datapoints may belong to other entities now
        link.unread.reset();
    }
    link.declared = board.decl;
    std::erase_if(board.states, [&](const auto& item) {
        const Entity* entity = find_entity(board.entities, Json(item.first));
        return entity == nullptr || !check_state(*entity, item.second.value);
    });
    emit(EntitiesDeclared{board.uid});
    emit(BoardChanged{board.uid});
}

void Hub::Impl::on_up(Board& board, const Json& message) {
    const Json& figures = at(message, 2);
    if (!is_t_ms(at(message, 1)) || !(figures.is_object() || figures.is_null())) {
        return malformed(board, "up is [t_ms,{figures}]");
    }
    const auto t_ms = static_cast<std::int64_t>(message[1].get<double>());
    if (!link_of(board).clock.learn(t_ms, clocks.steady())) ask_who(board);
    if (figures.is_object()) {
        if (const std::int64_t heap = integer_of(figures, "heap", -1); heap >= 0) board.heap_free = heap;
        board.counters = counters_of(figures);
    }
    emit(Heartbeat{board.uid, t_ms, figures.is_object() ? figures : Json::object(), clocks.wall()});
}

// --- what it says -------------------------------------------------------------------------------------------------

Time Hub::Impl::board_time(Board& board, const Json& t_ms) {
    if (!is_t_ms(t_ms)) return clocks.wall();
    return clocks.wall() - link_of(board).clock.age(static_cast<std::int64_t>(t_ms.get<double>()), clocks.steady());
}

void Hub::Impl::set_state(Board& board, const std::string& id, State state) {
    entry(board.states, id) = state;
    emit(StateChanged{board.uid, id, std::move(state)});
}

void Hub::Impl::on_state(Board& board, const Json& message) {
    const Entity* entity = find_entity(board.entities, at(message, 1));
    if (entity == nullptr || message.size() < 3) return refused(board, "a value of an entity that was not declared");
    auto value = check_state(*entity, message[2]);
    if (!value) return refused(board, "value refused: " + std::string(value.error().message));
    set_state(board, entity->id, State{std::move(*value), board_time(board, at(message, 3))});
}

void Hub::Impl::on_event(Board& board, const Json& message) {
    const Entity* entity = find_entity(board.entities, at(message, 1));
    if (entity == nullptr || entity->kind != Kind::event) return refused(board, "an event of what is no event entity");
    const Json& type = at(message, 2);
    const Json& data = at(message, 3);
    if (!type.is_string() || !lists(*entity, "event_types", type.get_ref<const std::string&>())) {
        return refused(board, entity->id + ": an event of a type that was not declared");
    }
    if (!data.is_object() && !data.is_null()) return malformed(board, "an event's data is an object");
    const Time when = board_time(board, at(message, 4));
    emit(EventFired{board.uid, entity->id, type.get<std::string>(), data.is_object() ? data : Json::object(), when,
                    clocks.wall() - when > late_after});
}

void Hub::Impl::on_output(Board& board, const Json& message) {
    const Json& name = at(message, 1);
    const Json& cause = at(message, 4);
    if (!name.is_string() || !protocol::link::is_entity_id(name.get_ref<const std::string&>()) ||
        !at(message, 2).is_boolean() || (cause != "app" && cause != "guard" && cause != "safe")) {
        return malformed(board, "output is [name,on,t_ms,cause]");
    }
    const auto key = name.get<std::string>();
    const auto& known = board.outputs;
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const auto& item) { return item.first == key; });
    if (!is_known && known.size() == outputs_max) return refused(board, "a board has at most 32 outputs");
    Output output{message[2].get<bool>(), cause.get<std::string>(), board_time(board, at(message, 3))};
    entry(board.outputs, key) = output;
    emit(OutputChanged{board.uid, key, std::move(output)});
}

void Hub::Impl::on_done(Board& board, const Json& message) {
    if (!at(message, 1).is_string() || !at(message, 2).is_boolean())
        return malformed(board, "done is [cmd_id,ok,text]");
    auto& ledger = link_of(board).ledger;
    auto command = ledger.finish(message[1].get<std::string>());
    if (const Json& entity = at(message, 4); !command && entity.is_string()) { // as MqttBoards tells it
        command = ledger.finish_overheard(entity.get<std::string>());
    }
    if (!command) return; // the board's own, or of a hub that was here before
    const Json& text = at(message, 3);
    emit_command(board, *command, message[2].get<bool>() ? "done" : "failed",
                 text.is_string() ? printable(text.get<std::string>(), log_text_max) : std::string());
}

void Hub::Impl::on_log(Board& board, const Json& message) {
    if (!at(message, 1).is_string() || !at(message, 2).is_string()) return malformed(board, "log is [level,text,t_ms]");
    std::string level = message[1].get<std::string>();
    if (level != "debug" && level != "info" && level != "warning" && level != "error") level = "info";
    emit(LogLine{board.uid, std::move(level), printable(message[2].get<std::string>(), log_text_max),
                 board_time(board, at(message, 3))});
}

void Hub::Impl::on_crash(Board& board, const Json& message) {
    const Json& crash = at(message, 1);
    if (!crash.is_object()) return malformed(board, "crash without an object");
    emit(Crashed{board.uid, crash, board_time(board, crash.contains("t_ms") ? crash["t_ms"] : Json())});
}

} // namespace hub::core
