// SPDX-License-Identifier: Apache-2.0
#include "cli/firmware_store.hpp"

#include <cstdlib>

namespace cli {

namespace fs = std::filesystem;

namespace {

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

} // namespace

fs::path firmware_folder() {
    if (const std::string named = variable("OURO_FIRMWARE_DIR"); !named.empty()) return named;
    if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty())
        return fs::path(cache) / "ouroboard/firmware";
    return fs::path(variable("HOME")) / ".cache/ouroboard/firmware";
}

std::string firmware_mirror() { return variable("OURO_FIRMWARE_MIRROR"); }

Outcome<flash::Download> get_firmware(const std::string& name, FlashReporter& reporter) {
    const auto entry = flash::Catalogue::built_in().find(name);
    if (!entry) return tl::unexpected(failure_of(entry.error()));
    const std::string mirror = firmware_mirror();
    const std::string url = flash::at_mirror(entry->url, mirror);
    const auto fetched = flash::fetch_firmware(url, entry->file_name(), firmware_folder(), mirror,
                                               [&](std::uint64_t done, std::uint64_t total) {
                                                   if (total > 0) reporter.progress({"fetch", done, total, 0});
                                               });
    reporter.end_line();
    if (!fetched) return tl::unexpected(failure_of(fetched.error()));
    reporter.step((fetched->cached ? "Here already: " : "Fetched ") + entry->file_name() + ", " +
                  std::to_string(fetched->size) + " bytes, SHA-256 " + fetched->sha256);
    return *fetched;
}

Outcome<std::string> firmware_file(const std::string& typed, FlashReporter& reporter) {
    std::error_code ignored;
    const bool is_path = fs::exists(typed, ignored) || typed.ends_with(".bin") || typed.ends_with(".uf2");
    if (is_path) return typed;
    const auto fetched = get_firmware(typed, reporter);
    if (!fetched) return tl::unexpected(fetched.error());
    return fetched->file.string();
}

} // namespace cli
