// SPDX-License-Identifier: Apache-2.0
// The ports of this machine as people are told of them, and which of them a command means.
#pragma once

#include "cli/outcome.hpp"
#include "hub/workbench/board_port.hpp"
#include "hub/workbench/usb_ports.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cli {

using Json = nlohmann::json;

struct ListedPort {
    /// How likely a board to be programmed is behind it.
    enum class Rank : std::uint8_t { never, maybe, likely };

    std::string path;
    std::string what;     ///< "CP2102: ESP32 or ESP8266 board"
    std::string identity; ///< stays the same under another path; a virtual board's uid
    Rank rank = Rank::maybe;
    std::string uid;                            ///< of the board, if known
    std::string board;                          ///< its name, if known
    std::string held_by;                        ///< "ouro (pid 12)"; empty when free
    std::optional<hub::workbench::UsbPort> usb; ///< absent for a virtual board
};

/// `boards` is the hub's answer; an empty array without a hub.
ListedPort listed(const hub::workbench::UsbPort& port, const Json& boards);
ListedPort listed(const hub::workbench::BoardPort& virtual_board, const Json& boards);

/// The object that --json prints.
Json json_of(const ListedPort& port);

/// Who says which port is meant, the most important first; empty: says nothing.
struct PortWishes {
    std::string option;      ///< --port
    std::string environment; ///< OURO_PORT, or else ESPTOOL_PORT
    std::string last;        ///< the identity of the one used last in this directory
};

/// What a wish may be: a path, "port:PATH", "u0" or "a0" for /dev/ttyUSB0 or /dev/ttyACM0, a serial number,
/// "id:SERIAL", a uid. "auto" says nothing. A path that is not in the list is taken as it is. Without a wish: the one
/// used last, or else the only likely one, or else the only one at all. Nothing when several are left, and somebody has
/// to be asked. Failure: `exit_not_found`.
Outcome<std::optional<ListedPort>> choose_port(const std::vector<ListedPort>& ports, const PortWishes& wishes);

/// Those that `choose_port` leaves to choose among.
std::vector<ListedPort> candidates(const std::vector<ListedPort>& ports);

} // namespace cli
