// SPDX-License-Identifier: Apache-2.0
#include "cli/secret_store.hpp"
#include "hub/daemon/data_folder.hpp"
#include "protocol/link/names.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>
#include <system_error>
#include <tuple>
#include <utility>

namespace cli {

namespace fs = std::filesystem;
using Json = nlohmann::json;
namespace workbench = hub::workbench;

namespace {

constexpr std::size_t secrets_max = 256;
constexpr std::size_t file_max = std::size_t{1} << 20;

tl::unexpected<Failure> broken(const fs::path& file) {
    return fail(exit_failed, file.string() + " is not as `ouro secrets` writes it",
                "Put it away, and set the secrets again.");
}

/// Nothing if there is no file.
Outcome<std::string> read_private(const fs::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT) return std::string();
    if (fd < 0) return fail(exit_failed, "Can't read " + file.string() + ": " + std::strerror(errno), "");
    struct stat info {};
    std::string text;
    std::array<char, 4096> piece{};
    ssize_t size = 0;
    const bool is_private = ::fstat(fd, &info) == 0 && (info.st_mode & 077U) == 0;
    while (is_private && text.size() <= file_max && (size = ::read(fd, piece.data(), piece.size())) > 0) {
        text.append(piece.data(), static_cast<std::size_t>(size));
    }
    ::close(fd);
    if (!is_private) {
        return fail(exit_refused, "Others can read the secrets in " + file.string(),
                    "Change them where they are used, then: chmod 600 " + file.string());
    }
    if (size < 0 || text.size() > file_max || text.empty()) return broken(file);
    return text;
}

std::string new_salt() {
    std::random_device random;
    std::string salt;
    for (int i = 0; i < 4; ++i) {
        std::array<char, 9> digits{};
        std::snprintf(digits.data(), digits.size(), "%08x", random());
        salt += digits.data();
    }
    return salt;
}

bool is_before(const KeptSecret& a, const KeptSecret& b) {
    return std::tie(a.name, a.board) < std::tie(b.name, b.board);
}

/// What `save` writes; nothing else.
bool read_secret(const Json& json, KeptSecret& into) {
    if (!json.is_object()) return false;
    const auto text = [&](const char* key) {
        const auto found = json.find(key);
        return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    into.name = text("name");
    into.board = text("board");
    into.value = text("value");
    const auto at = json.find("set_at_ms");
    into.set_at_ms = at != json.end() && at->is_number() ? at->get<double>() : 0;
    return workbench::is_secret_name(into.name) && workbench::is_secret_value(into.value) &&
           (into.board.empty() || protocol::link::is_uid(into.board));
}

} // namespace

Outcome<SecretStore> SecretStore::open(const fs::path& data, Purpose purpose) {
    int lock = -1;
    if (purpose == Purpose::change) {
        std::error_code error;
        const bool is_new = !fs::exists(data, error);
        fs::create_directories(data, error);
        if (error || (is_new && ::chmod(data.c_str(), 0700) != 0)) {
            return fail(exit_failed, "Can't make the folder " + data.string(), "Name another one with --data.");
        }
        lock = ::open((data / "secrets.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (lock < 0 || ::flock(lock, LOCK_EX) != 0) {
            const std::string why = std::strerror(errno);
            if (lock >= 0) ::close(lock);
            return fail(exit_failed, "Can't write in " + data.string() + ": " + why,
                        "Name another folder with --data.");
        }
    }
    SecretStore store(data / "secrets.json", lock);
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

SecretStore::SecretStore(SecretStore&& other) noexcept
    : file_(std::move(other.file_)),
      lock_(std::exchange(other.lock_, -1)),
      salt_(std::move(other.salt_)),
      secrets_(std::move(other.secrets_)) {}

SecretStore::~SecretStore() {
    if (lock_ >= 0) ::close(lock_);
}

workbench::Secrets SecretStore::for_board(const std::string& uid) const {
    workbench::Secrets found;
    for (const KeptSecret& secret : secrets_) {
        if (secret.board.empty() || secret.board == uid) found[secret.name] = secret.value; // its own one comes later
    }
    return found;
}

Outcome<> SecretStore::set(KeptSecret secret) {
    remove(secret.name, secret.board);
    if (secrets_.size() == secrets_max) {
        return fail(exit_refused, "There are 256 secrets already", "`ouro secrets remove` makes room.");
    }
    secrets_.push_back(std::move(secret));
    std::sort(secrets_.begin(), secrets_.end(), is_before);
    return {};
}

bool SecretStore::remove(const std::string& name, const std::string& board) {
    return std::erase_if(secrets_, [&](const KeptSecret& kept) { return kept.name == name && kept.board == board; }) >
           0;
}

Outcome<> SecretStore::save() {
    if (salt_.empty()) salt_ = new_salt();
    Json list = Json::array();
    for (const KeptSecret& secret : secrets_) {
        list.push_back(
            {{"name", secret.name}, {"board", secret.board}, {"value", secret.value}, {"set_at_ms", secret.set_at_ms}});
    }
    const std::string text =
        Json{{"salt", salt_}, {"secrets", list}}.dump(1, ' ', false, Json::error_handler_t::replace);
    const auto written = hub::daemon::write_private_file(file_, text + "\n");
    if (!written) return tl::unexpected(failure_of(written.error()));
    return {};
}

} // namespace cli
