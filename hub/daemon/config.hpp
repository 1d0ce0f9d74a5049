// SPDX-License-Identifier: Apache-2.0
// What the hub is told from outside: flags, then environment, then ouro.toml, then these defaults.
#pragma once

#include "base/result.hpp"
#include "hub/workbench/port_rule.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hub::daemon {

enum class BrokerMode : std::uint8_t {
    own,      ///< start Mosquitto on loopback
    external, ///< use `Broker::host`
    off,
};

struct Broker {
    BrokerMode mode = BrokerMode::own;
    std::string host;
    int port = 1883;
    std::string username; ///< empty: none
    std::string password; ///< never logged
    bool tls = false;
    std::string ca_file;   ///< empty: the system's certificates
    std::string cert_file; ///< of the client; empty: none
    std::string key_file;
};

/// What boards may see and do in Home Assistant; without a `url` nothing.
struct HomeAssistantAccess {
    std::string url;
    std::string token; ///< a long-lived access token; never logged
    std::string ca_file;
    std::vector<std::pair<std::string, std::string>> grants; ///< board, entity
};

/// The listener for Home Assistant's ingress; see api::Ingress. Off without a port.
struct IngressListener {
    std::string address = "0.0.0.0";
    std::uint16_t port = 0;
    std::vector<std::string> sources = {"172.30.32.2"};
};

struct Config {
    std::filesystem::path data; ///< the hub's own folder, absolute
    std::string address = "127.0.0.1";
    std::uint16_t port = 8321; ///< 0: any free one
    std::vector<std::string> allowed_hosts;
    std::filesystem::path boards_dir; ///< one folder for each virtual board; data/boards by default
    std::filesystem::path apps_dir;   ///< folders that jobs may bring to boards; data/apps by default
    workbench::PortRule ports;        ///< which USB ports are opened
    std::string log_level = "info";   ///< "debug", "info", "warning", "error"
    std::string discovery_prefix = "homeassistant";
    bool discovery_by_device = false; ///< one document a board; Home Assistant 2024.11 and later
    Broker broker;
    HomeAssistantAccess home_assistant;
    IngressListener ingress;
};

/// What one source says, each as text; what it does not say is absent.
struct Settings {
    std::optional<std::string> data;
    std::optional<std::string> config; ///< another file than ouro.toml in the data folder
    std::optional<std::string> listen; ///< "127.0.0.1:8321", "[::1]:8321", "8321"
    std::optional<std::string> boards_dir;
    std::optional<std::string> apps_dir;
    std::optional<std::string> broker; ///< "mqtt://user:password@host:1883", "mqtts://host", "own", "none"
    std::optional<std::string> log_level;
    std::optional<std::string> allowed_hosts; ///< separated by commas
    std::optional<std::string> ports;         ///< words of workbench::PortRule, separated by commas
};

/// Reads one environment variable; null if it is not set. `std::getenv`, except in tests.
using Environment = std::function<const char*(const char* name)>;

/// Where the hub keeps its things: the flag, OURO_DATA, ${XDG_STATE_HOME:-~/.local/state}/ouroboard.
std::filesystem::path data_folder(const std::optional<std::string>& flag, const Environment& environment);

/// Puts all sources together. Errors: `invalid_argument` names the flag, variable, or file, line and key; `refused` for
/// a file with a password in it that others can read; `io` for a named file that can't be read.
base::Result<Config> load_config(const Settings& flags, const Environment& environment);

/// "mqtt://user:password@host:1883"; see `Settings::broker`.
base::Result<Broker> parse_broker(std::string_view text);

} // namespace hub::daemon
