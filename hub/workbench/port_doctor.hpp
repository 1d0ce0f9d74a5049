// SPDX-License-Identifier: Apache-2.0
// What on this machine keeps ports from working.
#pragma once

#include "hub/workbench/port_holder.hpp"
#include "hub/workbench/usb_ports.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

/// One thing that is wrong, or worth knowing.
struct PortFinding {
    std::string check;    ///< "rights", "holder", "brltty", "modemmanager", "links", "driver"
    bool is_wrong = true; ///< false: everything works all the same
    std::string port;     ///< the path that it is about; empty for the machine
    std::string message;  ///< what it is
    std::string fix;      ///< one line; mostly a command
};

/// Where to look, and as who; another place in tests.
struct Machine {
    std::filesystem::path root = "/"; ///< of dev, etc, lib, proc, run, usr
    unsigned uid = 0;
    std::vector<unsigned> groups; ///< of this process
    std::string user;             ///< its name; empty if it has none

    static Machine here();
};

/// A port with who holds it.
struct ExaminedPort {
    UsbPort port;
    std::optional<PortHolder> holder;
};

/// Looks at files only; opens no port. `without_port` as `list_usb_without_port` gives it.
std::vector<PortFinding> examine_ports(const Machine& machine, const std::vector<ExaminedPort>& ports,
                                       const std::vector<std::string>& without_port);

} // namespace hub::workbench
