// SPDX-License-Identifier: Apache-2.0
#include "hub/home/mqtt_boards.hpp"

#include "hub/core/safe_json.hpp"
#include "hub/home/payloads.hpp"
#include "hub/home/topics.hpp"
#include "protocol/link/frame_reader.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hub::home {
namespace {

using core::Json;

constexpr std::size_t voices_max = core::Hub::boards_max;
constexpr std::size_t values_max = 32;
constexpr std::size_t value_size_max = 256; // one more than the longest text, so that too long is told from it
constexpr std::size_t heard_size_max = protocol::link::frame_size_max;
constexpr std::size_t declaration_size_max = std::size_t{32} * 1024;
constexpr std::size_t answer_size_max = 4 * 1024 - 32; // as an object with names it is a little longer than as an array
constexpr std::size_t part_size_max = 900; // of a declaration; what is around it fits beside it in a message

/// What the broker keeps of a board, then what happens only once.
constexpr std::array kept_filters{"ouro/+/hello", "ouro/+/decl", "ouro/+/status", "ouro/+/watch", "ouro/+/+/state"};
constexpr std::array passing_filters{"ouro/+/+/event", "ouro/+/+/done", "ouro/+/past", "ouro/+/log",
                                     "ouro/+/crash",   "ouro/+/output", "ouro/+/call", "ouro/+/up"};

std::optional<Json> object_of(std::string_view payload) {
    auto json = core::parse_json(payload, heard_size_max);
    if (!json || !json->is_object()) return std::nullopt;
    return std::move(*json);
}

Json member(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() ? Json() : *found;
}

double epoch_seconds() { return core::ms_of(core::wall_now()) / 1000; }

/// `ouro/<uid>/<leaf>` or `ouro/<uid>/<id>/<leaf>`.
struct Topic {
    std::string_view uid;
    std::string_view id; ///< empty: of the board itself
    std::string_view leaf;
};

std::optional<Topic> parse(std::string_view topic) {
    constexpr std::string_view root = "ouro/";
    if (!topic.starts_with(root)) return std::nullopt;
    topic.remove_prefix(root.size());
    const auto first = topic.find('/');
    const auto last = topic.rfind('/');
    if (first == std::string_view::npos) return std::nullopt;
    Topic parts{topic.substr(0, first), {}, topic.substr(last + 1)};
    if (last != first) parts.id = topic.substr(first + 1, last - first - 1);
    if (!protocol::link::is_uid(parts.uid)) return std::nullopt;
    if (!parts.id.empty() && !protocol::link::is_entity_id(parts.id)) return std::nullopt;
    return parts;
}

bool is_heard(const Topic& topic) {
    constexpr std::array of_board{"hello", "decl", "status", "watch", "past", "log", "crash", "output", "call", "up"};
    constexpr std::array of_entity{"state", "event", "done"};
    const auto among = [&](const auto& leaves) {
        return std::find(leaves.begin(), leaves.end(), topic.leaf) != leaves.end();
    };
    return topic.id.empty() ? among(of_board) : among(of_entity);
}

} // namespace

/// One board: what it has said of itself, and the line on which the core reaches it.
class MqttBoards::Voice final : public core::BoardLine {
public:
    Voice(MqttClient& client, core::Hub& hub, std::string uid) : client_(client), hub_(hub), uid_(std::move(uid)) {}

    void send(const Json& message) override;
    std::string path() const override { return "MQTT"; }
    std::size_t message_size_max() const override { return answer_size_max; }

    bool has_line() const { return has_line_; }
    bool is_its_own() const { return hello_.is_object(); }

    void hear(const Topic& topic, std::string_view payload, bool retained);
    void lose_line(std::string_view reason);
    void forget() {
        lose_line("the connection to the broker is lost");
        present_ = false;
    }

private:
    void hear_hello(std::string_view payload);
    void hear_declaration(std::string_view payload);
    void hear_presence(std::string_view payload);
    void hear_value(std::string_view id, std::string_view payload);
    void hear_event(std::string_view id, std::string_view payload);
    void hear_once(const Topic& topic, std::string_view payload);
    void open_line();
    void tell(const Json& message) { hub_.on_message(uid_, message.dump()); }
    void tell_declaration();
    void tell_value(const std::string& id, const std::string& payload);
    void publish(const std::string& topic, const Json& payload, int qos) {
        client_.publish(topic, payload.dump(-1, ' ', false, Json::error_handler_t::replace), qos, false);
    }

