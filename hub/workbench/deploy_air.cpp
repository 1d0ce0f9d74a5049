// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/deploy_air.hpp"
#include "hub/workbench/repl/base64.hpp"
#include "hub/workbench/repl/digest.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace hub::workbench {

using base::ErrorCode;
using Json = nlohmann::json;

namespace {

// As python/ha/_update.py has them.
constexpr std::size_t files_max = 100;
constexpr std::size_t file_max = 262'144;
constexpr std::size_t manifest_max = 16'384;
constexpr std::size_t piece_max = 1024;

std::string hmac_of(std::string_view key, std::string_view text) {
    const auto bytes = [](std::string_view view) { return reinterpret_cast<const unsigned char*>(view.data()); };
    crypto_auth_hmacsha256_state state;
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    std::array<char, 2 * crypto_auth_hmacsha256_BYTES + 1> digits{};
    crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes(text), text.size());
    crypto_auth_hmacsha256_final(&state, mac.data());
    sodium_bin2hex(digits.data(), digits.size(), mac.data(), mac.size());
    return digits.data();
}

} // namespace

base::Result<AirUpdate> AirUpdate::make(const AppFolder& app, std::string_view uid, std::string_view key,
                                        std::int64_t serial) {
    const std::string entry = has_file(app, "main.py") ? "main.py" : "app.py";
    if (!has_file(app, entry)) {
        return base::fail(ErrorCode::not_found, "there is neither main.py nor app.py in the app's folder",
                          "This board starts one of them.");
    }
    Json files = Json::array();
    for (const AppFile& file : app.files) {
        if (file.size > file_max) {
            return base::fail(ErrorCode::too_large, file.path + " has more than 256 KiB", "Send it over USB.");
        }
        files.push_back({file.path, file.size, file.sha256});
    }
    AirUpdate update(app);
    const Json manifest = {{"uid", uid},     {"serial", serial}, {"app", app.name}, {"version", app.version},
                           {"entry", entry}, {"files", files}};
    update.manifest_ = manifest.dump();
    if (files.size() > files_max || update.manifest_.size() > manifest_max) {
        return base::fail(ErrorCode::too_large, "the app has more files than go over the air", "Send it over USB.");
    }
    const std::string digest = sha256_hex(update.manifest_);
    const std::string size = std::to_string(update.manifest_.size());
    update.begin_ = {{"op", "begin"},
                     {"size", update.manifest_.size()},
                     {"sha256", digest},
                     {"mac", hmac_of(key, std::string(uid) + " " + size + " " + digest)}};
    return update;
}

base::Result<std::optional<Json>> AirUpdate::answer(const Json& asked) const {
    const auto want = asked.find("want");
    const auto count = [&](const char* key) {
        const auto found = asked.find(key);
        return found != asked.end() && found->is_number_integer() ? found->get<std::int64_t>() : -1;
    };
    if (want == asked.end() || !want->is_string() || count("at") < 0 || count("size") < 1) return std::optional<Json>();
    const auto path = want->get<std::string>();
    base::Result<std::string> content = manifest_;
    if (!path.empty()) {
        const auto file = std::find_if(app_->files.begin(), app_->files.end(),
                                       [&](const AppFile& each) { return each.path == path; });
        if (file == app_->files.end()) return std::optional<Json>();
        content = content_of(*file);
        if (!content) return tl::unexpected(content.error());
    }
    const auto begin = static_cast<std::uint64_t>(count("at"));
    if (begin >= content->size()) return std::optional<Json>();
    const auto piece = std::string_view(*content).substr(
        begin, std::min<std::uint64_t>(static_cast<std::uint64_t>(count("size")), piece_max));
    return std::optional(Json{{"op", "data"}, {"want", path}, {"at", begin}, {"data", base64_of(piece)}});
}

} // namespace hub::workbench
