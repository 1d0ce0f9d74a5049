// SPDX-License-Identifier: Apache-2.0
// A board's face for the page and for files: what has changed since, and a PNG.
#pragma once

#include "hub/api/outbox.hpp"
#include "hub/core/face.hpp"

#include <cstdint>
#include <string>

namespace hub::api {

/// What one viewer of a face has not seen yet; null when it has seen everything. Nothing is kept for a slow viewer: it
/// asks when it has room, and gets the newest picture.
class FaceFeed {
public:
    /// `face` may be null: the board is not there, or has shown nothing yet.
    SharedBatch next(const core::Face* face);

private:
    std::uint64_t seen_ = 0;
};

/// A PNG file of 8 bits a channel; empty when there is not enough memory for it. Any thread.
std::string png_of(const core::Pixels& pixels);

} // namespace hub::api
