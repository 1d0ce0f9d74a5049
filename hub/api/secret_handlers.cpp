// SPDX-License-Identifier: Apache-2.0
// What the routes about secrets do: names come out, values only go in.
#include "hub/api/answers.hpp"
#include "hub/api/handlers.hpp"
#include "protocol/link/names.hpp"

namespace hub::api {

using base::ErrorCode;
using core::Json;

namespace {

Json view_of(const core::SecretFacts& secret) {
    const Json board = secret.board.empty() ? Json() : Json(secret.board);
    return {{"name", secret.name}, {"board", board}, {"set_at_ms", secret.set_at_ms}};
}

/// The board that a secret is for alone: the query's `board`, or empty for all.
base::Result<std::string> board_of(const Request& request) {
    const auto board = request.find_query("board");
    if (!board) return std::string();
    if (protocol::link::is_uid(*board)) return std::string(*board);
    return base::fail(ErrorCode::invalid_argument, "The query's board must be 4 to 32 lower-case letters and digits",
                      "Leave it out for all boards.");
}

base::Result<std::string> value_of(const Request& request) {
    const auto body = parse_body(request.body);
    if (!body) return tl::unexpected(body.error());
    const auto value = body->is_object() ? body->find("value") : body->end();
    if (value != body->end() && value->is_string()) return value->get<std::string>();
    return base::fail(ErrorCode::invalid_argument, "The body must be an object with the text `value`");
}

} // namespace

void get_secrets(Context& context, const Request&, Reply reply) {
    context.query(
        [&keeper = context.hub.secrets()] {
            const auto secrets = keeper.list();
            if (!secrets) return error_answer(secrets.error());
            Json list = Json::array();
            for (const core::SecretFacts& secret : *secrets) list.push_back(view_of(secret));
            return json_answer(list);
        },
        std::move(reply));
}

void put_secret(Context& context, const Request& request, Reply reply) {
    const auto board = board_of(request);
    if (!board) return reply(error_answer(board.error()));
    auto value = value_of(request);
    if (!value) return reply(error_answer(value.error()));
    context.query(
        [&keeper = context.hub.secrets(), name = std::string(request.param("name")), board = *board,
         value = std::move(*value)] {
            const auto kept = keeper.keep(name, board, value);
            return kept ? json_answer(view_of(*kept)) : error_answer(kept.error());
        },
        std::move(reply));
}

void delete_secret(Context& context, const Request& request, Reply reply) {
    const auto board = board_of(request);
    if (!board) return reply(error_answer(board.error()));
    context.query(
        [&keeper = context.hub.secrets(), name = std::string(request.param("name")), board = *board] {
            const auto removed = keeper.remove(name, board);
            if (!removed) return error_answer(removed.error());
            Answer answer;
            answer.status = 204;
            answer.content_type.clear();
            return answer;
        },
        std::move(reply));
}

} // namespace hub::api
