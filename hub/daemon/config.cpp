// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/config.hpp"

#include "hub/daemon/config_file.hpp"

#include <array>
#include <charconv>

namespace hub::daemon {

using base::ErrorCode;

namespace {

// One source's names for its settings, for messages.
struct Names {
    std::string_view listen;
    std::string_view broker;
    std::string_view log_level;
    std::string_view ports;
};
constexpr Names flag_names{"--listen", "--broker", "--log-level", "--ports"};
constexpr Names variable_names{"OURO_LISTEN", "OURO_BROKER", "OURO_LOG_LEVEL", "OURO_PORTS"};

// Puts "NAME: " before a message, so that everybody knows whose fault it is.
base::Result<> blame(std::string_view name, const base::Result<>& result) {
    if (result) return result;
    base::Error error = result.error();
    error.message = name;
    error.message.append(": ");
    error.message.append(result.error().message);
    return tl::unexpected(error);
}

base::Result<std::string> percent_decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = static_cast<unsigned char>(text[i]);
        if (text[i] == '%') {
            const auto digits = text.substr(i + 1, 2);
            const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
            if (problem != std::errc() || end != digits.data() + 2) {
                return base::fail(ErrorCode::invalid_argument, "The user or password has a broken percent-encoding",
                                  "Write a % in a password as %25, an @ as %40, a : as %3A.");
            }
            i += 2;
        }
        result += static_cast<char>(value);
    }
    return result;
}

// Leaves `into` as it is unless the whole text is such a number: "127.0.0.1" begins with one.
bool parse_number(std::string_view text, int max, int& into) {
    int number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size() || number < 0 || number > max) return false;
    into = number;
    return true;
}

// "host:1883", "[::1]:1883", "host" → host without brackets, and the port if there is one.
bool split_host(std::string_view text, std::string& host, int& port) {
    std::size_t host_end = text.rfind(':');
    if (text.starts_with('[')) {
        const std::size_t bracket = text.find(']');
        if (bracket == std::string_view::npos) return false;
        host = text.substr(1, bracket - 1);
        host_end = bracket + 1;
        if (host_end == text.size()) return !host.empty();
        if (text[host_end] != ':') return false;
    } else {
        host = text.substr(0, host_end);
        if (host_end == std::string_view::npos) return !host.empty();
    }
    return !host.empty() && parse_number(text.substr(host_end + 1), 65535, port);
}

base::Result<> apply_credentials(std::string_view credentials, Broker& broker) {
    const std::size_t colon = credentials.find(':');
    auto username = percent_decoded(credentials.substr(0, colon));
    if (!username) return tl::unexpected(username.error());
    broker.username = *username;
    if (colon == std::string_view::npos) return {};
    auto password = percent_decoded(credentials.substr(colon + 1));
    if (!password) return tl::unexpected(password.error());
    broker.password = *password;
    return {};
}

base::Result<> apply(const Settings& settings, const Names& names, Config& config) {
    if (settings.listen) {
        if (auto result = blame(names.listen, set_listen(*settings.listen, config)); !result) return result;
    }
    if (settings.log_level) {
        if (auto result = blame(names.log_level, set_log_level(*settings.log_level, config)); !result) return result;
    }
    if (settings.broker) {
        const auto broker = parse_broker(*settings.broker);
        if (!broker) return blame(names.broker, tl::unexpected(broker.error()));
        config.broker = *broker;
    }
    if (settings.apps_dir) config.apps_dir = std::filesystem::absolute(*settings.apps_dir);
    if (settings.boards_dir) config.boards_dir = std::filesystem::absolute(*settings.boards_dir);
    if (settings.allowed_hosts) config.allowed_hosts = split_list(*settings.allowed_hosts);
    if (settings.ports) {
        if (auto result = blame(names.ports, set_ports(split_list(*settings.ports), config)); !result) return result;
    }
    return {};
}

std::optional<std::string> variable(const Environment& environment, const char* name) {
    const char* value = environment(name);
    if (!value || !*value) return std::nullopt;
    return value;
}

