// SPDX-License-Identifier: Apache-2.0
// Any text that calls itself a firmware catalogue: each entry has a name, an address, and a file that is one.
#include "base/expect.hpp"
#include "hub/workbench/flash/catalogue.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto catalogue = hub::workbench::flash::Catalogue::parse(text);
    if (!catalogue) return 0;
    for (const auto& entry : catalogue->entries()) {
        expect(!entry.board.empty() && !entry.version.empty() && entry.url.starts_with("http"));
        expect(!entry.file_name().empty() && entry.file_name().find('/') == std::string::npos);
        expect(catalogue->find(entry.board).has_value() || entry.board.find_first_of("@/") != std::string::npos);
    }
    (void)catalogue->find(text.substr(0, 100));
    return 0;
}
