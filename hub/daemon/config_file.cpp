// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/config_file.hpp"

#include "hub/core/declaration.hpp"
#include "hub/core/home_access.hpp"
#include "hub/home/home_assistant.hpp"
#include "protocol/link/names.hpp"

// toml++ 3.3 asserts that a key follows "[" and refuses "[=]" only behind that: without its assertions it answers with
// an error, as it should.
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <toml++/toml.h>

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace hub::daemon {

using base::ErrorCode;

namespace {

base::Result<> wrong(const std::filesystem::path& file, const toml::node& node, std::string_view what,
                     std::string_view hint) {
    return base::fail(ErrorCode::invalid_argument,
                      file.filename().string() + ", line " + std::to_string(node.source().begin.line) + ": " +
                          std::string(what),
                      hint);
}

/// Walks over one table; each key is handed to `take`, which answers whether it knew it and liked it.
struct Reader {
    const std::filesystem::path& file;
    std::string key;
    const toml::node& node;

    base::Result<> text(std::string& into) const {
        const auto value = node.value_exact<std::string>();
        if (!value) return wrong(file, node, key + " must be a text", "Put it in quotes.");
        into = *value;
        return {};
    }
    base::Result<> host(std::string& into) const {
        if (auto result = text(into); !result) return result;
        if (into.empty())
            return wrong(file, node, key + " must not be empty", "Leave it out to use no broker outside.");
        return {};
    }
    base::Result<> topic(std::string& into) const {
        if (auto result = text(into); !result) return result;
        if (!core::is_further_topic(into, "") || into.ends_with('/')) {
            return wrong(file, node, key + " is no topic that documents can be put below",
                         "Home Assistant's own is \"homeassistant\".");
        }
        return {};
    }
    base::Result<> discovery(bool& by_device) const {
        const auto value = node.value_exact<std::string>();
        if (!value || (*value != "entity" && *value != "device")) {
            return wrong(file, node, key + " must be \"entity\" or \"device\"",
                         "\"device\" is for Home Assistant 2024.11 and later.");
        }
        by_device = *value == "device";
        return {};
    }
    base::Result<> boolean(bool& into) const {
        const auto value = node.value_exact<bool>();
        if (!value) return wrong(file, node, key + " must be true or false", "Without quotes.");
        into = *value;
        return {};
    }
    base::Result<> port(int& into) const {
        const auto value = node.value_exact<std::int64_t>();
        if (!value || *value < 1 || *value > 65535)
            return wrong(file, node, key + " must be a number from 1 to 65535", "");
        into = static_cast<int>(*value);
        return {};
    }
    base::Result<> texts(std::vector<std::string>& into, std::string_view example) const {
        const toml::array* list = node.as_array();
        if (!list) return wrong(file, node, key + " must be a list of texts", example);
        into.clear();
        for (const toml::node& element : *list) {
            const auto value = element.value_exact<std::string>();
            if (!value || value->empty()) return wrong(file, element, key + " must be a list of texts", example);
            into.push_back(*value);
        }
        return {};
    }
    base::Result<> ports(Config& config) const {
        std::vector<std::string> words;
        if (auto result = texts(words, R"(For example ["10c4:ea60"].)"); !result) return result;
        const auto result = set_ports(words, config);
        return result ? result : wrong(file, node, result.error().message, result.error().hint);
    }
    base::Result<> unknown(std::string_view known) const {
        return wrong(file, node, "there is no setting \"" + key + "\"", "There are: " + std::string(known) + ".");
    }
};

base::Result<> take_mqtt(const Reader& reader, Config& config) {
    const std::string& key = reader.key;
    Broker& broker = config.broker;
    if (key == "mqtt.host") {
        broker.mode = BrokerMode::external;
        return reader.host(broker.host);
    }
    if (key == "mqtt.enabled") {
        bool enabled = true;
        auto result = reader.boolean(enabled);
        if (!enabled) broker.mode = BrokerMode::off;
        return result;
    }
    if (key == "mqtt.port") return reader.port(broker.port);
    if (key == "mqtt.username") return reader.text(broker.username);
    if (key == "mqtt.password") return reader.text(broker.password);
    if (key == "mqtt.tls") return reader.boolean(broker.tls);
    if (key == "mqtt.ca_file") return reader.text(broker.ca_file);
    if (key == "mqtt.cert_file") return reader.text(broker.cert_file);
    if (key == "mqtt.key_file") return reader.text(broker.key_file);
    if (key == "mqtt.discovery_prefix") return reader.topic(config.discovery_prefix);
    if (key == "mqtt.discovery") return reader.discovery(config.discovery_by_device);
    return reader.unknown(
        "enabled, host, port, username, password, tls, ca_file, cert_file, key_file, discovery, discovery_prefix");
}

base::Result<> take_mqtt_table(const std::filesystem::path& file, const toml::node& node, Config& config) {
    const toml::table* table = node.as_table();
    if (!table) return wrong(file, node, "mqtt must be a table", "Begin it with [mqtt].");
    bool has_port = false;
    for (const auto& [name, value] : *table) {
        const Reader reader{file, "mqtt." + std::string(name.str()), value};
        if (auto result = take_mqtt(reader, config); !result) return result;
        has_port |= name.str() == "port";
    }
    if (config.broker.tls && !has_port) config.broker.port = 8883;
    const bool has_host = !config.broker.host.empty();
    if (has_host && table->contains("enabled") && !(*table)["enabled"].value_or(true))
        config.broker.mode = BrokerMode::off;
    return {};
}

base::Result<> take_grants(const Reader& reader, HomeAssistantAccess& access) {
    const toml::table* table = reader.node.as_table();
    if (!table)
        return wrong(reader.file, reader.node, "grants must be a table", "Begin it with [home_assistant.grants].");
    for (const auto& [name, value] : *table) {
        const std::string uid(name.str());
        if (!protocol::link::is_uid(uid)) {
            return wrong(reader.file, value, uid + " is no board", "`ouro boards` shows their ids.");
        }
        std::vector<std::string> entities;
        if (auto result = Reader{reader.file, uid, value}.texts(entities, R"(For example ["lock.front_door"].)");
            !result)
            return result;
        for (std::string& entity : entities) {
            if (!core::is_ha_name(entity)) {
                return wrong(reader.file, value, entity + " is no entity of Home Assistant",
                             "One is like lock.front_door.");
            }
            access.grants.emplace_back(uid, std::move(entity));
        }
    }
    return {};
}

base::Result<> take_home_assistant(const Reader& reader, HomeAssistantAccess& access) {
    const toml::table* table = reader.node.as_table();
    if (!table) {
        return wrong(reader.file, reader.node, "home_assistant must be a table", "Begin it with [home_assistant].");
    }
    for (const auto& [name, value] : *table) {
        const Reader each{reader.file, "home_assistant." + std::string(name.str()), value};
        base::Result<> result;
        if (name == "url") {
            result = each.text(access.url);
            if (result) result = home::check_ha_url(access.url);
            if (!result) return wrong(reader.file, value, result.error().message, result.error().hint);
        } else if (name == "token") {
            result = each.text(access.token);
        } else if (name == "ca_file") {
            result = each.text(access.ca_file);
        } else if (name == "grants") {
            result = take_grants(each, access);
        } else {
            result = each.unknown("url, token, ca_file, [home_assistant.grants]");
        }
        if (!result) return result;
    }
    if (access.url.empty() == access.token.empty()) return {};
    return wrong(reader.file, reader.node, "home_assistant needs both url and token",
                 "A long-lived access token is made in Home Assistant: your profile, Security.");
}

base::Result<> take_ingress(const Reader& reader, IngressListener& ingress) {
    const toml::table* table = reader.node.as_table();
    if (!table) return wrong(reader.file, reader.node, "ingress must be a table", "Begin it with [ingress].");
    for (const auto& [name, value] : *table) {
        const Reader each{reader.file, "ingress." + std::string(name.str()), value};
        base::Result<> result;
        std::string listen;
        if (name == "listen") {
            result = each.text(listen);
            Config parsed; // the two kinds of listeners are written alike
            parsed.address = ingress.address;
            parsed.port = 0;
            if (result) result = set_listen(listen, parsed);
            if (!result) return wrong(reader.file, value, result.error().message, result.error().hint);
            ingress.address = parsed.address;
            ingress.port = parsed.port;
        } else if (name == "sources") {
            result = each.texts(ingress.sources, R"(For example ["172.30.32.2"].)");
        } else {
            result = each.unknown("listen, sources");
        }
        if (!result) return result;
    }
    if (ingress.port != 0) return {};
    return wrong(reader.file, reader.node, "ingress needs listen, with a port", "For example \"0.0.0.0:8099\".");
}

base::Result<> take(const Reader& reader, Config& config) {
    const std::string& key = reader.key;
    std::string text;
    if (key == "mqtt") return take_mqtt_table(reader.file, reader.node, config);
    if (key == "home_assistant") return take_home_assistant(reader, config.home_assistant);
    if (key == "ingress") return take_ingress(reader, config.ingress);
    if (key == "allowed_hosts") return reader.texts(config.allowed_hosts, R"(For example ["hub.home.arpa"].)");
    if (key == "ports") return reader.ports(config);
    if (key != "listen" && key != "log_level" && key != "boards_dir" && key != "apps_dir") {
        return reader.unknown(
            "listen, boards_dir, apps_dir, ports, allowed_hosts, log_level, [mqtt], [home_assistant], "
            "[ingress]");
    }
    if (auto result = reader.text(text); !result) return result;
    base::Result<> result;
    if (key == "listen") result = set_listen(text, config);
    if (key == "log_level") result = set_log_level(text, config);
    if (key == "apps_dir") config.apps_dir = std::filesystem::absolute(reader.file).parent_path() / text;
    if (key == "boards_dir") config.boards_dir = std::filesystem::absolute(reader.file).parent_path() / text;
    if (!result) return wrong(reader.file, reader.node, result.error().message, result.error().hint);
    return {};
}

/// How many bytes the TOML text at the start of `rest` has, its quotes included; 0 when none starts there.
std::size_t quoted_size(std::string_view rest) {
    const char quote = rest.front();
    if (quote != '"' && quote != '\'') return 0;
    const std::string three(3, quote);
    const std::string_view end = rest.starts_with(three) ? std::string_view(three) : std::string_view(three).substr(2);
    for (std::size_t i = end.size(); i < rest.size(); ++i) {
        if (quote == '"' && rest[i] == '\\') {
            ++i;
        } else if (rest.substr(i).starts_with(end)) {
            return i + end.size();
        } else if (rest[i] == '\n' && end.size() == 1) {
            return i;
        }
    }
    return rest.size();
}

/// The first line with a letter beyond ASCII outside of texts and comments, where TOML allows none; 0 if there is none.
/// toml++ 3.3 must not see one: it looks them up in a table with holes, whose end is undefined behaviour.
std::size_t stray_letter_line(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    char before = '\n'; // the last character that is no space
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if ((static_cast<unsigned char>(c) & 0x80U) != 0) {
            return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<long>(i), '\n'));
        }
        const bool may_quote = std::string_view("=,[{.\n").find(before) != std::string_view::npos;
        const std::size_t quoted = may_quote ? quoted_size(text.substr(i)) : 0;
        if (c != ' ' && c != '\t' && c != '\r') before = c;
        i = c == '#' ? std::min(text.find('\n', i), text.size()) : i + std::max<std::size_t>(quoted, 1);
    }
    return 0;
}

