// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/web_fetch.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace hub::workbench {

using base::ErrorCode;

namespace {

constexpr long connect_ms = 10'000;
constexpr long stalled_s = 30;
constexpr long slow_bytes_per_s = 100;
constexpr long redirects_max = 5;
constexpr long status_not_found = 404, status_gone = 410, status_no_such_range = 416;

struct CurlEnd {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
using Curl = std::unique_ptr<CURL, CurlEnd>;

struct Transfer {
    const WebRequest& request;
    CURL* curl;
    std::uint64_t size;                     ///< so far, with what was here before
    std::optional<base::Error> objection{}; ///< ours, to what came
};

/// "http://host:port" of a plain address; empty for any other.
std::string_view plain_server(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) return {};
    const std::string_view server = url.substr(0, url.find_first_of("/?#\\", scheme.size()));
    // "127.0.0.1:80@elsewhere" is elsewhere.
    return server.find('@') == std::string_view::npos ? server : std::string_view{};
}

bool is_loopback(std::string_view server) {
    constexpr std::array<std::string_view, 3> names{"http://127.0.0.1", "http://localhost", "http://[::1]"};
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return server.starts_with(name) && (server.size() == name.size() || server[name.size()] == ':');
    });
}

base::Result<> check_server(const std::string& url, const std::string& mirror) {
    if (url.starts_with("https://")) return {};
    const std::string_view server = plain_server(url);
    if (!server.empty() && (is_loopback(server) || server == plain_server(mirror))) return {};
    return base::fail(ErrorCode::refused, url + " is not fetched: anybody on the way could change what it says",
                      "Use https. Plain http is for this machine, and for a mirror of your choice.");
}

bool object(Transfer& transfer, base::Error error) {
    transfer.objection = std::move(error);
    return false;
}

bool take(Transfer& transfer, std::string_view bytes) {
    const WebRequest& request = transfer.request;
    const char* from = nullptr;
    curl_easy_getinfo(transfer.curl, CURLINFO_EFFECTIVE_URL, &from);
    if (auto good = check_server(from == nullptr ? "" : from, request.mirror); !good) {
        return object(transfer, good.error());
    }
    transfer.size += bytes.size();
    if (transfer.size > request.size_max) {
        const std::string message = request.url + " is larger than " + std::to_string(request.size_max) + " B";
        return object(transfer, {ErrorCode::too_large, std::string_view(message), "Is it what you meant?"});
    }
    if (request.take(bytes)) return true;
    return object(transfer, {ErrorCode::io, "what is fetched can't be kept", "Is there room?"});
}

std::size_t on_bytes(char* bytes, std::size_t, std::size_t size, void* context) {
    return take(*static_cast<Transfer*>(context), {bytes, size}) ? size : 0;
}

int on_progress(void* context, curl_off_t total, curl_off_t done, curl_off_t, curl_off_t) {
    const WebRequest& request = static_cast<Transfer*>(context)->request;
    if (!request.on_progress) return 0;
    const auto all = total > 0 ? static_cast<std::uint64_t>(total) + request.offset : 0;
    request.on_progress(static_cast<std::uint64_t>(done) + request.offset, all);
    return 0;
}

void prepare(Transfer& transfer, char* error) {
    CURL* const curl = transfer.curl;
    const WebRequest& request = transfer.request;
    const char* const schemes = plain_server(request.url).empty() ? "https" : "http,https";
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, schemes);
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, schemes);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, redirects_max);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, stalled_s);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, slow_bytes_per_s);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(request.total_max.count()));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "127.0.0.1,localhost,::1");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "ouroboard/" OURO_VERSION);
    curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(request.offset));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
}

ErrorCode code_of(CURLcode code) {
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return ErrorCode::timeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_TOO_MANY_REDIRECTS: return ErrorCode::refused;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR: return ErrorCode::disconnected;
    case CURLE_RANGE_ERROR: return ErrorCode::unsupported;
    default: return ErrorCode::io;
    }
}

base::Result<> error_of(CURLcode code, const Transfer& transfer, const char* said) {
    if (transfer.objection) return tl::unexpected(*transfer.objection);
    const std::string& url = transfer.request.url;
    if (code != CURLE_HTTP_RETURNED_ERROR) {
        const std::string why = *said != '\0' ? said : curl_easy_strerror(code);
        return base::fail(code_of(code), "cannot get " + url + ": " + why, "Is the network there?");
    }
    long status = 0;
    curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
    const std::string answer = url + " answers with HTTP status " + std::to_string(status);
    if (status == status_not_found || status == status_gone) {
        return base::fail(ErrorCode::not_found, answer + ": there is none", "Is the name right, and the version?");
    }
    if (status == status_no_such_range) return base::fail(ErrorCode::unsupported, answer);
    return base::fail(ErrorCode::io, answer, "Try again later.");
}

} // namespace

base::Result<> web_fetch(const WebRequest& request) {
    if (auto allowed = check_server(request.url, request.mirror); !allowed) return allowed;
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    const Curl curl(ready == CURLE_OK ? curl_easy_init() : nullptr);
    if (!curl) return base::fail(ErrorCode::io, "libcurl does not start", "Is there memory left?");
    Transfer transfer{request, curl.get(), request.offset};
    std::array<char, CURL_ERROR_SIZE> said{};
    prepare(transfer, said.data());
    const CURLcode code = curl_easy_perform(curl.get());
    if (code != CURLE_OK) return error_of(code, transfer, said.data());
    return {};
}

} // namespace hub::workbench
