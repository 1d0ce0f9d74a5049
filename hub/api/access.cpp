// SPDX-License-Identifier: Apache-2.0
#include "hub/api/access.hpp"

#include "base/expect.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace hub::api {

namespace {

constexpr base::Micros failure_window = base::from_ms(60'000);
constexpr base::Micros session_unused_max = base::from_ms(std::int64_t{30} * 24 * 3600 * 1000);
constexpr std::size_t sessions_max = 256;
constexpr std::size_t addresses_max = 1024;

std::string hex(const std::array<unsigned char, 32>& bytes) {
    std::array<char, 65> text{};
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    return text.data();
}

} // namespace

Access::Access(const std::vector<Token>& tokens, const base::Clock& clock) : clock_(clock) {
    expect(sodium_init() >= 0);
    for (const Token& token : tokens) {
        expect(!token.text.empty() && token.text.size() <= token_size_max);
        tokens_.push_back({token.role, hash_of(token.text)});
    }
}

Access::Hash Access::hash_of(std::string_view text) {
    Hash hash{};
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    crypto_generichash(hash.data(), hash.size(), bytes, text.size(), nullptr, 0);
    return hash;
}

Role Access::role_of(std::string_view token) const {
    if (token.empty() || token.size() > token_size_max) return Role::none;
    const Hash hash = hash_of(token);
    Role role = Role::none;
    // Every known token is compared whole, so that time tells nothing.
    for (const Known& known : tokens_) {
        if (sodium_memcmp(hash.data(), known.hash.data(), hash.size()) == 0) role = std::max(role, known.role);
    }
    return role;
}

bool Access::braked(const std::string& address) {
    const auto found = failures_.find(address);
    if (found == failures_.end()) return false;
    std::deque<base::Micros>& times = found->second;
    while (!times.empty() && clock_.now() - times.front() >= failure_window) times.pop_front();
    if (times.size() >= failures_max) return true;
    if (times.empty()) failures_.erase(found);
    return false;
}

void Access::note_failure(const std::string& address) {
    if (failures_.size() >= addresses_max && !failures_.contains(address)) {
        const auto oldest = std::min_element(failures_.begin(), failures_.end(), [](const auto& a, const auto& b) {
            return a.second.back() < b.second.back();
        });
        failures_.erase(oldest);
    }
    std::deque<base::Micros>& times = failures_[address];
    times.push_back(clock_.now());
    if (times.size() > failures_max) times.pop_front();
}

std::string Access::open_session(Role role) {
    if (sessions_.size() >= sessions_max) {
        sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(), [](const auto& a, const auto& b) {
            return a.second.used_at < b.second.used_at;
        }));
    }
    std::string cookie = make_token();
    sessions_[hex(hash_of(cookie))] = {role, clock_.now()};
    return cookie;
}

Caller Access::find_session(std::string_view cookie) {
    if (cookie.empty() || cookie.size() > token_size_max) return {};
    const std::string key = hex(hash_of(cookie));
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) return {};
    if (clock_.now() - found->second.used_at > session_unused_max) {
        sessions_.erase(found);
        return {};
    }
    found->second.used_at = clock_.now();
    return {found->second.role, key, "web", {}};
}

void Access::close_session(const std::string& session) { sessions_.erase(session); }

} // namespace hub::api
