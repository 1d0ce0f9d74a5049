// SPDX-License-Identifier: Apache-2.0
// Fetches from the web, whatever it is for, under one policy.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace hub::workbench {

struct WebRequest {
    std::string url;
    std::string mirror{};                               ///< where a person has us fetch from instead; empty: nowhere
    std::uint64_t offset = 0;                           ///< how many bytes are here already
    std::uint64_t size_max = 0;                         ///< of all, with those
    std::chrono::seconds total_max{0};                  ///< for all of it; 0: as long as bytes come
    std::function<bool(std::string_view bytes)> take{}; ///< in order; false: they can't be kept
    /// How much there is of it; `total` is 0 as long as nobody has said.
    std::function<void(std::uint64_t done, std::uint64_t total)> on_progress{};
};

/// https with verified certificates. Plain http from this machine and from the server of `mirror` alone, also after a
/// redirect, of which there are at most five. 10 s to connect; 30 s without bytes end it. Blocks; any thread. Errors:
/// `refused` (plain http from elsewhere, another scheme, a certificate that is not right), `not_found`, `too_large`,
/// `unsupported` (the server does not go on at `offset`), `timeout`, `disconnected`, `io`.
base::Result<> web_fetch(const WebRequest& request);

} // namespace hub::workbench
