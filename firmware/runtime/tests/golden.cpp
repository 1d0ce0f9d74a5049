// SPDX-License-Identifier: Apache-2.0
// PNG as we write it ourselves: 8 bits of red, green and blue, no filters, one IDAT.
#include "firmware/runtime/tests/golden.hpp"

#include <zlib.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace firmware::runtime::test {

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t signature_size = 8;
constexpr std::array<std::uint8_t, signature_size> signature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

void append_number(Bytes& bytes, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(number >> shift));
}

std::uint32_t number_at(const Bytes& bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number = number << 8 | bytes.at(at + i);
    return number;
}

void append_chunk(Bytes& png, const std::string& type, const Bytes& data) {
    append_number(png, static_cast<std::uint32_t>(data.size()));
    const std::size_t begin = png.size();
    png.insert(png.end(), type.begin(), type.end());
    png.insert(png.end(), data.begin(), data.end());
    append_number(png, static_cast<std::uint32_t>(crc32(0, png.data() + begin, static_cast<uInt>(png.size() - begin))));
}

/// Rows of a filter byte (none) and three bytes a pixel.
Bytes rows_of(std::span<const contract::Color> pixels, unsigned width) {
    Bytes rows;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        if (i % width == 0) rows.push_back(0);
        const unsigned red = pixels[i] >> 11U;
        const unsigned green = (pixels[i] >> 5U) & 0x3FU;
        const unsigned blue = pixels[i] & 0x1FU;
        rows.push_back(static_cast<std::uint8_t>(red << 3U | red >> 2U));
        rows.push_back(static_cast<std::uint8_t>(green << 2U | green >> 4U));
        rows.push_back(static_cast<std::uint8_t>(blue << 3U | blue >> 2U));
    }
    return rows;
}

void write_png(const std::filesystem::path& path, const Bytes& rows, unsigned width) {
    const auto height = static_cast<std::uint32_t>(rows.size() / (1 + std::size_t{3} * width));
    Bytes header;
    append_number(header, width);
    append_number(header, height);
    header.insert(header.end(), {8, 2, 0, 0, 0}); // bits a part, RGB, and the only compression, filter set and order
    uLongf size = compressBound(rows.size());
    Bytes packed(size);
    compress2(packed.data(), &size, rows.data(), rows.size(), Z_BEST_COMPRESSION);
    packed.resize(size);
    Bytes png(signature.begin(), signature.end());
    append_chunk(png, "IHDR", header);
    append_chunk(png, "IDAT", packed);
    append_chunk(png, "IEND", {});
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(png.data()), std::ssize(png));
}

/// The rows of a file that `write_png` made; empty when there is none.
Bytes read_png(const std::filesystem::path& path, std::size_t rows_size) {
    std::ifstream stream(path, std::ios::binary);
    const Bytes png(std::istreambuf_iterator<char>(stream), {});
    constexpr std::size_t data_at = signature_size + 25; // behind IHDR with its 13 bytes
    if (png.size() < data_at + 8) return {};
    const std::size_t size = number_at(png, data_at);
    if (data_at + 8 + size > png.size()) return {};
    Bytes rows(rows_size);
    uLongf unpacked = rows.size();
    if (uncompress(rows.data(), &unpacked, png.data() + data_at + 8, size) != Z_OK) return {};
    rows.resize(unpacked);
    return rows;
}

/// The picture at a quarter of its brightness, red where it is not as expected.
Bytes difference(const Bytes& rows, const Bytes& expected, unsigned width) {
    Bytes result = rows;
    const std::size_t row_size = 1 + std::size_t{3} * width;
    for (std::size_t row = 0; row < rows.size(); row += row_size) {
        for (std::size_t at = row + 1; at < row + row_size; at += 3) {
            const bool same = expected.size() == rows.size() && std::equal(&rows[at], &rows[at] + 3, &expected[at]);
            for (std::size_t i = 0; i < 3; ++i) result[at + i] = same ? rows[at + i] / 4 : (i == 0 ? 255 : 0);
        }
    }
    return result;
}

} // namespace

testing::AssertionResult is_golden(const std::string& folder, const std::string& name,
                                   std::span<const contract::Color> pixels, unsigned width) {
    const std::filesystem::path file = std::filesystem::path(folder) / (name + ".png");
    const Bytes rows = rows_of(pixels, width);
    if (std::getenv("OURO_GOLDEN") != nullptr) {
        write_png(file, rows, width);
        return testing::AssertionSuccess();
    }
    const Bytes expected = read_png(file, rows.size());
    if (expected == rows) return testing::AssertionSuccess();
    const std::filesystem::path failed = "build/golden";
    write_png(failed / (name + ".png"), rows, width);
    write_png(failed / (name + ".difference.png"), difference(rows, expected, width), width);
    return testing::AssertionFailure() << file.string() << (expected.empty() ? " can't be read" : " looks different")
                                       << "; see build/golden/" << name << ".png and .difference.png";
}

} // namespace firmware::runtime::test
