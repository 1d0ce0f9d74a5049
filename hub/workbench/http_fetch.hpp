// SPDX-License-Identifier: Apache-2.0
// Fetches a document from the web, within bounds.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>

namespace hub::workbench {

/// Where documents come from.
class DocumentSource {
public:
    /// The whole body. Errors: `not_found`, `too_large` beyond `size_max` bytes, `timeout`, `refused` (plain http,
    /// another scheme, a certificate that is not right), `disconnected`, `io`.
    virtual base::Result<std::string> get(const std::string& url, std::size_t size_max) = 0;

protected:
    ~DocumentSource() = default;
};

/// As `web_fetch` does, within 60 s in all. Blocks. One thread.
class HttpFetch final : public DocumentSource {
public:
    base::Result<std::string> get(const std::string& url, std::size_t size_max) override;
};

} // namespace hub::workbench
