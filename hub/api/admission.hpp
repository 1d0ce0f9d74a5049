// SPDX-License-Identifier: Apache-2.0
// The door: which requests are let in, before anything acts on them.
#pragma once

#include "hub/api/access.hpp"
#include "hub/api/request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hub::api {

struct Route;

/// 401: no valid token or cookie came with the request.
Answer sign_in_needed();
/// 429: this address guessed too often.
Answer too_many_tries();

/// Host names under which the hub may be addressed besides 127.0.0.1, localhost and [::1]; compared in lower case.
/// Anything else is somebody else's name that was pointed at this address (DNS rebinding).
class Admission {
public:
    /// `access` must outlive this. `cookie_name` is the session cookie's.
    Admission(Access& access, std::vector<std::string> host_names, std::string cookie_name);

    /// For every request, static files too: 421 for a foreign Host, 403 for a foreign Origin.
    std::optional<Answer> check_origin(const Head& head, const Peer& peer) const;

    /// For a route: finds out who asks, and refuses with 401, 403, 415 or 429 what may not go on.
    std::optional<Answer> check_caller(const Route& route, const Head& head, const Peer& peer, Caller& caller);

    const std::string& cookie_name() const noexcept { return cookie_name_; }

private:
    std::optional<Answer> authenticate(const Head& head, const Peer& peer, Caller& caller);

    Access& access_;
    std::vector<std::string> host_names_;
    std::string cookie_name_;
};

} // namespace hub::api
