// SPDX-License-Identifier: Apache-2.0
// Any ouro.toml, flag or variable: the answer is a complaint that names its source, or a configuration that the rest of
// the hub can work with.
#include "base/expect.hpp"
#include "hub/core/declaration.hpp"
#include "hub/core/safe_json.hpp"
#include "hub/daemon/config.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace hub::daemon {
namespace {

/// A folder with an ouro.toml, for as long as the program runs.
class Folder {
public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "ouro-fuzz-XXXXXX").string();
        expect(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
        write("");
        std::filesystem::permissions(path / "ouro.toml", std::filesystem::perms(0600));
    }
    ~Folder() { std::filesystem::remove_all(path); }

    void write(std::string_view text) const { std::ofstream(path / "ouro.toml", std::ios::binary) << text; }

    std::filesystem::path path;
};

void check(const Broker& broker) {
    expect(broker.port >= 1 && broker.port <= 65535);
    expect((broker.mode == BrokerMode::external) <= !broker.host.empty());
}

void check(const Config& config) {
    expect(config.data.is_absolute() && config.boards_dir.is_absolute() && !config.address.empty());
    const auto levels = {"debug", "info", "warning", "error"};
    expect(std::find(levels.begin(), levels.end(), config.log_level) != levels.end());
    expect(core::is_further_topic(config.discovery_prefix, ""));
    const auto is_empty = [](const std::string& name) { return name.empty(); };
    expect(std::none_of(config.allowed_hosts.begin(), config.allowed_hosts.end(), is_empty));
    check(config.broker);
}

void check(const base::Result<Config>& result, std::string_view source) {
    if (result) return check(*result);
    expect(result.error().code == base::ErrorCode::invalid_argument);
    expect(result.error().message.view().starts_with(source));
}

} // namespace
} // namespace hub::daemon

/// The first byte says what the rest is: ouro.toml, or one of the settings.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hub::daemon;
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    static const Folder folder;
    const auto no_variable = [](const char*) -> const char* { return nullptr; };
    Settings flags;
    flags.data = folder.path.string();
    folder.write(data[0] == 't' ? text : "");
    switch (data[0]) {
    case 't': check(load_config(flags, no_variable), "ouro.toml, line "); break;
    case 'l':
        flags.listen = text;
        check(load_config(flags, no_variable), "--listen: ");
        break;
    case 'b':
        flags.broker = text;
        check(load_config(flags, no_variable), "--broker: ");
        break;
    case 'v':
        flags.log_level = text;
        check(load_config(flags, no_variable), "--log-level: ");
        break;
    case 'h':
        flags.allowed_hosts = text;
        check(load_config(flags, no_variable), "none");
        break;
    default: break;
    }
    return 0;
}
