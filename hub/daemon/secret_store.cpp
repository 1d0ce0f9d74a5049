// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/secret_store.hpp"

#include "hub/core/json_parts.hpp"
#include "hub/core/token.hpp"
#include "protocol/link/names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace hub::daemon {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using base::ErrorCode;

namespace {

constexpr std::size_t secrets_max = 256;
constexpr std::size_t file_max = std::size_t{1} << 20;

tl::unexpected<base::Error> broken(const fs::path& file) {
    return base::fail(ErrorCode::malformed, file.string() + " is not as `ouro secrets` writes it",
                      "Put it away, and set the secrets again.");
}

/// Empty if there is no file.
base::Result<std::string> read_private(const fs::path& file) {
    const auto text = read_private_file(file, file_max);
    if (text && *text) return (*text)->empty() ? broken(file) : base::Result<std::string>(**text);
    if (text) return std::string();
    if (text.error().code == ErrorCode::malformed) return broken(file);
    if (text.error().code != ErrorCode::refused) return tl::unexpected(text.error());
    return base::fail(ErrorCode::refused, "Others can read the secrets in " + file.string(),
                      "Change them where they are used, then: chmod 600 " + file.string());
}

bool is_before(const KeptSecret& a, const KeptSecret& b) {
    return std::tie(a.name, a.board) < std::tie(b.name, b.board);
}

/// What `save` writes; nothing else.
bool read_secret(const Json& json, KeptSecret& into) {
    if (!json.is_object()) return false;
    const auto text = [&json](const char* key) { return core::text_at(json, key); };
    into.name = text("name");
    into.board = text("board");
    into.value = text("value");
    into.set_at_ms = core::number_at(json, "set_at_ms");
    return workbench::is_secret_name(into.name) && workbench::is_secret_value(into.value) &&
           (into.board.empty() || protocol::link::is_uid(into.board));
}

} // namespace

base::Result<SecretStore> SecretStore::open(const fs::path& data, Purpose purpose) {
    SecretStore store(data / "secrets.json");
    if (purpose == Purpose::change) {
        if (const auto made = make_private_folder(data); !made) return tl::unexpected(made.error());
        auto lock = FileLock::take(data / "secrets.lock", FileLock::WhenTaken::wait);
        if (!lock) return tl::unexpected(lock.error());
        store.lock_.emplace(std::move(*lock));
    }
    const auto text = read_private(store.file_);
    if (!text) return tl::unexpected(text.error());
    if (text->empty()) return store;
    const Json json = Json::parse(*text, nullptr, false);
    const bool good = json.is_object() && json.contains("salt") && json["salt"].is_string() &&
                      json.contains("secrets") && json["secrets"].is_array() && json["secrets"].size() <= secrets_max;
    if (!good) return broken(store.file_);
    store.salt_ = json["salt"].get<std::string>();
    for (const Json& each : json["secrets"]) {
        KeptSecret secret;
        if (!read_secret(each, secret)) return broken(store.file_);
        store.secrets_.push_back(std::move(secret));
    }
    std::sort(store.secrets_.begin(), store.secrets_.end(), is_before);
    return store;
}

workbench::Secrets SecretStore::for_board(const std::string& uid) const {
    workbench::Secrets found;
    for (const KeptSecret& secret : secrets_) {
        if (secret.board.empty() || secret.board == uid) found[secret.name] = secret.value; // its own one comes later
    }
    return found;
}

base::Result<> SecretStore::set(KeptSecret secret) {
    remove(secret.name, secret.board);
    if (secrets_.size() == secrets_max) {
        return base::fail(ErrorCode::full, "There are 256 secrets already", "`ouro secrets remove` makes room.");
    }
    secrets_.push_back(std::move(secret));
    std::sort(secrets_.begin(), secrets_.end(), is_before);
    return {};
}

bool SecretStore::remove(const std::string& name, const std::string& board) {
    return std::erase_if(secrets_, [&](const KeptSecret& kept) { return kept.name == name && kept.board == board; }) >
           0;
}

base::Result<> SecretStore::save() {
    if (salt_.empty()) salt_ = core::make_token();
    Json list = Json::array();
    for (const KeptSecret& secret : secrets_) {
        list.push_back(
            {{"name", secret.name}, {"board", secret.board}, {"value", secret.value}, {"set_at_ms", secret.set_at_ms}});
    }
    const std::string text =
        Json{{"salt", salt_}, {"secrets", list}}.dump(1, ' ', false, Json::error_handler_t::replace);
    return write_private_file(file_, text + "\n");
}

} // namespace hub::daemon
