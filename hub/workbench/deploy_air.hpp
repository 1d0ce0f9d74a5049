// SPDX-License-Identifier: Apache-2.0
// An app's new version over the air: what is said to a board that asks for it (docs/protocol.md, "Updates").
#pragma once

#include "hub/workbench/app_files.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hub::workbench {

/// The least bytes that a board's key has.
inline constexpr std::size_t update_key_min = 16;

class AirUpdate {
public:
    /// `serial` grows with every update of that board: milliseconds since 1970. Errors: `not_found` when nothing in the
    /// app can be started, `too_large` for more than boards take.
    static base::Result<AirUpdate> make(const AppFolder& app, std::string_view uid, std::string_view key,
                                        std::int64_t serial);

    /// The first message: how long the list of files is, its hash, and the proof of who sends it.
    const nlohmann::json& begin() const noexcept { return begin_; }
    /// The answer to `{"want":path,"at":…,"size":…}`; nothing if that is none of this update. Error: `io` when the file
    /// has changed meanwhile.
    base::Result<std::optional<nlohmann::json>> answer(const nlohmann::json& asked) const;

private:
    AirUpdate(const AppFolder& app) : app_(&app) {}

    const AppFolder* app_;
    std::string manifest_;
    nlohmann::json begin_;
};

} // namespace hub::workbench