Settings settings_of(const Environment& environment) {
    Settings settings;
    settings.config = variable(environment, "OURO_CONFIG");
    settings.listen = variable(environment, "OURO_LISTEN");
    settings.apps_dir = variable(environment, "OURO_APPS_DIR");
    settings.boards_dir = variable(environment, "OURO_BOARDS_DIR");
    settings.broker = variable(environment, "OURO_BROKER");
    settings.log_level = variable(environment, "OURO_LOG_LEVEL");
    settings.allowed_hosts = variable(environment, "OURO_ALLOWED_HOSTS");
    settings.ports = variable(environment, "OURO_PORTS");
    return settings;
}

} // namespace

base::Result<Broker> parse_broker(std::string_view text) {
    Broker broker;
    if (text == "own") return broker;
    if (text == "none") {
        broker.mode = BrokerMode::off;
        return broker;
    }
    constexpr std::string_view plain = "mqtt://";
    constexpr std::string_view secure = "mqtts://";
    broker.mode = BrokerMode::external;
    broker.tls = text.starts_with(secure);
    broker.port = broker.tls ? 8883 : 1883;
    const bool known = broker.tls || text.starts_with(plain);
    std::string_view rest = text.substr(std::min(text.size(), broker.tls ? secure.size() : plain.size()));
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
        if (auto result = apply_credentials(rest.substr(0, at), broker); !result) return tl::unexpected(result.error());
        rest.remove_prefix(at + 1);
    }
    // The message does not repeat the address: it may hold a password.
    if (!known || !split_host(rest, broker.host, broker.port) || broker.port == 0) {
        return base::fail(ErrorCode::invalid_argument, "This is not the address of a broker",
                          "Write mqtt://user:password@host:1883, mqtts://host for TLS, own, or none.");
    }
    return broker;
}

base::Result<> set_listen(std::string_view text, Config& config) {
    std::string address = config.address;
    int port = config.port;
    if (!parse_number(text, 65535, port) && !split_host(text, address, port)) {
        return base::fail(ErrorCode::invalid_argument, "\"" + std::string(text) + "\" is no address to listen on",
                          "Write ADDRESS:PORT, for example 127.0.0.1:8321, or a port alone.");
    }
    config.address = address;
    config.port = static_cast<std::uint16_t>(port);
    return {};
}

base::Result<> set_log_level(std::string_view text, Config& config) {
    static constexpr std::array levels{"debug", "info", "warning", "error"};
    if (std::find(levels.begin(), levels.end(), text) == levels.end()) {
        return base::fail(ErrorCode::invalid_argument, "\"" + std::string(text) + "\" is no log level",
                          "There are debug, info, warning and error.");
    }
    config.log_level = text;
    return {};
}

base::Result<> set_ports(const std::vector<std::string>& words, Config& config) {
    auto rule = workbench::PortRule::parse(words);
    if (!rule) return tl::unexpected(rule.error());
    config.ports = std::move(*rule);
    return {};
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        if (end > 0) parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::filesystem::path data_folder(const std::optional<std::string>& flag, const Environment& environment) {
    if (flag) return std::filesystem::absolute(*flag);
    if (const auto data = variable(environment, "OURO_DATA")) return std::filesystem::absolute(*data);
    if (const auto state = variable(environment, "XDG_STATE_HOME")) return std::filesystem::path(*state) / "ouroboard";
    const auto home = variable(environment, "HOME");
    return std::filesystem::path(home.value_or("/var/lib")) / ".local/state/ouroboard";
}

base::Result<Config> load_config(const Settings& flags, const Environment& environment) {
    const Settings variables = settings_of(environment);
    Config config;
    config.data = data_folder(flags.data, environment);
    config.boards_dir = config.data / "boards";
    config.apps_dir = config.data / "apps";

    const auto& named = flags.config ? flags.config : variables.config;
    const std::filesystem::path file = named ? std::filesystem::path(*named) : config.data / "ouro.toml";
    std::error_code ignored;
    if (named || std::filesystem::exists(file, ignored)) {
        if (auto result = apply_file(file, config); !result) return tl::unexpected(result.error());
    }
    if (auto result = apply(variables, variable_names, config); !result) return tl::unexpected(result.error());
    if (auto result = apply(flags, flag_names, config); !result) return tl::unexpected(result.error());
    return config;
}

} // namespace hub::daemon
