// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/http_fetch.hpp"

#include "hub/workbench/web_fetch.hpp"

namespace hub::workbench {

base::Result<std::string> HttpFetch::get(const std::string& url, std::size_t size_max) {
    std::string body;
    WebRequest request{.url = url, .size_max = size_max, .total_max = std::chrono::seconds(60)};
    request.take = [&body](std::string_view bytes) {
        body += bytes;
        return true;
    };
    if (const auto fetched = web_fetch(request); !fetched) return tl::unexpected(fetched.error());
    return body;
}

} // namespace hub::workbench
