// SPDX-License-Identifier: Apache-2.0
#include "firmware/runtime/home_watch.hpp"

#include <algorithm>
#include <array>

namespace firmware::runtime {

using bridge::HomeNews;
using protocol::json::Type;
using protocol::json::Value;

void HomeWatch::clear() noexcept { entities_.clear(); }

base::Result<> HomeWatch::add(std::string_view entity) noexcept {
    const auto is_it = [&](const Entry& entry) { return entry.entity == entity; };
    if (std::any_of(entities_.begin(), entities_.end(), is_it)) return {};
    Entry entry;
    entry.entity = entity;
    if (entities_.push_back(entry)) return {};
    return base::fail(base::ErrorCode::full, "an app watches at most 16 of Home Assistant's entities");
}

void HomeWatch::heard_state(const Value& message) noexcept {
    std::array<char, bridge::value_text_max> text{};
    for (Entry& entry : entities_) {
        if (!message.at(1).equals(entry.entity.view())) continue;
        HomeNews news;
        news.op = HomeNews::Op::state;
        news.entity = entry.entity;
        const auto state = message.at(2).text(text);
        news.ok = state.has_value();
        if (state) news.text = *state;
        const Value attributes = message.at(3);
        const bool fits = attributes.is(Type::object) && attributes.raw().size() <= bridge::attributes_max;
        news.attributes = fits ? attributes.raw() : std::string_view("{}");
        entry.news = news;
        entry.untold = true;
        news_ = true;
    }
}

void HomeWatch::heard_answer(const Value& message) noexcept {
    std::array<char, bridge::value_text_max> text{};
    const auto number = message.at(1).integer();
    const auto ok = message.at(2).boolean();
    if (!number || *number < 1 || *number > INT32_MAX || !ok) return;
    HomeNews news;
    news.op = HomeNews::Op::answer;
    news.number = static_cast<std::int32_t>(*number);
    news.ok = *ok;
    news.text = message.at(3).text(text).value_or("");
    add_response(message.at(4), news);
    if (!bridge_.home_news.push(news)) ++dropped_;
    news_ = true;
}

void HomeWatch::add_response(const Value& response, HomeNews& news) noexcept {
    if (!news.ok || !response.is(Type::object)) return;
    const bool fits = response.raw().size() <= bridge::response_max;
    const bool has_room = bridge_.home_responses.size() < bridge_.home_responses.capacity() &&
                          bridge_.home_news.size() < bridge_.home_news.capacity();
    if (fits && has_room) {
        bridge::HomeResponse said;
        said.number = news.number;
        said.json = response.raw();
        news.has_response = bridge_.home_responses.push(said);
        return;
    }
    news.ok = false;
    news.text = fits ? "busy: an answer before it has not been read yet" : "the answer does not fit: ask for less";
}

bool HomeWatch::step() noexcept {
    if (!news_) return false;
    news_ = false;
    for (Entry& entry : entities_) {
        if (!entry.untold) continue;
        entry.untold = !bridge_.home_news.push(entry.news);
        news_ = news_ || entry.untold;
    }
    return true;
}

} // namespace firmware::runtime
