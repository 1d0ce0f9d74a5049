// SPDX-License-Identifier: Apache-2.0
// Any text at all as a board's greeting: the login ends, takes no more than it is given, and lets in for the welcome
// only.
#include "base/expect.hpp"
#include "hub/workbench/net/webrepl_login.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using hub::workbench::WebReplLogin;
    const std::string_view whole(reinterpret_cast<const char*>(data), size);
    std::string_view text = whole;
    WebReplLogin login;
    const std::size_t piece = size == 0 ? 1 : data[0] % 32U + 1;
    std::size_t asked_at = 0;
    while (!text.empty()) {
        const auto before = login.step();
        const std::size_t taken = login.read(text.substr(0, piece));
        expect(taken <= text.size() && taken <= piece);
        text.remove_prefix(taken);
        if (login.step() == WebReplLogin::Step::password_wanted) {
            asked_at = whole.size() - text.size();
            login.password_sent();
            continue;
        }
        if (login.step() == before && taken == 0) break;
    }
    const std::string_view read = whole.substr(0, whole.size() - text.size());
    if (login.step() == WebReplLogin::Step::let_in) {
        expect(asked_at > 0 && read.ends_with("WebREPL connected\r\n"));
    }
    expect(login.step() != WebReplLogin::Step::denied || read.ends_with("Access denied"));
    return 0;
}
