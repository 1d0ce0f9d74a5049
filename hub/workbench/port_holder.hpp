// SPDX-License-Identifier: Apache-2.0
// Finds out who has a port open.
#pragma once

#include <filesystem>
#include <string>

namespace hub::workbench {

/// The program that holds the lock on `port`, or else one that has it open, as "name (pid 123)"; "another program" when
/// the system does not say, e.g. because it is another user's. Reads /proc: for error messages only.
std::string port_holder(const std::filesystem::path& port);

} // namespace hub::workbench
