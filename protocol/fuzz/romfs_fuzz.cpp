// SPDX-License-Identifier: Apache-2.0
// An image from any board: what is read of it lies inside it, and makes an image again.
#include "base/expect.hpp"
#include "protocol/romfs/image.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace protocol::romfs;

struct Collector final : Visitor {
    explicit Collector(std::span<const std::uint8_t> all) : bytes(all) {}
    void on_comment(std::string_view text) noexcept override { expect(text.size() <= bytes.size()); }
    void on_folder(std::string_view path) noexcept override { expect(path.size() <= path_size_max); }
    void on_file(std::string_view path, std::span<const std::uint8_t> content) noexcept override {
        expect(content.empty() ||
               (content.data() >= bytes.data() && content.data() + content.size() <= bytes.data() + bytes.size()));
        paths.emplace_back(path);
        contents.push_back(content);
    }
    std::span<const std::uint8_t> bytes;
    std::vector<std::string> paths;
    std::vector<std::span<const std::uint8_t>> contents;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes(data, size);
    Collector found(bytes);
    if (!read_image(bytes, found)) return 0;
    expect(read_image_size(bytes).value() <= size);
    std::vector<File> files;
    for (std::size_t i = 0; i < found.paths.size(); ++i) files.push_back({found.paths[i], found.contents[i]});
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return comes_before(a.path, b.path); });
    const auto again = image_size(files, "");
    if (!again) return 0; // the same name twice, for example
    std::vector<std::uint8_t> image(*again);
    expect(write_image(files, "", image) == *again);
    Collector same(image);
    expect(read_image(image, same).has_value());
    expect(same.paths.size() == files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        expect(same.paths[i] == files[i].path && std::ranges::equal(same.contents[i], files[i].content));
    }
    return 0;
}
