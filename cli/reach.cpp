// SPDX-License-Identifier: Apache-2.0
#include "cli/reach.hpp"

#include "cli/client.hpp"
#include "cli/network_address.hpp"
#include "cli/port_choice.hpp"
#include "hub/workbench/board_port.hpp"
#include "hub/workbench/net/network_port.hpp"
#include "hub/workbench/serial_port.hpp"
#include "hub/workbench/usb_ports.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

namespace cli {

namespace fs = std::filesystem;
namespace workbench = hub::workbench;
using workbench::BoardPort;

namespace {

bool same_file(const fs::path& one, const fs::path& other) {
    std::error_code ignored;
    return one == other || fs::equivalent(one, other, ignored);
}

/// The virtual board in `folder`; nothing if there is none.
std::optional<BoardPort> virtual_board(const fs::path& folder) {
    std::ifstream file(folder / "board.json");
    const Json about = Json::parse(file, nullptr, false);
    if (!about.is_object()) return std::nullopt;
    return BoardPort{about.value("uid", ""), folder / "uart0", true, folder / "control.sock"};
}

/// What the hub says of its sessions; an empty array without a hub.
Json sessions_of_hub(const Invocation& invocation) {
    auto sessions = Client(invocation.data_folder()).get("/api/sessions");
    return sessions && sessions->is_array() ? std::move(*sessions) : Json::array();
}

template <typename Condition>
std::optional<Json> find_session(const Json& sessions, Condition fits) {
    const auto found = std::find_if(sessions.begin(), sessions.end(), fits);
    return found == sessions.end() ? std::nullopt : std::optional<Json>(*found);
}

/// The sessions of a hub, and the ways to ports with them or beside them.
class Ways {
public:
    explicit Ways(const Invocation& invocation) : invocation_(invocation), sessions_(sessions_of_hub(invocation)) {}

    /// The session that is called so; nothing if none is.
    std::optional<Reached> named(const std::string& name) const {
        const auto session = find_session(sessions_, [&](const Json& s) {
            const auto is = [&](const char* key) { return !name.empty() && s.value(key, "") == name; };
            return is("id") || is("uid") || is("board");
        });
        if (!session) return std::nullopt;
        return at(session->value("port", ""));
    }

    Reached at(const fs::path& path) const {
        const auto session = find_session(sessions_, [&](const Json& s) {
            return s.value("state", "") == "open" && same_file(s.value("port", ""), path);
        });
        if (!session) return direct(path);
        const HubSession place{invocation_.data_folder() / "ouro.sock", session->value("id", "")};
        return {path.string(),
                [place, name = holder_name(invocation_)](
                    boost::asio::io_context& io,
                    workbench::Port::Listener& listener) -> base::Result<std::unique_ptr<workbench::Port>> {
                    return HubLine::open(io, place, name, HubLine::Mode::lease, listener);
                },
                place};
    }

    Outcome<Reached> running(const BoardPort& board) const {
        if (const auto present = workbench::check_present(board); !present) {
            return tl::unexpected(failure_of(present.error()));
        }
        return at(board.path);
    }

private:
    static Reached direct(const fs::path& path) {
        return {path.string(),
                [path](boost::asio::io_context& io,
                       workbench::Port::Listener& listener) -> base::Result<std::unique_ptr<workbench::Port>> {
                    const auto usb = workbench::list_usb_ports();
                    const auto found = std::find_if(usb.begin(), usb.end(),
                                                    [&](const auto& port) { return same_file(port.path, path); });
                    const auto wiring = found == usb.end() ? workbench::Wiring::none : workbench::wiring(*found);
                    return workbench::SerialPort::open(io, path, listener, wiring);
                },
                std::nullopt};
    }

    const Invocation& invocation_;
    Json sessions_;
};

} // namespace

void add_board_argument(CLI::App& command, std::string& board) {
    command
        .add_option("-b,--board,BOARD", board,
                    "A port such as /dev/ttyUSB0, an address, or a virtual board's uid, name or folder")
        ->envname("OURO_BOARD");
}

Outcome<Reached> reach(const Invocation& invocation, const std::string& board) {
    if (workbench::is_port_address(board)) {
        const auto address = read_address(board);
        if (!address) return tl::unexpected(address.error());
        return Reached{address->text(), workbench::network_opener(*address), std::nullopt};
    }
    const Ways ways(invocation);
    std::error_code error;
    if (fs::is_directory(board, error)) {
        if (const auto found = virtual_board(board)) return ways.running(*found);
        return fail(exit_not_found, board + " is no virtual board's folder", "It would contain a board.json.");
    }
    if (fs::exists(board, error) || board.find('/') != std::string::npos) return ways.at(board);
    if (auto session = ways.named(board)) return std::move(*session);
    fs::directory_iterator folder(boards_dir(invocation), error);
    for (; !board.empty() && !error && folder != fs::directory_iterator(); folder.increment(error)) {
        const auto found = virtual_board(folder->path());
        if (found && (found->uid == board || folder->path().filename() == board)) return ways.running(*found);
    }
    const auto port = choose_one(invocation, board);
    if (!port) return tl::unexpected(port.error());
    return ways.at(port->path);
}

Failure port_failure(const Reached& board, const base::Error& error) {
    Failure failure = failure_of(error);
    if (board.session) {
        failure.message = board.name + ": " + failure.message;
        if (error.code == base::ErrorCode::busy) {
            failure.hint = "Wait until it has ended, or end it: `ouro sessions kill " + board.session->id + "`.";
        }
    } else if (error.code == base::ErrorCode::busy) {
        const bool by_ouro = failure.message.find("held by ouro ") != std::string::npos;
        failure.hint = by_ouro
                           ? "Detach there (Ctrl-] leaves `ouro repl`); or name its hub's folder with --data. Beside "
                             "`ouro serve` several can use a board."
                           : "Close that program, then try again.";
    }
    return failure;
}

std::string holder_name(const Invocation& invocation) {
    return invocation.command + " (pid " + std::to_string(::getpid()) + ")";
}

} // namespace cli
