// SPDX-License-Identifier: Apache-2.0
#include "hub/api/assets.hpp"

#include <algorithm>

namespace hub::api {

namespace {

// "gzip" among the encodings of Accept-Encoding, unless with q=0.
bool takes_gzip(std::string_view header) {
    std::size_t at = header.find("gzip");
    if (at == std::string_view::npos) return false;
    std::string_view rest = header.substr(at + 4);
    rest = rest.substr(0, rest.find(','));
    const std::size_t weight = rest.find("q=");
    if (weight == std::string_view::npos) return true;
    return rest.substr(weight + 2).find_first_of("123456789") != std::string_view::npos;
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
    return if_none_match == "*" || if_none_match.find(etag) != std::string_view::npos;
}

} // namespace

const Asset* find_asset(std::span<const Asset> assets, std::string_view path) {
    const auto found = std::find_if(assets.begin(), assets.end(), [&](const Asset& a) { return a.path == path; });
    return found == assets.end() ? nullptr : &*found;
}

Answer asset_answer(const Asset& asset, const Head& head) {
    const bool gzip = !asset.gzip.empty() && takes_gzip(head.accept_encoding);
    const std::string etag = '"' + std::string(asset.etag) + (gzip ? "-gz\"" : "\"");
    Answer answer;
    answer.is_static = true;
    answer.content_type = asset.content_type;
    answer.headers.emplace_back("ETag", etag);
    answer.headers.emplace_back("Vary", "Accept-Encoding");
    answer.headers.emplace_back("Cache-Control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (names_etag(head.if_none_match, etag)) {
        answer.status = 304;
        return answer;
    }
    if (gzip) answer.headers.emplace_back("Content-Encoding", "gzip");
    answer.static_body = gzip ? asset.gzip : asset.plain;
    return answer;
}

} // namespace hub::api
