// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/download.hpp"

#include "hub/workbench/flash/digests.hpp"

#include <curl/curl.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

namespace hub::workbench::flash {

namespace fs = std::filesystem;

namespace {

constexpr long nothing_left = 416; ///< there is no byte after those that are here

struct Transfer {
    std::ofstream* file = nullptr;
    std::uint64_t offset = 0; ///< what was here before
    std::uint64_t size = 0;   ///< with it
    const OnDownload* on_progress = nullptr;
};

std::size_t on_bytes(char* bytes, std::size_t, std::size_t size, void* context) {
    auto& transfer = *static_cast<Transfer*>(context);
    transfer.size += size;
    if (transfer.size > download_size_max) return 0;
    transfer.file->write(bytes, static_cast<std::streamsize>(size));
    return transfer.file->good() ? size : 0;
}

int on_progress(void* context, curl_off_t total, curl_off_t done, curl_off_t, curl_off_t) {
    const auto& transfer = *static_cast<Transfer*>(context);
    const auto all = total > 0 ? static_cast<std::uint64_t>(total) + transfer.offset : 0;
    if (*transfer.on_progress) (*transfer.on_progress)(static_cast<std::uint64_t>(done) + transfer.offset, all);
    return 0;
}

base::Result<> error_of(CURLcode code, long status, const std::string& url, const Transfer& transfer) {
    if (transfer.size > download_size_max)
        return base::fail(base::ErrorCode::too_large, url + " is larger than any flash");
    constexpr long missing = 404;
    if (code == CURLE_HTTP_RETURNED_ERROR) {
        const auto kind = status == missing ? base::ErrorCode::not_found : base::ErrorCode::io;
        return base::fail(kind, "the server answers " + std::to_string(status) + " for " + url,
                          "Choose another version, or a file of your own.");
    }
    if (code == CURLE_WRITE_ERROR)
        return base::fail(base::ErrorCode::io, "the file can't be written", "Is there room?");
    return base::fail(base::ErrorCode::disconnected, url + ": " + ::curl_easy_strerror(code),
                      "Is the network there? Trying again goes on where this ended.");
}

void set_up(CURL* curl, const std::string& url, Transfer& transfer) {
    constexpr long redirects_max = 8, connect_patience_s = 20, stalled_s = 30, slow_bytes_per_s = 100;
    ::curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    ::curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    ::curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    ::curl_easy_setopt(curl, CURLOPT_MAXREDIRS, redirects_max);
    ::curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, connect_patience_s);
    ::curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, stalled_s);
    ::curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, slow_bytes_per_s);
    ::curl_easy_setopt(curl, CURLOPT_USERAGENT, "ouroboard/" OURO_VERSION);
    ::curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(transfer.offset));
    ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    ::curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    ::curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    ::curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
}

base::Result<> fetch(const std::string& url, const fs::path& part, const OnDownload& progress) {
    std::error_code ignored;
    const auto there = fs::exists(part, ignored) ? fs::file_size(part, ignored) : 0;
    std::ofstream file(part, std::ios::binary | std::ios::app);
    const std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> curl(::curl_easy_init(), ::curl_easy_cleanup);
    if (!file || !curl) return base::fail(base::ErrorCode::io, "cannot write " + part.string());
    Transfer transfer{&file, there, there, &progress};
    set_up(curl.get(), url, transfer);
    const CURLcode code = ::curl_easy_perform(curl.get());
    long status = 0;
    ::curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    file.close();
    if (there > 0 && (code == CURLE_RANGE_ERROR || status == nothing_left)) {
        // A server that knows no ranges, or has another file by now: from the beginning.
        fs::remove(part, ignored);
        return fetch(url, part, progress);
    }
    if (code != CURLE_OK) return error_of(code, status, url, transfer);
    if (file.good()) return {};
    return base::fail(base::ErrorCode::io, "cannot write " + part.string(), "Is there room?");
}

base::Result<Download> looked_at(const fs::path& path, bool cached) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
    const auto digest = sha256_of({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    Download download{path, bytes.size(), "", cached};
    for (const std::uint8_t byte : digest) {
        std::array<char, 3> hex{};
        std::snprintf(hex.data(), hex.size(), "%02x", byte);
        download.sha256 += hex.data();
    }
    return download;
}

} // namespace

base::Result<Download> fetch_firmware(const std::string& url, const std::string& file_name, const fs::path& folder,
                                      const OnDownload& on_progress) {
    if (file_name.empty() || file_name.find('/') != std::string::npos || file_name.starts_with('.')) {
        return base::fail(base::ErrorCode::invalid_argument, "\"" + file_name + "\" is no name for a file");
    }
    std::error_code error;
    fs::create_directories(folder, error);
    const fs::path path = folder / file_name;
    if (fs::exists(path, error)) return looked_at(path, true);
    const fs::path part = folder / (file_name + ".part");
    if (const auto fetched = fetch(url, part, on_progress); !fetched) {
        if (fs::file_size(part, error) == 0) fs::remove(part, error);
        return tl::unexpected(fetched.error());
    }
    fs::rename(part, path, error);
    if (error) return base::fail(base::ErrorCode::io, "cannot keep " + path.string() + ": " + error.message());
    return looked_at(path, false);
}

} // namespace hub::workbench::flash
