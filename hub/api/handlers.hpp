// SPDX-License-Identifier: Apache-2.0
// What each route does. Every handler calls its `Reply` exactly once, at once or later.
#pragma once

#include "hub/api/access.hpp"
#include "hub/api/api.hpp"
#include "hub/api/request.hpp"

#include <functional>
#include <string>

namespace hub::api {

/// What the handlers may use; all of it on the core's thread.
struct Context {
    Api::Dependencies& hub;
    const timeline::Store& store;
    Access& access;
    std::string cookie_name;
    std::function<core::Time()> wall;
    /// Runs the query on the pool, and the reply with its answer back on the core's thread.
    std::function<void(std::function<Answer()> query, Reply reply)> query;
    /// Calls back once: with the end of that command, or with nothing some time after its `ttl_ms`.
    std::function<void(const std::string& uid, const std::string& cmd_id, int ttl_ms,
                       std::function<void(const core::CommandChanged*)>)>
        await_outcome;
    /// Closes the WebSockets of a session that ended.
    std::function<void(const std::string& session)> close_viewers;
};

void get_health(Context& context, const Request& request, Reply reply);
void post_login(Context& context, const Request& request, Reply reply);
void post_logout(Context& context, const Request& request, Reply reply);
void get_me(Context& context, const Request& request, Reply reply);
void get_boards(Context& context, const Request& request, Reply reply);
void get_board(Context& context, const Request& request, Reply reply);
void post_set(Context& context, const Request& request, Reply reply);
void post_control(Context& context, const Request& request, Reply reply);
void get_screen(Context& context, const Request& request, Reply reply);
void get_history(Context& context, const Request& request, Reply reply);
void get_sessions(Context& context, const Request& request, Reply reply);
void delete_session(Context& context, const Request& request, Reply reply);
void get_jobs(Context& context, const Request& request, Reply reply);
void post_job(Context& context, const Request& request, Reply reply);
void get_job(Context& context, const Request& request, Reply reply);
void delete_job(Context& context, const Request& request, Reply reply);
void get_ports(Context& context, const Request& request, Reply reply);
void get_firmware(Context& context, const Request& request, Reply reply);
void delete_upload(Context& context, const Request& request, Reply reply);
void get_home(Context& context, const Request& request, Reply reply);
void post_forget(Context& context, const Request& request, Reply reply);
void get_secrets(Context& context, const Request& request, Reply reply);
void put_secret(Context& context, const Request& request, Reply reply);
void delete_secret(Context& context, const Request& request, Reply reply);
void get_timeline(Context& context, const Request& request, Reply reply);
void get_profile(Context& context, const Request& request, Reply reply);

} // namespace hub::api