    MqttClient& client_;
    core::Hub& hub_;
    std::string uid_;
    Json hello_;       ///< null: it has not said that its link is MQTT
    Json declaration_; ///< null: not heard yet
    Json watched_;
    std::map<std::string, std::string> values_; ///< payloads by entity; what the broker keeps comes in any order
    bool present_ = false;
    bool has_line_ = false;
    bool opening_ = false;
};

// --- what the hub says to it
// ------------------------------------------------------------------------------------------

void MqttBoards::Voice::send(const Json& message) {
    const auto& word = message[0].get_ref<const std::string&>();
    if (word == "set") {
        const Json payload{{"value", message[2]}, {"id", message[3]}, {"ttl_ms", message[4]}, {"t", epoch_seconds()}};
        publish(entity_topic(uid_, message[1].get<std::string>(), "set"), payload, 1);
    } else if (word == "up") {
        publish(board_topic(uid_, "clock"), message[1], 0);
    } else if (word == "who" && !opening_) { // what it keeps at the broker has just been read
        publish(board_topic(uid_, "who"), Json::object(), 1);
    } else if (word == "ha") {
        const Json payload{{"state", message[2]}, {"attributes", message[3]}};
        publish(board_topic(uid_, "ha/" + message[1].get<std::string>()), payload, 1);
    } else if (word == "answer") {
        Json payload{{"n", message[1]}, {"ok", message[2]}, {"text", message[3]}};
        if (message.size() > 4) payload["response"] = message[4];
        publish(board_topic(uid_, "answer"), payload, 1);
    }
}

// --- what it says ---------------------------------------------------------------------------------------------------

void MqttBoards::Voice::hear(const Topic& topic, std::string_view payload, bool retained) {
    if (topic.leaf == "hello") return hear_hello(payload);
    if (topic.leaf == "decl") return hear_declaration(payload);
    if (topic.leaf == "status") return hear_presence(payload);
    if (topic.leaf == "state") return hear_value(topic.id, payload);
    if (topic.leaf == "watch") {
        const auto list = core::parse_json(payload, heard_size_max);
        watched_ = list ? *list : Json();
        if (has_line_ && watched_.is_array()) tell({"watch", watched_});
        return;
    }
    if (!has_line_ || retained) return; // a thing of the past that somebody made the broker keep
    if (topic.leaf == "event") return hear_event(topic.id, payload);
    hear_once(topic, payload);
}

void MqttBoards::Voice::hear_hello(std::string_view payload) {
    const auto said = object_of(payload);
    if (!said || member(*said, "uid") != uid_) return;
    const bool is_its_own = member(*said, "link") == "mqtt";
    hello_ = is_its_own ? *said : Json();
    if (!is_its_own) return lose_line("it has another link now");
    if (has_line_) return tell({"hello", hello_});
    open_line();
}

void MqttBoards::Voice::hear_declaration(std::string_view payload) {
    auto list = core::parse_json(payload, declaration_size_max);
    if (!list || !list->is_array()) return;
    declaration_ = std::move(*list);
    if (has_line_) return tell_declaration();
    open_line();
}

void MqttBoards::Voice::hear_presence(std::string_view payload) {
    present_ = payload == "online";
    if (!present_) lose_line("it has said goodbye, or the broker misses it");
    open_line();
}

void MqttBoards::Voice::hear_value(std::string_view id, std::string_view payload) {
    if (payload.size() > value_size_max || !core::is_utf8(payload)) return;
    const std::string name(id);
    if (values_.size() == values_max && !values_.contains(name)) return;
    values_[name] = payload;
    if (has_line_) tell_value(name, values_[name]);
}

void MqttBoards::Voice::hear_event(std::string_view id, std::string_view payload) {
    auto said = object_of(payload);
    if (!said) return;
    const Json type = member(*said, "event_type");
    said->erase("event_type");
    tell({"event", id, type, *said});
}

