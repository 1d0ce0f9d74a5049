// SPDX-License-Identifier: Apache-2.0
#include "cli/network_address.hpp"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

namespace cli {

using hub::workbench::PortAddress;
using Kind = PortAddress::Kind;

namespace {

const char* variable_of(Kind kind) {
    switch (kind) {
    case Kind::webrepl: return "OURO_WEBREPL_PASSWORD";
    case Kind::web_workflow: return "OURO_WEB_PASSWORD";
    case Kind::rfc2217:
    case Kind::tcp: break;
    }
    return nullptr;
}

/// What is typed stays unseen.
std::string ask(const PortAddress& address) {
    std::fprintf(stderr, "Password of %s: ", address.text().c_str());
    termios before{};
    const bool is_terminal = ::tcgetattr(STDIN_FILENO, &before) == 0;
    termios hidden = before;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (is_terminal) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    std::string password;
    std::getline(std::cin, password);
    if (is_terminal) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fputc('\n', stderr);
    return password;
}

} // namespace

Outcome<PortAddress> read_address(const std::string& text) {
    auto address = hub::workbench::parse_port_address(text);
    if (!address) {
        Failure failure = failure_of(address.error());
        failure.exit = exit_usage;
        return tl::unexpected(failure);
    }
    const char* const variable = variable_of(address->kind);
    if (variable == nullptr || !address->password.empty()) return *address;
    if (const char* const value = std::getenv(variable); value != nullptr) address->password = value;
    if (address->password.empty() && ::isatty(STDIN_FILENO) != 0) address->password = ask(*address);
    if (address->password.empty()) {
        return fail(exit_usage, address->text() + " wants a password", std::string("Put it into ") + variable + ".");
    }
    if (const auto checked = hub::workbench::check_password(address->kind, address->password); !checked) {
        return fail(exit_usage, std::string(checked.error().message.view()));
    }
    return *address;
}

} // namespace cli
