// SPDX-License-Identifier: Apache-2.0
// Looks at the screen and the LEDs of one virtual board, for as long as it is there.
#pragma once

#include "hub/core/face.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace hub::workbench {

/// A connection of its own, so that pictures never keep a request waiting. A board that goes away is looked for every
/// second; one that has no face is left alone. One thread: the io_context's.
class FaceWatcher {
public:
    /// `on_change` is called after each change that can be seen, never during a call of a member here.
    FaceWatcher(boost::asio::io_context& io, std::filesystem::path socket, std::uint64_t first_version,
                std::function<void()> on_change);
    ~FaceWatcher();
    FaceWatcher(const FaceWatcher&) = delete;
    FaceWatcher& operator=(const FaceWatcher&) = delete;

    void start();

    /// Null until the first whole picture.
    const core::Face* face() const noexcept;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace hub::workbench
