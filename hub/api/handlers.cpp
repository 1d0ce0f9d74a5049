// SPDX-License-Identifier: Apache-2.0
#include "hub/api/handlers.hpp"

#include "hub/api/admission.hpp"
#include "hub/api/answers.hpp"
#include "hub/api/face_view.hpp"
#include "hub/api/views.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace hub::api {

using base::ErrorCode;
using core::Json;

namespace {

constexpr int ttl_ms_max = 60'000;

const core::Board* find_board(const Context& context, std::string_view uid) {
    const auto& boards = context.hub.boards();
    const auto found = std::find_if(boards.begin(), boards.end(), [&](const auto& board) { return board.uid == uid; });
    return found == boards.end() ? nullptr : &*found;
}

base::Error no_board(std::string_view uid) {
    base::Error error{ErrorCode::not_found, "No board has the uid ",
                      "`ouro boards` lists the boards that the hub knows."};
    error.message.append(uid);
    return error;
}

base::Error bad_query(std::string_view name, std::string_view rule) {
    base::Error error{ErrorCode::invalid_argument, "The query's ", ""};
    error.message.append(name);
    error.message.append(" must be ");
    error.message.append(rule);
    return error;
}

// A number in the query; `fallback` when it is not there; nothing when it is not a number.
template <typename T>
std::optional<T> query_number(const Request& request, std::string_view name, T fallback) {
    const auto text = request.find_query(name);
    if (!text) return fallback;
    T value{};
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (problem != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return value;
}

base::Result<timeline::Span> query_span(const Request& request, core::Time now) {
    constexpr double hour_ms = 3'600'000.0;
    const auto to = query_number<double>(request, "to", core::ms_of(now));
    const auto from = query_number<double>(request, "from", to.value_or(0) - hour_ms);
    const auto in_range = [](const std::optional<double>& ms) { return ms && *ms >= 0 && *ms <= core::year_9999_ms; };
    if (!in_range(from) || !in_range(to) || *from > *to) {
        return tl::unexpected(bad_query("from and to", "milliseconds since 1970, from before to"));
    }
    return timeline::Span{core::time_of_ms(*from), core::time_of_ms(*to)};
}

// Checks the body of a `set` and makes it a request to the core.
base::Result<core::CommandRequest> command_of(const Request& request) {
    const auto body = parse_body(request.body);
    if (!body) return tl::unexpected(body.error());
    if (!body->is_object() || !body->contains("value") || !(*body)["value"].is_primitive()) {
        return base::fail(ErrorCode::invalid_argument, "The body must be an object with a scalar `value`",
                          R"(For a lock: {"value":"UNLOCK"})");
    }
    core::CommandRequest command;
    command.uid = request.param("uid");
    command.id = request.param("id");
    command.value = (*body)["value"];
    command.source = request.caller.source;
    if (const auto ttl = body->find("ttl_ms"); ttl != body->end()) {
        if (!ttl->is_number_integer() || *ttl < 1 || *ttl > ttl_ms_max) {
            return base::fail(ErrorCode::invalid_argument, "ttl_ms must be a whole number from 1 to 60,000");
        }
        command.ttl_ms = ttl->get<int>();
    }
    if (const auto id = body->find("cmd_id"); id != body->end()) {
        if (!id->is_string() || !protocol::link::is_cmd_id(id->get_ref<const std::string&>())) {
            return base::fail(ErrorCode::invalid_argument, "cmd_id must be 1 to 24 letters, digits, - and _");
        }
        command.cmd_id = *id;
    }
    return command;
}

// Before the command is sent, for its end may come while `Hub::command` still runs.
void reply_at_end(Context& context, const core::CommandRequest& command, core::CommandChanged sent,
                  const Reply& reply) {
    context.await_outcome(command.uid, command.cmd_id, command.ttl_ms,
                          [sent, reply](const core::CommandChanged* end) mutable {
                              if (!end) {
                                  sent.outcome = "timeout";
                                  sent.text = "The board did not answer in time";
                              }
                              reply(json_answer(view_of(end ? *end : sent), 202));
                          });
}

bool may_control(const Json& request) {
    static constexpr std::array words{"info", "press", "hold", "release", "set", "read", "gauge", "fault", "tuya"};
    const auto is_flat = [](const Json& element) { return element.is_primitive(); };
    return request.is_array() && !request.empty() && request.size() <= 4 && request[0].is_string() &&
           std::all_of(request.begin(), request.end(), is_flat) &&
           std::find(words.begin(), words.end(), request[0].get_ref<const std::string&>()) != words.end();
}

// ["error",code,message,hint] of the control socket, as ours.
Answer control_answer(const base::Result<Json>& result) {
    if (!result) return error_answer(result.error());
    const Json& answer = *result;
    const auto text = [&](std::size_t i) {
        return i < answer.size() && answer[i].is_string() ? answer[i].get<std::string>() : std::string();
    };
    if (!answer.is_array() || text(0) != "error") return json_answer(answer);
    const std::string message = text(2);
    const std::string hint = text(3);
    return error_answer(base::Error{code_of(text(1)), std::string_view(message), std::string_view(hint)});
}

bool is_known_kind(std::string_view what) {
    static constexpr std::array kinds{"", "event", "state", "output", "command", "log", "crash"};
    return std::find(kinds.begin(), kinds.end(), what) != kinds.end();
}

} // namespace

void get_health(Context& context, const Request&, Reply reply) {
    const timeline::Health timeline = context.store.health();
    const std::string mqtt = context.hub.mqtt_status();
    const bool well = timeline.problem.empty() && mqtt != "connecting";
    reply(json_answer({{"status", well ? "ok" : "degraded"},
                       {"version", OURO_VERSION},
                       {"mqtt", mqtt},
                       {"timeline", view_of(timeline)}}));
}

void post_login(Context& context, const Request& request, Reply reply) {
    if (context.access.braked(request.peer.address)) return reply(too_many_tries());
    const auto body = parse_body(request.body);
    if (!body) return reply(error_answer(body.error()));
    if (!body->is_object() || !body->contains("token") || !(*body)["token"].is_string()) {
        return reply(
            error_answer({ErrorCode::invalid_argument, "The body must be an object with the text `token`", ""}));
    }
    const Role role = context.access.role_of((*body)["token"].get_ref<const std::string&>());
    if (role == Role::none) {
        context.access.note_failure(request.peer.address);
        return reply(error_answer(401, ErrorCode::refused, "The token is wrong",
                                  "`ouro url` prints the address with the right one."));
    }
    Answer answer = json_answer({{"role", role_name(role)}, {"version", OURO_VERSION}});
    answer.headers.emplace_back("Set-Cookie", context.cookie_name + "=" + context.access.open_session(role) +
                                                  "; HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000");
    reply(std::move(answer));
}

void post_logout(Context& context, const Request& request, Reply reply) {
    context.access.close_session(request.caller.session);
    context.close_viewers(request.caller.session);
    Answer answer;
    answer.status = 204;
    answer.content_type.clear();
    answer.headers.emplace_back("Set-Cookie", context.cookie_name + "=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    reply(std::move(answer));
}

void get_me(Context&, const Request& request, Reply reply) {
    Json me = {{"role", role_name(request.caller.role)}, {"version", OURO_VERSION}};
    if (request.peer.ingress) me["user"] = request.caller.user;
    reply(json_answer(me));
}

void get_boards(Context& context, const Request&, Reply reply) { reply(json_answer(view_of(context.hub.boards()))); }

void get_board(Context& context, const Request& request, Reply reply) {
    const core::Board* board = find_board(context, request.param("uid"));
    reply(board ? json_answer(view_of(*board)) : error_answer(no_board(request.param("uid"))));
}

void post_set(Context& context, const Request& request, Reply reply) {
    auto command = command_of(request);
    if (!command) return reply(error_answer(command.error()));
    if (!find_board(context, command->uid)) return reply(error_answer(no_board(command->uid)));
    const bool wait = request.find_query("wait").value_or("0") == "1";
    if (wait && command->cmd_id.empty()) command->cmd_id = make_token().substr(0, 16);

    core::CommandChanged sent{command->uid, command->id, command->cmd_id, command->value, command->source,
                              "sent",       "",          context.wall()};
    // The one reply goes to whoever is first: the refusal here, or the end that comes over the core.
    auto once = std::make_shared<Reply>(std::move(reply));
    const Reply first = [once](Answer answer) {
        if (Reply chosen = std::exchange(*once, nullptr)) chosen(std::move(answer));
    };
    if (wait) reply_at_end(context, *command, sent, first);
    const auto cmd_id = context.hub.command(*command);
    if (!cmd_id) return first(error_answer(cmd_id.error()));
    sent.cmd_id = *cmd_id;
    if (!wait) first(json_answer(view_of(sent), 202));
}

void post_control(Context& context, const Request& request, Reply reply) {
    const auto body = parse_body(request.body);
    if (!body) return reply(error_answer(body.error()));
    const core::Board* board = find_board(context, request.param("uid"));
    if (!board) return reply(error_answer(no_board(request.param("uid"))));
    if (!board->is_virtual) {
        return reply(error_answer({ErrorCode::unsupported, "Only a virtual board can be pressed from here",
                                   "Press the button on the board itself."}));
    }
    if (!may_control(*body)) {
        return reply(error_answer({ErrorCode::invalid_argument, "This is not a request that the control socket takes",
                                   R"(For example ["press","call",200]; docs/protocol.md, section 3.)"}));
    }
    context.hub.control(board->uid, *body,
                        [reply](const base::Result<Json>& result) { reply(control_answer(result)); });
}

void get_screen(Context& context, const Request& request, Reply reply) {
    const core::Board* board = find_board(context, request.param("uid"));
    if (!board) return reply(error_answer(no_board(request.param("uid"))));
    const core::Face* face = context.hub.face(board->uid);
    if (!face) {
        return reply(
            error_answer({ErrorCode::not_found, "This board shows no screen here",
                          "A virtual board with a screen does while it runs: ouro run APP --board virtual:badge"}));
    }
    context.query(
        [pixels = face->pixels()] {
            Answer answer;
            answer.body = png_of(pixels);
            answer.content_type = "image/png";
            if (!answer.body.empty()) return answer;
            return error_answer({ErrorCode::internal, "The picture could not be made", "Is there memory left?"});
        },
        std::move(reply));
}

void get_history(Context& context, const Request& request, Reply reply) {
    const std::string uid(request.param("uid"));
    const std::string id(request.param("id"));
    const auto span = query_span(request, context.wall());
    const auto points = query_number<std::size_t>(request, "points", 1000);
    if (!span) return reply(error_answer(span.error()));
    if (!points || *points < 1 || *points > 10'000) {
        return reply(error_answer(bad_query("points", "a whole number from 1 to 10,000")));
    }
    std::string unit;
    const core::Board* board = find_board(context, uid);
    if (!board) return reply(error_answer(no_board(uid)));
    for (const core::Entity& entity : board->entities) {
        if (entity.id == id) unit = entity.options.value("unit_of_measurement", "");
    }
    const timeline::Store& store = context.store;
    context.query(
        [&store, uid, id, unit, span = *span, points = *points] {
            const auto samples = store.samples(uid, id, span, points);
            if (!samples) return error_answer(samples.error());
            Json rows = Json::array();
            for (const timeline::Point& p : *samples) rows.push_back({core::ms_of(p.at), p.min, p.mean, p.max});
            return json_answer({{"uid", uid}, {"id", id}, {"unit", unit}, {"points", std::move(rows)}});
        },
        std::move(reply));
}

void get_sessions(Context& context, const Request&, Reply reply) {
    Json list = Json::array();
    for (const core::SessionInfo& session : context.hub.sessions()) list.push_back(view_of(session));
    reply(json_answer(list));
}

void delete_session(Context& context, const Request& request, Reply reply) {
    if (const auto ended = context.hub.end_session(request.param("id")); !ended) {
        return reply(error_answer(ended.error()));
    }
    Answer answer;
    answer.status = 204;
    answer.content_type.clear();
    reply(std::move(answer));
}

void get_home(Context& context, const Request&, Reply reply) {
    reply(json_answer(view_of(context.hub.home_report(), context.hub.boards())));
}

void post_forget(Context& context, const Request& request, Reply reply) {
    const auto body = parse_body(request.body);
    if (!body) return reply(error_answer(body.error()));
    const Json* list = body->is_object() && body->contains("topics") ? &(*body)["topics"] : nullptr;
    const auto is_text = [](const Json& topic) { return topic.is_string(); };
    if (list == nullptr || !list->is_array() || !std::all_of(list->begin(), list->end(), is_text)) {
        return reply(error_answer({ErrorCode::invalid_argument, "The body must be an object with the list `topics`",
                                   "GET /api/home lists those of orphans."}));
    }
    reply(json_answer({{"forgotten", context.hub.forget_orphans(list->get<std::vector<std::string>>())}}));
}

void get_timeline(Context& context, const Request& request, Reply reply) {
    const std::string uid(request.find_query("uid").value_or(""));
    const std::string what(request.find_query("what").value_or(""));
    const auto limit = query_number<std::size_t>(request, "limit", 100);
    const auto before = query_number<std::int64_t>(request, "before", 0);
    if (!uid.empty() && !protocol::link::is_uid(uid)) {
        return reply(error_answer(bad_query("uid", "4 to 32 lower-case letters and digits")));
    }
    if (!is_known_kind(what)) {
        return reply(error_answer(bad_query("what", "event, state, output, command, log or crash")));
    }
    if (!limit || *limit < 1 || *limit > 1000) {
        return reply(error_answer(bad_query("limit", "a whole number from 1 to 1,000")));
    }
    if (!before || *before < 0) return reply(error_answer(bad_query("before", "the seq of an earlier entry")));
    std::optional<std::int64_t> before_seq;
    if (request.find_query("before")) before_seq = *before;
    const timeline::Store& store = context.store;
    context.query(
        [&store, uid, what, limit = *limit, before_seq] {
            const auto entries = store.entries(uid, what, limit, before_seq);
            if (!entries) return error_answer(entries.error());
            Json list = Json::array();
            for (const timeline::Entry& entry : *entries) list.push_back(view_of(entry));
            return json_answer(list);
        },
        std::move(reply));
}

void get_profile(Context&, const Request& request, Reply reply) {
    const Asset* profile = find_asset(profile_assets(), request.param("name"));
    if (!profile) {
        return reply(error_answer({ErrorCode::not_found, "There is no board profile of that name",
                                   "The profiles are the files of firmware/boards."}));
    }
    reply(asset_answer(*profile, Head{}));
}

} // namespace hub::api
