// SPDX-License-Identifier: Apache-2.0
// Finds out who has a port open.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace hub::workbench {

struct PortHolder {
    std::string program; ///< its name, at most 15 bytes
    int pid = 0;
};

/// Who holds the lock on `port`, this process too, or else another process that has it open. Nothing when nobody does,
/// or when the system does not say, as it is another user's. Reads /proc: milliseconds.
std::optional<PortHolder> find_port_holder(const std::filesystem::path& port);

/// Another process that has it open, locked or not.
std::optional<PortHolder> find_port_opener(const std::filesystem::path& port);

/// "name (pid 123)".
std::string text_of(const PortHolder& holder);

/// The program that holds the lock on `port`, or else one that has it open, as "name (pid 123)"; "another program" when
/// the system does not say, e.g. because it is another user's. Reads /proc: for error messages only.
std::string port_holder(const std::filesystem::path& port);

} // namespace hub::workbench
