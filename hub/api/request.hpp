// SPDX-License-Identifier: Apache-2.0
// A request and its answer as the API's own code sees them: no sockets, no HTTP library.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hub::api {

/// What somebody may do; each role may do all that the one before it may.
enum class Role : std::uint8_t { none, viewer, operator_, admin };

/// The word of a role in openapi.yaml: "none", "viewer", "operator", "admin".
std::string_view role_name(Role role) noexcept;

/// What a request says before its body. Absent headers are empty.
struct Head {
    std::string method;
    std::string target; ///< as sent: path and query, percent-encoded
    std::string host;
    std::string origin;
    bool has_origin = false; ///< an empty Origin is an Origin too
    std::string cookie;
    std::string authorization;
    std::string content_type;
    std::string x_ouro;
    std::string accept_encoding;
    std::string if_none_match;
    std::string forwarded_host; ///< the name in the browser's address, as Home Assistant's ingress tells it
    std::string remote_user;    ///< who is signed in there, as it shows him
    bool host_repeated = false;
    bool upgrade = false; ///< asks to become a WebSocket
};

/// Where it came from.
struct Peer {
    bool local = false;   ///< the Unix socket: whoever can open it is admin
    std::string address;  ///< the other side's IP address; empty when local
    bool ingress = false; ///< it came through Home Assistant's ingress, which has let the person in
};

/// Who asks, found out by `Access`.
struct Caller {
    Role role = Role::none;
    std::string session; ///< the key of a cookie's session; empty without one
    std::string source;  ///< where its commands come from: "web", "cli", "api"
    std::string user;    ///< by ingress: who it is, for people to read; at most 64 bytes
};

/// A request that was let in, with the parts of its address decoded.
struct Request {
    Peer peer;
    Caller caller;
    std::vector<std::pair<std::string, std::string>> path;  ///< by the names in the route's pattern
    std::vector<std::pair<std::string, std::string>> query; ///< in the order of the address
    std::string body;

    /// The part of the path named so in the route's pattern; empty if the pattern has none.
    std::string_view param(std::string_view name) const noexcept;
    /// The first value of that name in the query.
    std::optional<std::string_view> find_query(std::string_view name) const noexcept;
};

struct Answer {
    unsigned status = 200;
    std::string body;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers;
    std::span<const char> static_body; ///< sent instead of `body` when `is_static`; lives as long as the program
    bool is_static = false;
};

/// Takes the answer of one request; called exactly once, on the core's thread.
using Reply = std::function<void(Answer)>;

} // namespace hub::api
