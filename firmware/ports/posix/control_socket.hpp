// SPDX-License-Identifier: Apache-2.0
// The hands and eyes of a virtual board (docs/protocol.md, section 3).
#pragma once

#include "base/fixed_string.hpp"
#include "base/result.hpp"
#include "firmware/boards/profile.hpp"
#include "firmware/ports/posix/clock.hpp"
#include "firmware/ports/posix/fd.hpp"
#include "firmware/ports/shared/simulated_gpio.hpp"
#include "protocol/json/value.hpp"
#include "protocol/json/writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace firmware::ports::posix {

/// A server for at most 8 clients, on the hardware thread. A client that sends a line over 1,024 bytes, or does not
/// read what it watches, is dropped: it can hold up neither the board nor the others.
class ControlSocket final : private LevelObserver {
public:
    static constexpr std::size_t clients_max = 8;
    static constexpr std::size_t line_max = 1024;
    static constexpr std::size_t unread_max = std::size_t{64} * 1024;

    /// What a client may ask of the board as a whole.
    class Board {
    public:
        virtual void kill_vm() noexcept = 0;
        virtual void quit() noexcept = 0;

    protected:
        ~Board() = default;
    };

    struct Info {
        std::string uid;
        std::uint32_t boot = 0;
    };

    ControlSocket(const boards::Profile& profile, SimulatedGpio& gpio, const UptimeClock& clock, Board& board,
                  Info info);
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;
    ~ControlSocket();

    /// Listens at `path`, for the owner only. `epoll` is told of every client; events carry the descriptor. Errors:
    /// `io`.
    base::Result<> open(const std::string& path, int epoll);

    /// Serves an event of `epoll` if it is one of ours.
    void serve(int fd, std::uint32_t events) noexcept;
    /// Releases buttons that are due.
    void step() noexcept;
    base::Micros deadline() const noexcept;

private:
    struct Client {
        Fd fd;
        bool watching = false;
        bool broken = false;
        bool waits_for_room = false;
        std::string in;
        std::string out;
    };

    void level_changed(contract::Pin pin, bool level, base::Micros at) noexcept override;

    void accept_client() noexcept;
    void drop(Client& client) noexcept;
    void read(Client& client) noexcept;
    void flush(Client& client) noexcept;
    void answer(Client& client, std::string_view line) noexcept;
    base::Result<> carry_out(Client& client, const protocol::json::Value& request) noexcept;
    base::Result<> press(const protocol::json::Value& request) noexcept;
    base::Result<> hold(const protocol::json::Value& request, bool pressed) noexcept;
    base::Result<> set(const protocol::json::Value& request) noexcept;
    base::Result<> read_pin(Client& client, const protocol::json::Value& request) noexcept;
    base::Result<> fault(const protocol::json::Value& request) noexcept;
    void send_info(Client& client) noexcept;
    void send_pins(Client& client) noexcept;
    void send_pin(Client& client, contract::Pin pin, bool level, base::Micros at, std::string_view name) noexcept;
    template <typename Body>
    void send(Client& client, Body body) noexcept;

    base::Result<std::size_t> find_input(const protocol::json::Value& which) const noexcept;
    base::Result<contract::Pin> find_pin(const protocol::json::Value& which) const noexcept;
    std::string_view name_of(contract::Pin pin) const noexcept;

    const boards::Profile& profile_;
    SimulatedGpio& gpio_;
    const UptimeClock& clock_;
    Board& board_;
    Info info_;
    std::string path_;
    int epoll_ = -1;
    Fd listener_;
    std::array<Client, clients_max> clients_;
    std::array<base::Micros, boards::inputs_max> release_at_{};
};

} // namespace firmware::ports::posix