bool others_can_read(const std::filesystem::path& file) {
    struct stat info {};
    return ::stat(file.c_str(), &info) == 0 && (info.st_mode & 077U) != 0;
}

} // namespace

base::Result<> apply_file(const std::filesystem::path& file, Config& config) {
    std::ifstream stream(file, std::ios::binary);
    std::error_code ignored;
    if (!stream || std::filesystem::is_directory(file, ignored)) {
        return base::fail(ErrorCode::io, "Can't read " + file.string(), "Does it exist, and may this user read it?");
    }
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (const std::size_t line = stray_letter_line(text); line != 0) {
        return base::fail(ErrorCode::invalid_argument,
                          file.filename().string() + ", line " + std::to_string(line) +
                              ": a letter beyond ASCII outside of a text",
                          "Put the text that it belongs to in quotes.");
    }
    toml::table table;
    try {
        table = toml::parse(text);
    } catch (const toml::parse_error& error) {
        return base::fail(ErrorCode::invalid_argument,
                          file.filename().string() + ", line " + std::to_string(error.source().begin.line) + ": " +
                              std::string(error.description()),
                          "https://toml.io shows how such a file is written.");
    }
    for (const auto& [name, node] : table) {
        if (auto result = take(Reader{file, std::string(name.str()), node}, config); !result) return result;
    }
    const bool secret = !config.broker.password.empty() || !config.home_assistant.token.empty();
    if (secret && others_can_read(file)) {
        return base::fail(ErrorCode::refused, file.string() + " holds a password or token and others can read it",
                          "chmod 600 " + file.string());
    }
    return {};
}

} // namespace hub::daemon
