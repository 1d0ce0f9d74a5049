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
    /// A message of its own, as JSON text.
    void note_text(std::string message) { noted_.push_back({std::move(message), {}}); }
    bool empty() const noexcept { return noted_.empty(); }

    /// What was noted since, oldest first, in batches of about 64 KiB. A board that changed several times is told once.
    std::vector<SharedBatch> flush();

    /// The first messages for a new client: all boards, then `more`, JSON text.
    SharedBatch snapshot(std::string_view more) const;

private:
    struct Noted {
        std::string text; ///< the message; empty for "tell the whole board"
        std::string board;
    };

    std::function<const std::vector<core::Board>&()> boards_;
    std::vector<Noted> noted_;
};

} // namespace hub::api
