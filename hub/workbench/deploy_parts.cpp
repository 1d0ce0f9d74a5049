// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/deploy_parts.hpp"
#include "hub/workbench/deploy_kit.hpp"
#include "hub/workbench/deploy_rom.hpp"
#include "hub/workbench/repl/python_literals.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <set>
#include <utility>

namespace hub::workbench {

using base::ErrorCode;

namespace {

constexpr std::string_view config_file = "secret_config.py";

/// A setting of docs/stock-boards.md, and what it is called in an older program's secret_config.py.
struct Setting {
    std::string_view name;
    std::string_view old_name;
    bool is_secret;
};
constexpr std::array<Setting, 13> settings{{
    {"CIRCUITPY_WIFI_SSID", "WIFI_SSID", false},
    {"CIRCUITPY_WIFI_PASSWORD", "WIFI_PASSWORD", true},
    {"HA_BROKER", "MQTT_SERVER", false},
    {"HA_USER", "MQTT_USERNAME", false},
    {"HA_PASSWORD", "MQTT_PASSWORD", true},
    {"HA_PORT", "", false},
    {"HA_TLS", "", false},
    {"HA_CA", "", false},
    {"HA_IP", "", false},
    {"HA_NAME", "", false},
    {"HA_ID", "", false},
    {"HA_WATCHDOG", "", false},
    {"HA_UPDATE_KEY", "", true},
}};

/// By either of its names.
std::optional<std::string> value_of(const Secrets& secrets, std::string_view name) {
    if (const auto found = secrets.find(std::string(name)); found != secrets.end()) return found->second;
    for (const Setting& setting : settings) {
        if (setting.old_name.empty() || (setting.name != name && setting.old_name != name)) continue;
        const auto other = setting.name == name ? setting.old_name : setting.name;
        if (const auto found = secrets.find(std::string(other)); found != secrets.end()) return found->second;
    }
    return std::nullopt;
}

bool is_python(const AppFile& file) { return file.path.ends_with(".py"); }

/// "src.config." is "src/config/secret_config.py"; from a file in "src", "." is "src/secret_config.py".
std::string config_path(const std::string& file, std::string dots) {
    std::string folder;
    if (dots.starts_with('.')) {
        folder = file.substr(0, file.find_last_of('/') + 1);
        dots.erase(0, 1);
        for (; dots.starts_with('.'); dots.erase(0, 1)) {
            folder.erase(folder.empty() ? 0 : folder.find_last_of('/', folder.size() - 2) + 1);
        }
    }
    std::replace(dots.begin(), dots.end(), '.', '/');
    return folder + dots + std::string(config_file);
}

/// "A, B as C" are A and B.
std::vector<std::string> names_in(const std::string& list) {
    static const std::regex name(R"((?:^|,)\s*([A-Za-z_]\w*|\*))");
    std::vector<std::string> names;
    for (std::sregex_iterator at(list.begin(), list.end(), name), end; at != end; ++at) names.push_back((*at)[1]);
    return names;
}

/// The list that `rest` begins with, without its brackets.
std::string imported(const std::string& rest) {
    const bool in_brackets = rest.starts_with('(');
    return rest.substr(in_brackets ? 1 : 0, rest.find_first_of(in_brackets ? ")" : "\n#;") - (in_brackets ? 1 : 0));
}

using Configs = std::map<std::string, std::set<std::string>>;

/// What one file reads from secret_config.py; "*" for all of it.
void read_imports(const std::string& path, const std::string& text, Configs& configs) {
    static const std::regex from_it(R"((?:^|\n)[ \t]*from[ \t]+([\w.]*?)secret_config[ \t]+import[ \t]*)");
    static const std::regex whole(
        R"((?:^|\n)[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]+([\w.]*?)secret_config\b(?:[ \t]+as[ \t]+(\w+))?)");
    for (std::sregex_iterator at(text.begin(), text.end(), from_it), end; at != end; ++at) {
        std::set<std::string>& wanted = configs[config_path(path, (*at)[1])];
        for (const std::string& name : names_in(imported(at->suffix()))) wanted.insert(name);
    }
    for (std::sregex_iterator at(text.begin(), text.end(), whole), end; at != end; ++at) {
        std::string dots = (*at)[1].str();
        if (!dots.empty() && !dots.ends_with('.')) dots += '.';
        std::set<std::string>& wanted = configs[config_path(path, dots + (*at)[2].str())];
        const std::string called = (*at)[3].matched ? (*at)[3].str() : (*at)[2].str() + "secret_config";
        const std::regex use("\\b" + std::regex_replace(called, std::regex("\\."), "\\.") + R"(\.([A-Za-z_]\w*))");
        for (std::sregex_iterator used(text.begin(), text.end(), use); used != end; ++used) wanted.insert((*used)[1]);
    }
}

/// The texts of `secrets = ["…"]` in app.toml, above the first table or in [app].
std::vector<std::string> named_in(const std::string& toml) {
    static const std::regex line(R"(^[ \t]*secrets[ \t]*=[ \t]*\[([^\]]*)\])");
    static const std::regex text(R"(["']([^"']*)["'])");
    std::vector<std::string> names;
    bool is_ours = true;
    for (std::size_t at = 0; at < toml.size();) {
        const auto line_end = std::min(toml.find('\n', at), toml.size());
        const std::string one = toml.substr(at, line_end - at);
        if (one.starts_with('[')) is_ours = one.starts_with("[app]");
        std::smatch found;
        if (is_ours && std::regex_search(one, found, line)) {
            const std::string list = found[1];
            for (std::sregex_iterator name(list.begin(), list.end(), text), end; name != end; ++name) {
                names.push_back((*name)[1]);
            }
        }
        at = line_end + 1;
    }
    return names;
}

std::string toml_text(std::string_view value) {
    std::string text = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + "\"";
}

/// `true` and numbers stand as they are where no text is meant.
std::string toml_value(std::string_view name, const std::string& value) {
    const bool plain = name == "HA_PORT" || name == "HA_TLS" || name == "HA_WATCHDOG";
    const bool number = value.size() < 10 && value.find_first_not_of("0123456789") == std::string::npos;
    return plain && (number || value == "true" || value == "false") ? value : toml_text(value);
}

void add_settings(AppFolder& app, const BoardFacts& board, const Secrets& secrets) {
    std::string text = "# Written by `ouro deploy`.\n";
    std::vector<std::string> names;
    for (const Setting& setting : settings) {
        const bool for_the_network =
            setting.name != "HA_NAME" && setting.name != "HA_ID" && setting.name != "HA_WATCHDOG";
        const auto value = value_of(secrets, setting.name);
        if (!value || (for_the_network && !board.has_network)) continue;
        names.emplace_back(setting.name);
        text += names.back() + " = " + toml_value(setting.name, *value) + "\n";
    }
    if (!names.empty()) add_made_file(app, "settings.toml", std::move(text), std::move(names));
}

base::Result<> add_config(AppFolder& app, const std::string& path, const std::vector<std::string>& names,
                          const Secrets& secrets) {
    std::string text = "# Written by `ouro deploy`.\n";
    std::string missing;
    for (const std::string& name : names) {
        const auto value = value_of(secrets, name);
        if (value) {
            text += name + " = " + text_literal(*value) + "\n";
        } else {
            missing += (missing.empty() ? "" : ", ") + name;
        }
    }
    if (!missing.empty()) {
        return base::fail(ErrorCode::not_found, "the app reads secrets that are not kept here: " + missing,
                          "`ouro secrets set NAME` keeps one.");
    }
    add_made_file(app, path, std::move(text), names);
    return {};
}

void add_ha(AppFolder& app, const BoardFacts& board) {
    const bool reads_ours = board.mpy_version == kit_mpy_version();
    for (const auto& [path, content] : reads_ours ? kit_compiled() : kit_sources()) {
        add_made_file(app, std::string(path), std::string(content));
    }
    if (!board.is_circuitpython) return;
    for (const auto& [path, content] : kit_circuitpython()) {
        if (!has_file(app, path)) add_made_file(app, std::string(path), std::string(content));
    }
}

} // namespace

