// SPDX-License-Identifier: Apache-2.0
// Who may come in: tokens, the sessions they are traded for, and the brake on guessing.
#pragma once

#include "base/clock.hpp"
#include "hub/api/request.hpp"
#include "hub/core/token.hpp"

#include <array>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hub::api {

/// A secret that stands for a role.
struct Token {
    Role role = Role::none;
    std::string text;
};

/// The longest token that is looked at, in bytes.
inline constexpr std::size_t token_size_max = 128;
/// So many wrong tokens from one address within a minute, and the address waits.
inline constexpr std::size_t failures_max = 10;

using core::make_token;

/// Keeps only hashes; compares in constant time. Core's thread only.
class Access {
public:
    /// `clock` must outlive this.
    Access(const std::vector<Token>& tokens, const base::Clock& clock);

    /// The role of a token; `none` for a wrong, empty or overlong one.
    Role role_of(std::string_view token) const;

    /// Whether this address has to wait before its next try.
    bool braked(const std::string& address);
    void note_failure(const std::string& address);

    /// Opens a session and returns the cookie's value. At most 256 are open; the oldest one gives way.
    std::string open_session(Role role);
    /// The caller behind a cookie's value; role `none` when there is no such session, or it lay unused for 30 days.
    Caller find_session(std::string_view cookie);
    /// `session` as in `Caller::session`. Unknown ones are ignored.
    void close_session(const std::string& session);

private:
    using Hash = std::array<unsigned char, 32>;
    struct Known {
        Role role;
        Hash hash;
    };
    struct Session {
        Role role;
        base::Micros used_at;
    };

    static Hash hash_of(std::string_view text);

    const base::Clock& clock_;
    std::vector<Known> tokens_;
    std::map<std::string, Session> sessions_; // by the hex hash of the cookie's value
    std::map<std::string, std::deque<base::Micros>> failures_;
};

} // namespace hub::api
