// SPDX-License-Identifier: Apache-2.0
// A package index, a package.json and a lock file that may say anything.
#include "base/expect.hpp"
#include "hub/workbench/mip_index.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

using namespace hub::workbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const PackageAddress address{"https://example.org/a/package.json", false, false};
    if (const auto package = parse_package(input, address, {"x", ""}, mip_index_default)) {
        expect(package->files.size() <= mip_files_max);
        for (const PackageFile& file : package->files) expect(is_safe_package_path(file.path));
        for (const PackageWish& need : package->needs) expect(!address_of(need, mip_index_default, "py").url.empty());
    }
    if (const auto lock = parse_lock(input)) {
        const auto again = parse_lock(lock_text(*lock));
        expect(again.has_value());
        expect(lock_text(*again) == lock_text(*lock));
        for (const LockedPackage& one : *lock) {
            for (const LockedFile& file : one.files) expect(is_safe_package_path(file.path));
        }
    }
    if (const auto wish = parse_package_wish(input)) {
        const PackageAddress found = address_of(*wish, mip_index_default, "6");
        expect(found.url.starts_with("http"));
    }
    if (is_safe_package_path(input)) {
        expect(input[0] != '/' && input.find("//") == std::string_view::npos);
        expect(input != ".." && !input.starts_with("../") && input.find("/../") == std::string_view::npos);
    }
    return 0;
}
