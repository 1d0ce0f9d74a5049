// SPDX-License-Identifier: Apache-2.0
// Any paths of an app and its files: what is refused is refused for its name, what is taken is there under that name,
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
bool is_app(std::string_view name) {
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    });
}

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> names(1);
    for (const char c : path) {
        if (c == '/') {
            names.emplace_back();
        } else {
            names.back() += c;
        }
    }
    return names;
}

bool is_path(std::string_view path) {
    const auto names = split(path);
    return path.size() <= 64 && names.size() <= 4 &&
           std::none_of(path.begin(), path.end(),
                        [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }) &&
           std::none_of(names.begin(), names.end(),
                        [](const std::string& name) { return name.empty() || name == "." || name == ".."; });
}

/// Whether a file stands where another one is, or where it needs a folder.
bool collide(const std::vector<std::string_view>& paths) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
        for (std::size_t j = 0; j < paths.size(); ++j) {
            if (i == j) continue;
            const auto a = split(paths[i]);
            const auto b = split(paths[j]);
            if (a.size() <= b.size() && std::equal(a.begin(), a.end(), b.begin())) return true;
        }
    }
    return false;
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
    const bool fine = is_app(app) && std::all_of(names.begin(), names.end(), is_path) && !collide(names);
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
