// SPDX-License-Identifier: Apache-2.0
// What the routes about jobs, ports and firmware do.
#include "hub/api/answers.hpp"
#include "hub/api/handlers.hpp"
#include "hub/jobs/desk.hpp"

namespace hub::api {

using core::Json;

namespace {

Answer answer_of(const base::Result<jobs::Job>& job, unsigned status) {
    return job ? json_answer(jobs::json_of(*job), status) : error_answer(job.error());
}

Answer answer_of(const base::Result<Json>& json) { return json ? json_answer(*json) : error_answer(json.error()); }

} // namespace

void get_jobs(Context& context, const Request&, Reply reply) {
    reply(json_answer(jobs::json_of(context.hub.desk().list())));
}

void post_job(Context& context, const Request& request, Reply reply) {
    const auto body = parse_body(request.body);
    if (!body) return reply(error_answer(body.error()));
    const bool by_admin = request.caller.role >= Role::admin;
    reply(answer_of(context.hub.desk().start(*body, request.caller.source, by_admin), 202));
}

void get_job(Context& context, const Request& request, Reply reply) {
    const jobs::Job* const job = context.hub.desk().find(request.param("id"));
    if (job != nullptr) return reply(json_answer(jobs::json_of(*job)));
    reply(error_answer({base::ErrorCode::not_found, "There is no such job", "`ouro jobs` lists them."}));
}

void delete_job(Context& context, const Request& request, Reply reply) {
    const bool force = request.find_query("force").value_or("0") == "1";
    reply(answer_of(context.hub.desk().cancel(request.param("id"), force), 202));
}

void get_ports(Context& context, const Request&, Reply reply) {
    context.hub.desk().ask_ports(
        [reply = std::move(reply)](const base::Result<Json>& ports) { reply(answer_of(ports)); });
}

void get_firmware(Context& context, const Request&, Reply reply) {
    context.hub.desk().ask_firmware(
        [reply = std::move(reply)](const base::Result<Json>& list) { reply(answer_of(list)); });
}

void delete_upload(Context& context, const Request& request, Reply reply) {
    if (const auto removed = context.hub.desk().remove_upload(request.param("id")); !removed) {
        return reply(error_answer(removed.error()));
    }
    Answer answer;
    answer.status = 204;
    answer.content_type.clear();
    reply(std::move(answer));
}

} // namespace hub::api
