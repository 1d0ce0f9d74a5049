// SPDX-License-Identifier: Apache-2.0
// Finds boards: in the folder of virtual ones, and on USB.
#pragma once

#include "base/result.hpp"
#include "hub/workbench/board_port.hpp"
#include "hub/workbench/port_rule.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace hub::workbench {

/// The most virtual boards that are watched; further ones are not seen.
inline constexpr std::size_t virtual_boards_max = 64;
/// The longest board.json that is read, in bytes.
inline constexpr std::size_t board_file_size_max = 4096;

/// Those in `folder` now, by the name of their folder; looked at, not opened. A board that was killed may still have
/// its folder: see `check_present`.
std::vector<BoardPort> list_virtual_boards(const std::filesystem::path& folder);

/// Finds `<folder>/*/` with `board.json`, `uart0` and `control.sock` (docs/protocol.md, section 3), as they come and
/// go, and the USB ports that a rule opens. One thread: the io_context's.
class BoardFinder {
public:
    class Listener {
    public:
        /// A board is there. One on USB has no uid yet, but a `usb_identity`. Must not destroy the finder.
        virtual void on_found(const BoardPort& port) = 0;
        /// Its folder or USB port is gone, or belongs to another board now.
        virtual void on_gone(const BoardPort& port) = 0;

    protected:
        ~Listener() = default;
    };

    /// `listener` outlives the finder. Without `usb` no USB port is looked at.
    BoardFinder(boost::asio::io_context& io, std::filesystem::path folder, Listener& listener,
                std::optional<PortRule> usb = std::nullopt);
    ~BoardFinder();
    BoardFinder(const BoardFinder&) = delete;
    BoardFinder& operator=(const BoardFinder&) = delete;

    /// Begins to watch; boards that are there already are found from the io_context's next turn on. The folder may come
    /// later, and may go. Error: `io` when the system has no more watches; when only USB can't be watched, the rest
    /// works.
    base::Result<> start();
    /// Not one call to the listener after this.
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace hub::workbench
