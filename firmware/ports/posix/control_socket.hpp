// SPDX-License-Identifier: Apache-2.0
// The panel of a virtual board (docs/protocol.md, section 3) on a Unix socket.
#pragma once

#include "base/result.hpp"
#include "firmware/boards/profile.hpp"
#include "firmware/ports/posix/fd.hpp"
#include "firmware/ports/shared/panel.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firmware::ports::posix {

/// A server for at most 8 clients, on the hardware thread. A client that sends a line over 1,024 bytes, or does not
/// read what it watches, is dropped: it can hold up neither the board nor the others.
class ControlSocket final {
public:
    static constexpr std::size_t clients_max = 8;
    static constexpr std::size_t line_max = PanelClient::line_max;
    static constexpr std::size_t unread_max = std::size_t{64} * 1024;

    /// `panel` outlives this.
    ControlSocket(Panel& panel, boards::ScreenSize screen);
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;
    ~ControlSocket();

    /// Listens at `path`, for the owner only. `epoll` is told of every client; events carry the descriptor. Errors:
    /// `io`.
    base::Result<> open(const std::string& path, int epoll);

    /// Serves an event of `epoll` if it is one of ours.
    void serve(int fd, std::uint32_t events) noexcept;
    /// Sends what the clients watch, as far as they have room for it.
    void send() noexcept;

private:
    struct Client {
        Fd fd;
        std::optional<PanelClient> panel;
        std::array<char, line_max> in{};
        std::string_view unfed; ///< lies in `in`: requests that wait until the answers before them are read
        std::array<char, 8 * line_max> out{};
        std::string_view unsent; ///< lies in `out`
        std::uint32_t events = 0;
        std::vector<char> queue;
        std::vector<contract::Color> frame;
    };

    void accept_client() noexcept;
    void drop(Client& client) noexcept;
    void read(Client& client) noexcept;
    void feed(Client& client) noexcept;
    void flush(Client& client) noexcept;
    void fill(Client& client) noexcept;
    void listen(Client& client) noexcept;

    Panel& panel_;
    std::string path_;
    int epoll_ = -1;
    Fd listener_;
    std::array<Client, clients_max> clients_;
};

} // namespace firmware::ports::posix
