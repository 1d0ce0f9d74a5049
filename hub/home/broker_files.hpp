// SPDX-License-Identifier: Apache-2.0
// What the hub's own broker needs on disk: its access data, its password file, its configuration.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace hub::home {

/// How to reach our own broker; the same for as long as the data folder lives, since Home Assistant remembers it.
struct BrokerAccess {
    static constexpr const char* host = "127.0.0.1";
    int port = 0;
    std::string username;
    std::string password;
};

/// What `broker.json` in `data_dir` says; nothing when there is none. Error: `malformed` (the file was damaged: the
/// message names it).
base::Result<std::optional<BrokerAccess>> find_broker_access(const std::filesystem::path& data_dir);

/// The same, but makes the file (mode 0600), with a free loopback port and a random password. Errors also: `io`.
base::Result<BrokerAccess> load_broker_access(const std::filesystem::path& data_dir);

/// Writes `mosquitto.passwd` and `mosquitto.conf` (mode 0600) and returns the latter's path. Errors: `io`.
base::Result<std::filesystem::path> write_broker_files(const std::filesystem::path& data_dir,
                                                       const BrokerAccess& access);

/// Whether the loopback port can be listened on now.
bool is_port_free(int port);

} // namespace hub::home
