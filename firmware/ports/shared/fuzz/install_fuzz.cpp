// SPDX-License-Identifier: Apache-2.0
// Any names of an app and its files: what is refused is refused for its name, what is taken is there under that name,
// and the file system can be used afterwards.
#include "base/expect.hpp"
#include "firmware/ports/shared/strict_flash.hpp"
#include "firmware/vm/flash_image.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace firmware::ports {
namespace {

constexpr contract::Storage::Geometry geometry{512, 128, 256};
constexpr std::size_t files_max = 4;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The rules of vm::install_app once more.
bool is_name(std::string_view name) {
    const auto is_odd = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '/'; };
    return !name.empty() && name.size() <= 64 && name != "." && name != ".." &&
           std::none_of(name.begin(), name.end(), is_odd);
}

base::Result<> install(std::vector<std::uint8_t>& medium, std::string_view app, std::span<const vm::ImageFile> files) {
    StrictFlash flash(medium, geometry);
    return vm::install_app(flash, app, files);
}

/// Blank but for the file system.
std::vector<std::uint8_t> formatted() {
    std::vector<std::uint8_t> medium(std::size_t{geometry.block_bytes} * geometry.block_count, 0xFF);
    expect(install(medium, "first", {}));
    return medium;
}

void play(std::string_view app, const std::vector<std::string_view>& names) {
    static const std::vector<std::uint8_t> pristine = formatted();
    std::vector<std::uint8_t> medium = pristine;
    std::vector<vm::ImageFile> files;
    for (const std::string_view name : names) files.push_back({name, bytes_of(name)});
    const auto installed = install(medium, app, files);
    const bool fine = is_name(app) && std::all_of(names.begin(), names.end(), is_name);
    expect(installed.has_value() == fine);
    expect(fine || installed.error().code == base::ErrorCode::invalid_argument);
    if (fine) {
        // Each file is there with its content: to install it again changes nothing.
        const std::vector<std::uint8_t> before = medium;
        expect(install(medium, app, files) && medium == before);
    }
    const vm::ImageFile one{"app.py", bytes_of("x = 1")};
    expect(install(medium, "after", {&one, 1}));
}

} // namespace
} // namespace firmware::ports

/// The first line is the app's name; each further one a file's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    std::vector<std::string_view> names;
    while (names.size() <= firmware::ports::files_max) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        names.push_back(rest.substr(0, end));
        if (end == rest.size()) break;
        rest.remove_prefix(end + 1);
    }
    firmware::ports::play(names.front(), {names.begin() + 1, names.end()});
    return 0;
}
