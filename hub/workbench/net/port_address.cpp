// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/net/port_address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace hub::workbench {
namespace {

using base::ErrorCode;
using Kind = PortAddress::Kind;

constexpr std::size_t host_max = 253; // of a name in DNS

struct Scheme {
    std::string_view name;
    Kind kind;
    std::uint16_t port; ///< that it has by itself; 0: it must be said
    bool has_password;
};

constexpr std::array schemes{
    Scheme{"rfc2217", Kind::rfc2217, 0, false},
    Scheme{"tcp", Kind::tcp, 0, false},
    Scheme{"ws", Kind::webrepl, 8266, true},
    Scheme{"http", Kind::web_workflow, 80, true},
};

const Scheme& scheme_of(Kind kind) {
    return *std::find_if(schemes.begin(), schemes.end(), [&](const Scheme& one) { return one.kind == kind; });
}

tl::unexpected<base::Error> wrong(std::string_view what) {
    return base::fail(ErrorCode::invalid_argument, what,
                      "rfc2217://HOST:PORT, tcp://HOST:PORT, ws://HOST[:8266] or http://HOST[:80]");
}

bool is_one_of(char c, std::string_view more) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
}

std::optional<int> hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const auto high = hex_digit(text[i + 1]);
        const auto low = hex_digit(text[i + 2]);
        if (!high || !low) return std::nullopt;
        plain += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    return plain;
}

base::Result<> read_password(PortAddress& address, const Scheme& scheme, std::string_view user) {
    if (!scheme.has_password) return wrong("a password stands before the host, and this kind of port takes none");
    if (!user.starts_with(':')) {
        return wrong("a user's name stands before the host; boards know none: a password follows a colon, as in "
                     "ws://:PASSWORD@HOST");
    }
    const auto password = percent_decoded(user.substr(1));
    if (!password) return wrong("a % in the password is not followed by two hexadecimal digits");
    address.password = *password;
    return check_password(address.kind, address.password);
}

// "host", "host:port", "[v6]" or "[v6]:port"; what follows the host is left.
base::Result<std::string_view> read_host(PortAddress& address, std::string_view text) {
    const bool bracketed = text.starts_with('[');
    const auto end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (end == std::string_view::npos) return wrong("the bracket before an IPv6 address is never closed");
    const std::string_view host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
    if (host.empty()) return wrong("no host is named");
    if (host.size() > host_max) return wrong("the host's name is too long");
    const std::string_view more = bracketed ? ":.%" : ".-_";
    if (!std::all_of(host.begin(), host.end(), [&](char c) { return is_one_of(c, more); })) {
        return wrong("the host's name has a character in it that no host's has");
    }
    address.host = host;
    return text.substr(end + (bracketed ? 1 : 0));
}

base::Result<> read_port(PortAddress& address, const Scheme& scheme, std::string_view text) {
    if (text.empty()) {
        address.port = scheme.port;
        if (scheme.port != 0) return {};
        return wrong("the port is missing: " + std::string(scheme.name) + "://" + address.host + ":PORT");
    }
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + 1, end, address.port);
    if (text[0] != ':' || read.ec != std::errc() || read.ptr != end || address.port == 0) {
        return wrong("what follows the host is no port: it is a number from 1 to 65535");
    }
    return {};
}

} // namespace

std::string PortAddress::authority() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == scheme_of(kind).port ? name : name + ":" + std::to_string(port);
}

std::string PortAddress::text() const { return std::string(scheme_of(kind).name) + "://" + authority(); }

bool is_port_address(std::string_view text) noexcept {
    const auto end = text.find("://");
    return end != std::string_view::npos && end > 0 && text.find('/') == end + 1;
}

base::Result<PortAddress> parse_port_address(std::string_view text) {
    if (text.size() > port_address_max) return wrong("the address is too long");
    const auto colon = text.find("://");
    const std::string_view name = text.substr(0, std::min(colon, text.size()));
    const auto scheme =
        std::find_if(schemes.begin(), schemes.end(), [&](const Scheme& one) { return one.name == name; });
    if (colon == std::string_view::npos || scheme == schemes.end()) {
        return base::fail(ErrorCode::unsupported, "no board is reached by such an address",
                          "rfc2217://HOST:PORT, tcp://HOST:PORT, ws://HOST[:8266] or http://HOST[:80]");
    }
    PortAddress address;
    address.kind = scheme->kind;
    std::string_view rest = text.substr(colon + 3);
    if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
        if (auto read = read_password(address, *scheme, rest.substr(0, at)); !read) {
            return tl::unexpected(read.error());
        }
        rest.remove_prefix(at + 1);
    }
    if (rest.ends_with('/')) rest.remove_suffix(1);
    const auto port = read_host(address, rest);
    if (!port) return tl::unexpected(port.error());
    if (auto read = read_port(address, *scheme, *port); !read) return tl::unexpected(read.error());
    return address;
}

base::Result<> check_password(Kind kind, std::string_view password) {
    const std::size_t max = kind == Kind::webrepl ? webrepl_password_max : web_password_max;
    if (password.size() > max) {
        return base::fail(ErrorCode::invalid_argument,
                          "the password is longer than boards know: " + std::to_string(max) + " characters at most");
    }
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (std::any_of(password.begin(), password.end(), is_control)) {
        return base::fail(ErrorCode::invalid_argument, "the password has a control character in it");
    }
    return {};
}

} // namespace hub::workbench
