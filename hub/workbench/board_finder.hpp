// SPDX-License-Identifier: Apache-2.0
// Watches the folder of virtual boards.
#pragma once

#include "base/result.hpp"
#include "hub/workbench/board_port.hpp"

#include <filesystem>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace hub::workbench {

/// The most virtual boards that are watched; further ones are not seen.
inline constexpr std::size_t virtual_boards_max = 64;
/// The longest board.json that is read, in bytes.
inline constexpr std::size_t board_file_size_max = 4096;

/// Finds `<folder>/*/` with `board.json`, `uart0` and `control.sock` (docs/protocol.md, section 3), as they come and
/// go. One thread: the io_context's.
class BoardFinder {
public:
    class Listener {
    public:
        /// A board is there: one that is, has a name of its own. Must not destroy the finder.
        virtual void on_found(const BoardPort& port) = 0;
        /// Its folder is gone, or belongs to another board now.
        virtual void on_gone(const BoardPort& port) = 0;

    protected:
        ~Listener() = default;
    };

    /// `listener` outlives the finder.
    BoardFinder(boost::asio::io_context& io, std::filesystem::path folder, Listener& listener);
    ~BoardFinder();
    BoardFinder(const BoardFinder&) = delete;
    BoardFinder& operator=(const BoardFinder&) = delete;

    /// Begins to watch; boards that are there already are found from the io_context's next turn on. The folder may come
    /// later, and may go. Error: `io` when the system has no more watches.
    base::Result<> start();
    /// Not one call to the listener after this.
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace hub::workbench
