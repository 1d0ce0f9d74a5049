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

Reached at_path(const fs::path& path) {
    return {path.string(),
            [path](boost::asio::io_context& io,
                   workbench::Port::Listener& listener) -> base::Result<std::unique_ptr<workbench::Port>> {
                const auto usb = workbench::list_usb_ports();
                const auto found =
                    std::find_if(usb.begin(), usb.end(), [&](const auto& port) { return same_file(port.path, path); });
                const auto wiring = found == usb.end() ? workbench::Wiring::none : workbench::wiring(*found);
                return workbench::SerialPort::open(io, path, listener, wiring);
            }};
}

Outcome<Reached> running(const BoardPort& board) {
    if (const auto present = workbench::check_present(board); !present) {
        return tl::unexpected(failure_of(present.error()));
    }
    return at_path(board.path);
}

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
        return Reached{address->text(), workbench::network_opener(*address)};
    }
    std::error_code error;
    if (fs::is_directory(board, error)) {
        if (const auto found = virtual_board(board)) return running(*found);
        return fail(exit_not_found, board + " is no virtual board's folder", "It would contain a board.json.");
    }
    if (fs::exists(board, error) || board.find('/') != std::string::npos) return at_path(board);
    fs::directory_iterator folder(boards_dir(invocation), error);
    for (; !board.empty() && !error && folder != fs::directory_iterator(); folder.increment(error)) {
        const auto found = virtual_board(folder->path());
        if (found && (found->uid == board || folder->path().filename() == board)) return running(*found);
    }
    const auto port = choose_one(invocation, board);
    if (!port) return tl::unexpected(port.error());
    return at_path(port->path);
}

Failure port_failure(const Invocation& invocation, const Reached& board, const base::Error& error) {
    Failure failure = failure_of(error);
    if (error.code != base::ErrorCode::busy) return failure;
    const bool by_ouro = failure.message.find("held by ouro ") != std::string::npos;
    if (by_ouro && Client(invocation.data_folder()).get("/health")) {
        failure.message = "The hub uses " + board.name + ": " + failure.message;
        failure.hint = "End `ouro serve`, do this, and start it again: it finds the board by itself.";
    } else {
        failure.hint = "Close that program, then try again.";
    }
    return failure;
}

} // namespace cli