base::Result<AppNeeds> app_needs(const AppFolder& app) {
    static const std::regex imports_ha(
        R"((?:^|\n)[ \t]*(?:import[ \t]+(?:\w[\w.]*(?:[ \t]+as[ \t]+\w+)?[ \t]*,[ \t]*)*ha\b|from[ \t]+ha\b))");
    constexpr std::uint64_t program_max = 256 * 1024; // what is longer was not written by hand
    AppNeeds needs;
    Configs configs;
    std::vector<std::string> named;
    for (const AppFile& file : app.files) {
        if (file.size > program_max || !(is_python(file) || file.path == "app.toml")) continue;
        const auto text = content_of(file);
        if (!text) return tl::unexpected(text.error());
        if (file.path == "app.toml") {
            named = named_in(*text);
        } else {
            needs.ha = needs.ha || std::regex_search(*text, imports_ha);
            read_imports(file.path, *text, configs);
        }
    }
    needs.ha =
        needs.ha && !has_file(app, "ha/__init__.py") && !has_file(app, "ha/__init__.mpy") && !has_file(app, "ha.py");
    if (configs.empty() && !named.empty()) configs[std::string(config_file)];
    for (auto& [path, wanted] : configs) {
        if (has_file(app, path)) continue;
        const bool takes_all = wanted.erase("*") > 0;
        wanted.insert(named.begin(), named.end());
        if (takes_all && named.empty()) {
            return base::fail(ErrorCode::invalid_argument, "the app takes all of " + path + " (`import *`)",
                              "Name in app.toml what it needs: secrets = [\"WIFI_PASSWORD\"]");
        }
        for (const std::string& name : wanted) {
            if (!is_secret_name(name)) {
                return base::fail(ErrorCode::invalid_argument, "app.toml: \"" + name + "\" can't be a secret's name");
            }
        }
        needs.configs[path].assign(wanted.begin(), wanted.end());
    }
    return needs;
}

