// SPDX-License-Identifier: Apache-2.0
#include "hub/api/admission.hpp"

#include "hub/api/answers.hpp"
#include "hub/api/routes.hpp"
#include "hub/core/safe_json.hpp"

#include <algorithm>

namespace hub::api {

using base::ErrorCode;

namespace {

constexpr std::string_view bearer = "Bearer ";
constexpr std::size_t user_size_max = 64;

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

// "name:port", "name", "[::1]:port" → the name; empty when it is none of these.
std::string name_of(std::string_view host) {
    std::size_t end = 0;
    if (host.starts_with('[')) {
        end = host.find(']');
        if (end == std::string_view::npos) return {};
        ++end;
    } else {
        end = std::min(host.find(':'), host.size());
    }
    const std::string_view port = host.substr(end);
    const bool port_is_fine = port.empty() || (port.size() >= 2 && port.size() <= 6 && port[0] == ':' &&
                                               port.find_first_not_of("0123456789", 1) == std::string_view::npos);
    return port_is_fine ? lower(host.substr(0, end)) : std::string();
}

// The value of one cookie in a Cookie header.
std::string_view find_cookie(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const std::size_t end = std::min(header.find(';'), header.size());
        std::string_view pair = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
            return pair.substr(name.size() + 1);
        }
    }
    return {};
}

bool is_type(std::string_view content_type, std::string_view wanted) {
    const std::string_view type = content_type.substr(0, content_type.find(';'));
    return lower(type.substr(0, type.find_last_not_of(' ') + 1)) == wanted;
}

bool is_same_site(std::string_view origin, std::string_view host) {
    // A proxy may speak TLS for us; the name and port are what tells sites apart.
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme) && lower(origin.substr(scheme.size())) == lower(host)) return true;
    }
    return false;
}

Answer other_site() {
    return error_answer(403, ErrorCode::refused, "The request comes from another site's page",
                        "Open the hub's own page; its address must be the one the browser shows.");
}

/// Home Assistant has checked who it is by a cookie, which another site's page sends along: the Origin tells. The Host
/// is that of the container.
std::optional<Answer> check_ingress_origin(const Head& head) {
    if (!head.has_origin || is_same_site(head.origin, head.forwarded_host)) return std::nullopt;
    return other_site();
}

std::optional<Answer> check_change(const Route& route, const Head& head) {
    if (head.x_ouro != "1") {
        return error_answer(403, ErrorCode::refused, "A change must carry the header X-Ouro: 1",
                            "Send the header; a web page of another site can't.");
    }
    if (route.takes_file && !is_type(head.content_type, "application/octet-stream")) {
        return error_answer(415, ErrorCode::unsupported, "The body of a file must be application/octet-stream",
                            "Send the header Content-Type: application/octet-stream.");
    }
    if (!route.takes_file && !is_type(head.content_type, "application/json")) {
        return error_answer(415, ErrorCode::unsupported, "The body of a change must be application/json",
                            "Send the header Content-Type: application/json.");
    }
    return std::nullopt;
}

} // namespace

Admission::Admission(Access& access, std::vector<std::string> host_names, std::string cookie_name)
    : access_(access),
      host_names_(std::move(host_names)),
      cookie_name_(std::move(cookie_name)) {
    for (std::string& name : host_names_) name = lower(name);
    for (const char* name : {"127.0.0.1", "localhost", "[::1]"}) host_names_.emplace_back(name);
}

std::optional<Answer> Admission::check_origin(const Head& head, const Peer& peer) const {
    if (peer.local) return std::nullopt;
    if (peer.ingress) return check_ingress_origin(head);
    const std::string name = name_of(head.host);
    const bool host_known = std::find(host_names_.begin(), host_names_.end(), name) != host_names_.end();
    if (head.host_repeated || name.empty() || !host_known) {
        return error_answer(421, ErrorCode::refused, "This hub does not go by that name",
                            "Use http://127.0.0.1, or add the name to allowed_hosts in ouro.toml.");
    }
    if (!head.has_origin) return std::nullopt;
    if (is_same_site(head.origin, head.host)) return std::nullopt;
    return other_site();
}

std::optional<Answer> Admission::authenticate(const Head& head, const Peer& peer, Caller& caller) {
    if (peer.local) {
        caller = {Role::admin, {}, "cli", {}};
        return std::nullopt;
    }
    if (peer.ingress) {
        caller = {Role::operator_, {}, "web", core::printable(head.remote_user, user_size_max)};
        return std::nullopt;
    }
    if (!head.authorization.empty()) {
        if (access_.braked(peer.address)) return too_many_tries();
        const std::string_view header = head.authorization;
        if (header.starts_with(bearer)) caller = {access_.role_of(header.substr(bearer.size())), {}, "api", {}};
        if (caller.role == Role::none) access_.note_failure(peer.address);
        return std::nullopt;
    }
    caller = access_.find_session(find_cookie(head.cookie, cookie_name_));
    return std::nullopt;
}

std::optional<Answer> Admission::check_caller(const Route& route, const Head& head, const Peer& peer, Caller& caller) {
    if (auto refusal = authenticate(head, peer, caller)) return refusal;
    if (caller.role < route.role) {
        if (caller.role == Role::none) return sign_in_needed();
        return error_answer(403, ErrorCode::refused, "Your role may not do this",
                            "Sign in with a token of the role " + std::string(role_name(route.role)) + ".");
    }
    if (route.upgrade && !peer.local && !head.has_origin && !caller.session.empty()) {
        return error_answer(403, ErrorCode::refused, "A WebSocket with a cookie must name its Origin",
                            "Browsers do; a script should send Authorization: Bearer instead of the cookie.");
    }
    if (route.method != "GET") return check_change(route, head);
    return std::nullopt;
}

Answer sign_in_needed() {
    return error_answer(401, ErrorCode::refused, "You are not signed in",
                        "Open the address that `ouro url` prints, or paste its token.");
}

Answer too_many_tries() {
    Answer answer = error_answer(429, ErrorCode::rate_limited, "Too many wrong tokens from your address",
                                 "Wait a minute, then use the token that `ouro url` prints.");
    answer.headers.emplace_back("Retry-After", "60");
    return answer;
}

} // namespace hub::api