void MqttBoards::Voice::hear_once(const Topic& topic, std::string_view payload) {
    const std::string_view leaf = topic.leaf;
    if (leaf == "past") {
        const auto message = core::parse_json(payload, heard_size_max);
        if (message && message->is_array() && !message->empty() && message->front() == "event") tell(*message);
        return;
    }
    const auto said = object_of(payload);
    if (!said) return;
    const auto part = [&](const char* key) { return member(*said, key); };
    if (leaf == "done") tell({"done", part("id"), part("ok"), part("text"), topic.id});
    if (leaf == "log") tell({"log", part("level"), part("text")});
    if (leaf == "crash") tell({"crash", *said});
    if (leaf == "output") tell({"output", part("name"), part("on"), nullptr, part("cause")});
    if (leaf == "call") tell({"call", part("n"), part("action"), part("target"), part("data"), part("ask")});
    if (leaf == "up") tell({"up", part("t_ms"), *said});
}

// --- its line
// ---------------------------------------------------------------------------------------------------------

/// As soon as all is known. A board that is away is made known too, and is away.
void MqttBoards::Voice::open_line() {
    if (has_line_ || !is_its_own() || declaration_.is_null()) return;
    has_line_ = true;
    opening_ = true;
    hub_.line_opened(uid_, *this, false);
    tell({"hello", hello_});
    tell_declaration();
    if (watched_.is_array()) tell({"watch", watched_});
    opening_ = false;
    if (!present_) lose_line("it is away");
}

void MqttBoards::Voice::lose_line(std::string_view reason) {
    if (std::exchange(has_line_, false)) hub_.line_closed(uid_, reason);
}

/// In messages that are as short as those of a serial line.
void MqttBoards::Voice::tell_declaration() {
    const std::size_t total = declaration_.size();
    std::size_t from = 0;
    do {
        Json part = Json::array();
        std::size_t size = 0;
        for (std::size_t i = from; i < total; ++i) {
            size += declaration_[i].dump().size() + 1;
            if (size > part_size_max && !part.empty()) break;
            part.push_back(declaration_[i]);
        }
        const std::size_t count = part.size();
        tell({"decl", std::move(part), from, total});
        from += count;
    } while (from < total);
    for (const auto& [id, payload] : values_) tell_value(id, payload);
}

void MqttBoards::Voice::tell_value(const std::string& id, const std::string& payload) {
    const core::Board* board = hub_.find(uid_);
    const core::Entity* entity = board == nullptr ? nullptr : find_entity(*board, id);
    if (entity != nullptr) tell({"state", id, state_value(entity->kind, payload)});
}

// --- MqttBoards
// -------------------------------------------------------------------------------------------------------

MqttBoards::MqttBoards(MqttClient& client, core::Hub& hub) : client_(client), hub_(hub) {}

MqttBoards::~MqttBoards() = default;

void MqttBoards::connected() {
    for (const char* filter : kept_filters) client_.subscribe(filter, 1, Retained::send);
    for (const char* filter : passing_filters) client_.subscribe(filter, 1, Retained::skip);
}

void MqttBoards::disconnected() {
    for (auto& [uid, voice] : voices_) voice.forget();
}

bool MqttBoards::on_message(std::string_view topic, std::string_view payload, bool retained) {
    const auto parts = parse(topic);
    if (!parts || !is_heard(*parts)) return false;
    Voice* voice = find_or_add(std::string(parts->uid));
    if (voice != nullptr && payload.size() <= declaration_size_max) voice->hear(*parts, payload, retained);
    return true;
}

bool MqttBoards::speaks(std::string_view uid) const {
    const auto found = voices_.find(uid);
    if (found == voices_.end() || !found->second.is_its_own()) return false;
    const core::Board* board = hub_.find(uid);
    // One that is here by another way, though its hello of old is still kept, needs the hub's voice.
    return found->second.has_line() || board == nullptr || !board->online;
}

MqttBoards::Voice* MqttBoards::find_or_add(const std::string& uid) {
    if (const auto found = voices_.find(uid); found != voices_.end()) return &found->second;
    if (voices_.size() == voices_max) return nullptr;
    return &voices_.try_emplace(uid, client_, hub_, uid).first->second;
}

} // namespace hub::home
