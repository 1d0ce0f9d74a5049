// SPDX-License-Identifier: Apache-2.0
// The one table of what can be asked of the hub, and by whom.
#pragma once

#include "hub/api/request.hpp"

#include <span>
#include <string_view>

namespace hub::api {

struct Context;

/// One line of the table. `{name}` in `pattern` stands for one non-empty part of the path.
struct Route {
    std::string_view method;
    std::string_view pattern;
    Role role;
    void (*handle)(Context&, const Request&, Reply); ///< null for a WebSocket, and for a file
    bool upgrade = false;
    bool takes_file = false; ///< the body is a file, which is not kept in memory (file_body.hpp)
};

/// All routes, in the order of openapi.yaml.
std::span<const Route> routes();

/// What an address and method lead to.
struct Match {
    const Route* route = nullptr; ///< null: no such route
    bool path_known = false;      ///< the path exists, with another method
    bool malformed = false;       ///< broken percent-encoding
};

/// Finds the route and fills `path` and `query` of the request. Each part of the path is decoded once, after splitting.
Match find_route(std::string_view method, std::string_view target, Request& request);

} // namespace hub::api
