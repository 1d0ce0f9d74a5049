// SPDX-License-Identifier: Apache-2.0
#include "hub/api/routes.hpp"

#include "hub/api/handlers.hpp"

#include <array>

namespace hub::api {

namespace {

constexpr std::array route_table{
    Route{"GET", "/health", Role::none, get_health},
    Route{"POST", "/api/login", Role::none, post_login},
    Route{"POST", "/api/logout", Role::viewer, post_logout},
    Route{"GET", "/api/me", Role::viewer, get_me},
    Route{"GET", "/api/boards", Role::viewer, get_boards},
    Route{"GET", "/api/boards/{uid}", Role::viewer, get_board},
    Route{"POST", "/api/boards/{uid}/entities/{id}/set", Role::operator_, post_set},
    Route{"POST", "/api/boards/{uid}/control", Role::operator_, post_control},
    Route{"GET", "/api/boards/{uid}/screen.png", Role::viewer, get_screen},
    Route{"GET", "/api/boards/{uid}/face", Role::viewer, nullptr, true},
    Route{"GET", "/api/boards/{uid}/history/{id}", Role::viewer, get_history},
    Route{"GET", "/api/sessions", Role::viewer, get_sessions},
    Route{"DELETE", "/api/sessions/{id}", Role::operator_, delete_session},
    Route{"GET", "/api/sessions/{id}/line", Role::viewer, nullptr, true},
    Route{"GET", "/api/jobs", Role::viewer, get_jobs},
    Route{"POST", "/api/jobs", Role::operator_, post_job},
    Route{"GET", "/api/jobs/{id}", Role::viewer, get_job},
    Route{"DELETE", "/api/jobs/{id}", Role::operator_, delete_job},
    Route{"GET", "/api/ports", Role::viewer, get_ports},
    Route{"GET", "/api/firmware", Role::viewer, get_firmware},
    Route{"POST", "/api/firmware/uploads", Role::operator_, nullptr, false, true},
    Route{"DELETE", "/api/firmware/uploads/{id}", Role::operator_, delete_upload},
    Route{"GET", "/api/home", Role::viewer, get_home},
    Route{"POST", "/api/home/forget", Role::operator_, post_forget},
    Route{"GET", "/api/secrets", Role::admin, get_secrets},
    Route{"PUT", "/api/secrets/{name}", Role::admin, put_secret},
    Route{"DELETE", "/api/secrets/{name}", Role::admin, delete_secret},
    Route{"GET", "/api/timeline", Role::viewer, get_timeline},
    Route{"GET", "/api/profiles/{name}", Role::viewer, get_profile},
    Route{"GET", "/api/ws", Role::viewer, nullptr, true},
};

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool decode(std::string_view text, bool plus_is_space, std::string& into) {
    into.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            into += ' ';
        } else if (text[i] != '%') {
            into += text[i];
        } else {
            if (i + 2 >= text.size()) return false;
            const int high = digit_of(text[i + 1]);
            const int low = digit_of(text[i + 2]);
            if (high < 0 || low < 0 || (high == 0 && low == 0)) return false;
            into += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return true;
}

// Cuts the text up to `separator` off the front of `rest`.
std::string_view cut(std::string_view& rest, char separator) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

bool parse_query(std::string_view query, Request& request) {
    while (!query.empty()) {
        std::string_view pair = cut(query, '&');
        const std::string_view raw_name = cut(pair, '=');
        std::string name;
        std::string value;
        if (!decode(raw_name, true, name) || !decode(pair, true, value)) return false;
        request.query.emplace_back(std::move(name), std::move(value));
    }
    return true;
}

// Whether `path` has the shape of `pattern`; fills the named parts.
bool matches(std::string_view pattern, std::string_view path, Request& request, bool& malformed) {
    request.path.clear();
    while (!pattern.empty() && !path.empty()) {
        const bool last_wanted = pattern.find('/', 1) == std::string_view::npos;
        const bool last_given = path.find('/', 1) == std::string_view::npos;
        if (last_wanted != last_given) return false;
        pattern.remove_prefix(1);
        path.remove_prefix(1);
        const std::string_view wanted = pattern.substr(0, pattern.find('/'));
        const std::string_view given = path.substr(0, path.find('/'));
        pattern.remove_prefix(wanted.size());
        path.remove_prefix(given.size());
        if (wanted.starts_with('{')) {
            std::string value;
            if (given.empty()) return false;
            if (!decode(given, false, value)) malformed = true;
            request.path.emplace_back(wanted.substr(1, wanted.size() - 2), std::move(value));
        } else if (wanted != given) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

} // namespace

std::span<const Route> routes() { return route_table; }

Match find_route(std::string_view method, std::string_view target, Request& request) {
    Match match;
    if (!target.starts_with('/')) return match;
    const std::string_view path = cut(target, '?');
    for (const Route& route : route_table) {
        bool malformed = false;
        if (!matches(route.pattern, path, request, malformed)) continue;
        match.path_known = true;
        if (route.method != method) continue;
        match.route = &route;
        match.malformed = malformed || !parse_query(target, request);
        return match;
    }
    return match;
}

} // namespace hub::api
