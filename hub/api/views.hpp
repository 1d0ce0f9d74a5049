// SPDX-License-Identifier: Apache-2.0
// The hub's picture of the world in the JSON shapes of openapi.yaml.
#pragma once

#include "hub/core/console_session.hpp"
#include "hub/core/home_report.hpp"
#include "hub/core/model.hpp"
#include "hub/timeline/store.hpp"

#include <string_view>
#include <vector>

namespace hub::api {

core::Json view_of(const core::Board& board);
core::Json view_of(const std::vector<core::Board>& boards);
core::Json view_of(const core::CommandChanged& command);
core::Json view_of(const core::SessionInfo& session);
/// With what Home Assistant would not take of each board's declaration.
core::Json view_of(const core::HomeReport& report, const std::vector<core::Board>& boards);
core::Json view_of(const timeline::Entry& entry);
core::Json view_of(const timeline::Health& health);

/// The WsMessage of a change. Null for those that are told by a whole `board` message: BoardChanged, EntitiesDeclared.
core::Json message_of(const core::Change& change);
core::Json board_message(const core::Board& board);

} // namespace hub::api
