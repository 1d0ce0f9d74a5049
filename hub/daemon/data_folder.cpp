// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/data_folder.hpp"

#include "hub/api/access.hpp"

namespace hub::daemon {

using base::ErrorCode;

namespace {

constexpr std::size_t token_size_min = 20;

bool is_token(std::string_view text) {
    return text.size() >= token_size_min && text.size() <= api::token_size_max &&
           text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
               std::string_view::npos;
}

} // namespace

base::Result<DataFolder> DataFolder::open(const std::filesystem::path& path) {
    if (auto made = make_private_folder(path); !made) return tl::unexpected(made.error());
    auto lock = FileLock::take(path / "lock", FileLock::WhenTaken::fail);
    if (lock) return DataFolder(path, std::move(*lock));
    if (lock.error().code != ErrorCode::busy) return tl::unexpected(lock.error());
    return base::fail(ErrorCode::busy, "Another hub runs in " + path.string(),
                      "Use that one (`ouro url`), stop it, or name another folder with --data.");
}

base::Result<std::optional<std::string>> DataFolder::find_token(std::string_view name) const {
    const std::filesystem::path file = path_ / name;
    auto text = read_private_file(file, api::token_size_max + 1);
    if (!text && text.error().code == ErrorCode::refused) {
        return base::fail(ErrorCode::refused, "Others can read the token in " + file.string(),
                          "Delete it for a new one, or if nobody did: chmod 600 " + file.string());
    }
    if (!text || !*text) return text;
    if ((*text)->ends_with('\n')) (*text)->pop_back();
    if (is_token(**text)) return text;
    return base::fail(ErrorCode::malformed, "There is no token in " + file.string(), "Delete the file for a new one.");
}

base::Result<std::string> DataFolder::token(std::string_view name) const {
    auto found = find_token(name);
    if (!found) return tl::unexpected(found.error());
    if (*found) return **found;
    std::string token = api::make_token();
    if (auto written = write_private_file(path_ / name, token + "\n"); !written) return tl::unexpected(written.error());
    return token;
}

} // namespace hub::daemon
