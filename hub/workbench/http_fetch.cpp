// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/http_fetch.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace hub::workbench {

using base::ErrorCode;

namespace {

constexpr long connect_ms = 10'000;
constexpr long total_ms = 60'000;
constexpr long redirects_max = 5;

struct Body {
    std::string bytes;
    std::size_t size_max = 0;
    bool too_large = false;
};

std::size_t take(char* bytes, std::size_t, std::size_t size, void* context) {
    auto& body = *static_cast<Body*>(context);
    body.too_large = body.bytes.size() + size > body.size_max;
    if (body.too_large) return 0;
    body.bytes.append(bytes, size);
    return size;
}

bool is_loopback(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) return false;
    url.remove_prefix(scheme.size());
    // Up to the path; "127.0.0.1:80@elsewhere" is elsewhere.
    const std::string_view server = url.substr(0, url.find_first_of("/?#"));
    if (server.find_first_of("@\\") != std::string_view::npos) return false;
    constexpr std::array<std::string_view, 3> names{"127.0.0.1", "localhost", "[::1]"};
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return server.starts_with(name) && (server.size() == name.size() || server[name.size()] == ':');
    });
}

base::Result<> check_scheme(const std::string& url) {
    if (url.starts_with("https://") || is_loopback(url)) return {};
    return base::fail(ErrorCode::refused, url + " is not fetched: anybody on the way could change what it says",
                      "Use https. Plain http is for this machine alone.");
}

ErrorCode code_of(CURLcode code) {
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return ErrorCode::timeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_TOO_MANY_REDIRECTS: return ErrorCode::refused;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST: return ErrorCode::disconnected;
    default: return ErrorCode::io;
    }
}

struct CurlEnd {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};

void prepare(CURL* curl, const std::string& url, Body& body, char* error) {
    const char* const schemes = is_loopback(url) ? "http,https" : "https";
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, schemes);
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, schemes);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, redirects_max);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, total_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "127.0.0.1,localhost,::1");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "ouro/" OURO_VERSION);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
}

base::Error failure(CURLcode code, const std::string& url, const Body& body, const char* said) {
    if (body.too_large) {
        return {ErrorCode::too_large, std::string_view(url + " is larger than " + std::to_string(body.size_max) + " B"),
                "Is it what you meant?"};
    }
    const std::string why = *said != '\0' ? said : curl_easy_strerror(code);
    return {code_of(code), std::string_view("cannot get " + url + ": " + why), "Is the network there?"};
}

} // namespace

base::Result<std::string> HttpFetch::get(const std::string& url, std::size_t size_max) {
    if (auto allowed = check_scheme(url); !allowed) return tl::unexpected(allowed.error());
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    const std::unique_ptr<CURL, CurlEnd> curl(ready == CURLE_OK ? curl_easy_init() : nullptr);
    if (!curl) return base::fail(ErrorCode::io, "libcurl does not start", "Is there memory left?");
    Body body{{}, size_max, false};
    std::array<char, CURL_ERROR_SIZE> said{};
    prepare(curl.get(), url, body, said.data());
    const CURLcode code = curl_easy_perform(curl.get());
    if (code != CURLE_OK) return tl::unexpected(failure(code, url, body, said.data()));
    const char* last = nullptr;
    curl_easy_getinfo(curl.get(), CURLINFO_EFFECTIVE_URL, &last);
    if (auto allowed = check_scheme(last == nullptr ? "" : last); !allowed) return tl::unexpected(allowed.error());
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    constexpr long ok = 200, not_found = 404, gone = 410;
    if (status == ok) return std::move(body.bytes);
    if (status == not_found || status == gone) {
        return base::fail(ErrorCode::not_found, "there is no " + url, "Is the name right, and the version?");
    }
    return base::fail(ErrorCode::io, url + " answers with HTTP status " + std::to_string(status), "Try again later.");
}

} // namespace hub::workbench
