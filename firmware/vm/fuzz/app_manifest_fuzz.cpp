// SPDX-License-Identifier: Apache-2.0
// Any bytes as app.toml and as an icon: what is taken keeps its limits, and how lines end changes nothing.
#include "base/expect.hpp"
#include "firmware/vm/app_manifest.hpp"

#include <string>

namespace firmware::vm {
namespace {

std::string seen(const base::Result<Manifest>& read) {
    if (!read) return std::string(read.error().message.view());
    std::string all = std::to_string(read->permissions);
    for (const std::string_view text :
         {read->name.view(), read->version.view(), read->author.view(), read->description.view(), read->icon.view(),
          read->entry.view(), read->complaint.view()}) {
        all.append("|").append(text);
    }
    for (const auto& module : read->required_modules) all.append("|").append(module.view());
    return all;
}

std::string with_other_line_ends(std::string_view text) {
    std::string changed;
    char before = '\n';
    for (const char c : text) {
        if (c == '\n' && before != '\r') changed += '\r';
        changed += before = c;
    }
    return changed;
}

void check(std::string_view text) {
    const auto read = parse_manifest(text);
    if (!read) {
        expect(read.error().code == base::ErrorCode::malformed || read.error().code == base::ErrorCode::too_large);
        expect(!read.error().message.empty() && !read.error().message.truncated());
        return;
    }
    expect(is_app_path(read->entry) && read->entry.view().ends_with(".py"));
    expect(read->icon.empty() || is_app_path(read->icon));
    for (const auto& module : read->required_modules) expect(!module.empty());
    // A last line without its end must not be taken for a part of what comes after it.
    const std::string longer = std::string(text) + "\n# the end\n";
    if (longer.size() <= manifest_bytes_max) expect(seen(parse_manifest(longer)) == seen(read));
    const std::string other = with_other_line_ends(text);
    if (other.size() <= manifest_bytes_max) expect(seen(parse_manifest(other)) == seen(read));
}

} // namespace
} // namespace firmware::vm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    firmware::vm::check({reinterpret_cast<const char*>(data), size});
    const auto icon = firmware::vm::parse_icon({data, size});
    expect(icon || icon.error().code == base::ErrorCode::malformed);
    return 0;
}
