// SPDX-License-Identifier: Apache-2.0
// What boards ask of the home, and what the home tells them.
#include "hub/core/hub_impl.hpp"
#include "hub/core/safe_json.hpp"

#include <algorithm>

namespace hub::core {
namespace {

constexpr std::size_t watched_max = 16;
constexpr std::size_t state_size_max = 255;
constexpr std::size_t attribute_text_max = 64;
constexpr std::size_t attributes_size_max = 240;
constexpr std::size_t answer_size_max = 255;
constexpr std::size_t calls_per_second = 4;
constexpr std::int64_t call_number_max = INT32_MAX;
constexpr int response_depth_max = 5; // the frame's array around it is the sixth

int depth_of(const Json& value) {
    if (!value.is_structured()) return 0;
    int deepest = 0;
    for (const Json& part : value) deepest = std::max(deepest, depth_of(part));
    return deepest + 1;
}

/// The attributes that are worth a board's memory: names and units first, then every other single value that fits.
Json small_attributes(const Json& attributes) {
    Json kept = Json::object();
    const auto keep = [&](const std::string& key, const Json& value) {
        if (value.is_structured() || key.size() > attribute_text_max || kept.contains(key)) return;
        if (value.is_string() && value.get_ref<const std::string&>().size() > attribute_text_max) return;
        kept[key] = value;
        if (kept.dump().size() > attributes_size_max) kept.erase(key);
    };
    for (const char* first : {"friendly_name", "unit_of_measurement", "device_class"}) {
        if (const auto found = attributes.find(first); found != attributes.end()) keep(first, *found);
    }
    for (const auto& [key, value] : attributes.items()) keep(key, value);
    return kept;
}

} // namespace

void Hub::Impl::on_watch(Board& board, const Json& message) {
    const Json& list = at(message, 1);
    if (!list.is_array()) return malformed(board, "watch is [[entities]]");
    std::vector<std::string> wanted;
    for (const Json& entity : list) {
        if (!entity.is_string() || !is_ha_name(entity.get_ref<const std::string&>())) {
            refused(board, "watch: this is no entity of Home Assistant, which would be like light.hall");
        } else if (wanted.size() == watched_max) {
            return refused(board, "watch: a board watches at most 16 entities");
        } else {
            wanted.push_back(entity.get<std::string>());
        }
    }
    Link& link = link_of(board);
    const bool same = link.watched == wanted;
    link.watched = std::move(wanted);
    for (const std::string& entity : link.watched) {
        if (const auto known = home.find(entity); known != home.end()) tell_home_state(link, entity, known->second);
    }
    if (!same) emit(HomeWatched{board.uid, link.watched});
}

void Hub::Impl::on_call(Board& board, const Json& message) {
    const Json& number = at(message, 1);
    const Json& action = at(message, 2);
    const Json& target = at(message, 3);
    const Json& data = at(message, 4);
    if (!number.is_number_integer() || number.get<std::int64_t>() < 1 || number.get<std::int64_t>() > call_number_max ||
        !action.is_string() || !(target.is_string() || target.is_null()) || !(data.is_object() || data.is_null())) {
        return malformed(board, "call is [n,action,target,{data},asks]");
    }
    HomeCall call{board.uid,
                  number.get<std::int64_t>(),
                  action.get<std::string>(),
                  target.is_string() ? target.get<std::string>() : std::string(),
                  data.is_object() ? data : Json::object(),
                  clocks.wall(),
                  at(message, 5) == true};
    // A target in the data would go past the check of the target.
    for (const char* key : {"entity_id", "device_id", "area_id", "floor_id", "label_id"}) {
        if (call.data.contains(key))
            return answer(board, call.number, false, "name the entity as the target, not in the data");
    }
    if (const auto allowed = access.check(board.uid, call.action, call.target, call.asks); !allowed) {
        complain(board, "warning", std::string(allowed.error().message) + "; " + std::string(allowed.error().hint));
        return answer(board, call.number, false, allowed.error().message);
    }
    auto& recent = link_of(board).calls;
    const Micros now = clocks.steady();
    std::erase_if(recent, [&](Micros then) { return now - then >= std::chrono::seconds(1); });
    if (recent.size() >= calls_per_second) return answer(board, call.number, false, "rate_limited");
    recent.push_back(now);
    if (!home_connected) return answer(board, call.number, false, "the hub is not connected to Home Assistant");
    emit(call);
}

void Hub::Impl::answer(Board& board, std::int64_t number, bool ok, std::string_view text, const Json& response) {
    BoardLine* line = link_of(board).line;
    if (line == nullptr) return;
    Json message = Json::array({"answer", number, ok, printable(text, answer_size_max)});
    if (!response.is_object()) return line->send(message);
    message.push_back(response);
    const std::size_t size = message.dump(-1, ' ', false, Json::error_handler_t::replace).size();
    const std::size_t size_max = line->message_size_max();
    if (size > size_max) {
        return answer(board, number, false,
                      "the answer has " + std::to_string(size) + " bytes and this board takes " +
                          std::to_string(size_max) + ": ask for less");
    }
    if (depth_of(response) > response_depth_max) {
        return answer(board, number, false, "the answer is nested more deeply than a message may be");
    }
    line->send(message);
}

void Hub::Impl::tell_home_state(Link& link, const std::string& entity, const HomeState& state) {
    if (link.line != nullptr) link.line->send(Json::array({"ha", entity, state.state, state.attributes}));
}

void Hub::set_home_access(HomeAccess access) { impl_->access = std::move(access); }

void Hub::home_connected(bool connected) {
    impl_->home_connected = connected;
    if (connected) return;
    for (const std::string& entity : watched()) home_state(entity, nullptr, Json::object());
    impl_->home.clear();
}

void Hub::home_state(const std::string& entity, const Json& state, const Json& attributes) {
    HomeState news{nullptr, small_attributes(attributes.is_object() ? attributes : Json::object())};
    if (state.is_string()) news.state = printable(state.get<std::string>(), state_size_max);
    bool wanted = false;
    for (Link& link : impl_->links) {
        if (std::find(link.watched.begin(), link.watched.end(), entity) == link.watched.end()) continue;
        wanted = true;
        impl_->tell_home_state(link, entity, news);
    }
    if (wanted) impl_->home[entity] = std::move(news);
}

void Hub::home_answer(const std::string& uid, std::int64_t number, bool ok, std::string_view text,
                      const Json& response) {
    if (Board* board = impl_->find(uid)) impl_->answer(*board, number, ok, text, response);
}

std::vector<std::string> Hub::watched() const {
    std::vector<std::string> all;
    for (const Link& link : impl_->links) all.insert(all.end(), link.watched.begin(), link.watched.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

} // namespace hub::core