base::Result<> add_parts(AppFolder& app, const AppNeeds& needs, const BoardFacts& board, const Secrets& secrets,
                         std::string_view salt) {
    for (const auto& [path, names] : needs.configs) {
        if (auto added = add_config(app, path, names, secrets); !added) return added;
    }
    if (needs.ha && !board.is_ours) {
        if (board.ha_in_rom) {
            app.board_library = rom_library;
        } else {
            add_ha(app, board);
        }
        if (!has_file(app, "settings.toml")) add_settings(app, board, secrets);
    }
    finish_app(app, salt);
    return {};
}

bool is_secret_name(std::string_view name) {
    constexpr std::size_t name_max = 48;
    constexpr std::string_view digits = "0123456789";
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return !name.empty() && name.size() <= name_max && digits.find(name[0]) == std::string_view::npos &&
           name.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_secret_value(std::string_view value) {
    constexpr std::size_t value_max = 1024;
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    return !value.empty() && value.size() <= value_max && std::none_of(value.begin(), value.end(), is_control);
}

SecretMask::SecretMask(const Secrets& secrets) {
    constexpr std::size_t hidden_min = 4;
    for (const auto& [name, value] : secrets) {
        const bool is_open = std::any_of(settings.begin(), settings.end(), [&, &wanted = name](const Setting& setting) {
            return !setting.is_secret && (setting.name == wanted || setting.old_name == wanted);
        });
        if (!is_open && value.size() >= hidden_min) values_.push_back(value);
    }
    std::sort(values_.begin(), values_.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string SecretMask::operator()(std::string_view bytes) {
    held_ += bytes;
    return shown(false);
}

std::string SecretMask::end() { return shown(true); }

std::string SecretMask::shown(bool at_end) {
    std::string text;
    std::size_t at = 0;
    while (at < held_.size()) {
        const std::string_view rest = std::string_view(held_).substr(at);
        // The longest first: what may still become a longer one waits.
        const auto found = std::find_if(values_.begin(), values_.end(), [&](const std::string& value) {
            return rest.starts_with(value) || (!at_end && std::string_view(value).starts_with(rest));
        });
        if (found == values_.end()) {
            text += held_[at++];
        } else if (rest.starts_with(*found)) {
            text += "******";
            at += found->size();
        } else {
            break;
        }
    }
    held_.erase(0, at);
    return text;
}

} // namespace hub::workbench
