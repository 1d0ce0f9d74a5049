// SPDX-License-Identifier: Apache-2.0
// Collects the core's changes and makes each of them a WebSocket message once, however many clients listen.
#pragma once

#include "hub/api/outbox.hpp"
#include "hub/core/model.hpp"

#include <functional>
#include <string>
#include <vector>

namespace hub::api {

/// Changes are noted while the core works and become text at `flush`, when its picture may be read again. Core's thread
/// only.
class Broadcast {
public:
    /// `boards` is only called in `flush` and `snapshot`.
    explicit Broadcast(std::function<const std::vector<core::Board>&()> boards) : boards_(std::move(boards)) {}

    void note(const core::Change& change);
    bool empty() const noexcept { return noted_.empty(); }

    /// What was noted since, oldest first, in batches of about 64 KiB. A board that changed several times is told once.
    std::vector<SharedBatch> flush();

    /// The first message for a new client: all boards.
    SharedBatch snapshot() const;

private:
    struct Noted {
        std::string text; ///< the message; empty for "tell the whole board"
        std::string board;
    };

    std::function<const std::vector<core::Board>&()> boards_;
    std::vector<Noted> noted_;
};

} // namespace hub::api
