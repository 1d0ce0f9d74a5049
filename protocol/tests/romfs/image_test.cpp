// SPDX-License-Identifier: Apache-2.0
#include "protocol/romfs/image.hpp"

#include "protocol/tests/hex.hpp"
#include "protocol/tests/vectors.hpp"

#include <gtest/gtest.h>

#include <map>

namespace {

using namespace protocol::romfs;
using base::ErrorCode;
using nlohmann::json;
using protocol::tests::Bytes;
using protocol::tests::from_hex;

struct Listing final : Visitor {
    void on_comment(std::string_view text) noexcept override { comments.emplace_back(text); }
    void on_folder(std::string_view path) noexcept override { entries.push_back({std::string(path)}); }
    void on_file(std::string_view path, std::span<const std::uint8_t> content) noexcept override {
        std::string hex;
        for (const unsigned byte : content) {
            hex += "0123456789abcdef"[byte >> 4U];
            hex += "0123456789abcdef"[byte & 0xFU];
        }
        entries.push_back({std::string(path), hex});
    }
    std::vector<std::string> comments;
    std::vector<std::vector<std::string>> entries;
};

/// Files that own what they are made of.
struct Folder {
    explicit Folder(const json& listed) {
        for (const json& file : listed) contents[file[0]] = from_hex(file[1]);
        for (const auto& [path, content] : contents) files.push_back({path, content});
        std::sort(files.begin(), files.end(),
                  [](const File& a, const File& b) { return comes_before(a.path, b.path); });
    }
    std::map<std::string, Bytes> contents;
    std::vector<File> files;
};

base::Result<Bytes> made(const std::vector<File>& files, std::string_view comment = "") {
    const auto size = image_size(files, comment);
    if (!size) return tl::unexpected(size.error());
    Bytes image(*size, 0xAA);
    const auto written = write_image(files, comment, image);
    if (!written) return tl::unexpected(written.error());
    EXPECT_EQ(*written, *size);
    return image;
}

TEST(RomfsImage, is_what_mpremote_makes_of_the_same_files) {
    const json vectors = protocol::tests::read_vectors("romfs.json");
    ASSERT_GE(vectors["images"].size(), 6U);
    for (const json& vector : vectors["images"]) {
        const Folder folder(vector["files"]);
        const auto image = made(folder.files);
        ASSERT_TRUE(image) << vector["name"];
        EXPECT_EQ(*image, from_hex(vector["image"])) << vector["name"];
        EXPECT_EQ(image->size() % 2, 0U);
        Listing listing;
        ASSERT_TRUE(read_image(*image, listing)) << vector["name"];
        std::erase_if(listing.entries, [](const auto& entry) { return entry.size() == 1; });
        EXPECT_EQ(json(listing.entries), vector["files"]) << vector["name"];
    }
}

TEST(RomfsImage, is_read_whatever_else_is_in_it) {
    const json vectors = protocol::tests::read_vectors("romfs.json");
    for (const json& vector : vectors["read"]) {
        Listing listing;
        const Bytes image = from_hex(vector["image"]);
        ASSERT_TRUE(read_image(image, listing)) << vector["name"];
        EXPECT_EQ(json(listing.comments), vector["comments"]) << vector["name"];
        EXPECT_EQ(json(listing.entries), vector["entries"]) << vector["name"];
    }
}

TEST(RomfsImage, that_is_none_or_broken_is_refused) {
    const json vectors = protocol::tests::read_vectors("romfs.json");
    for (const json& vector : vectors["malformed"]) {
        Listing listing;
        EXPECT_FALSE(read_image(from_hex(vector["image"]), listing)) << vector["name"];
    }
}

TEST(RomfsImage, tells_its_size_by_its_beginning) {
    const Bytes long_one(300, 7);
    const std::vector<File> files{{"a", long_one}};
    const Bytes image = made(files).value();
    EXPECT_EQ(read_image_size(std::span(image).first(header_size_max)), image.size());
    const auto none = read_image_size(Bytes(header_size_max, 0xFF));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::malformed);
}

TEST(RomfsImage, has_its_comment_at_the_beginning) {
    const Bytes byte{1};
    const Bytes image = made({{"a", byte}}, "who made it").value();
    EXPECT_EQ(std::string(image.begin() + 6, image.begin() + 17), "who made it");
    Listing listing;
    ASSERT_TRUE(read_image(image, listing));
    EXPECT_EQ(listing.comments, std::vector<std::string>{"who made it"});
}

TEST(RomfsImage, takes_files_in_order_alone) {
    const Bytes byte{1};
    for (const auto& [one, other] : std::vector<std::pair<std::string, std::string>>{
             {"b", "a"}, {"a", "a"}, {"a", "a/b"}, {"a.py", "a/b"}, {"a/b", "a-b/../c"}}) {
        const auto image = made({{one, byte}, {other, byte}});
        ASSERT_FALSE(image) << one << " " << other;
        EXPECT_EQ(image.error().code, ErrorCode::invalid_argument);
    }
    for (const std::string name : {"", "/a", "a/", "a//b", ".", "../a", "a/.."}) {
        EXPECT_FALSE(made({{name, byte}})) << name;
    }
}

TEST(RomfsImage, has_limits_on_both_sides) {
    const Bytes byte{1};
    const std::string deepest = "d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/";
    EXPECT_TRUE(made({{deepest + "f", byte}}));
    EXPECT_FALSE(made({{deepest + "d/f", byte}}));
    Listing listing;
    EXPECT_TRUE(read_image(made({{deepest + "f", byte}}).value(), listing));
    EXPECT_TRUE(made({{std::string(path_size_max, 'n'), byte}}));
    EXPECT_FALSE(made({{std::string(path_size_max + 1, 'n'), byte}}));
    const Bytes image = made({{"a", byte}}).value();
    Bytes small(image.size() - 1);
    const auto full = write_image(std::vector<File>{{"a", byte}}, "", small);
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, ErrorCode::full);
}

} // namespace
