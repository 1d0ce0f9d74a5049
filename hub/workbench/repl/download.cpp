// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/repl/download.hpp"

#include <sodium/utils.h>
#include <zlib.h>

#include <array>
#include <cstdio>

namespace hub::workbench {
namespace {

constexpr std::size_t line_max = 1100;
constexpr char escape_byte = 5;
constexpr int escape_shift = 64;

std::uint32_t crc32_of(std::uint32_t before, std::string_view bytes) {
    return static_cast<std::uint32_t>(
        ::crc32(before, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::string crc_text(std::uint32_t crc) {
    std::array<char, 9> text{};
    std::snprintf(text.data(), text.size(), "%08x", crc);
    return text.data();
}

} // namespace

std::string crc32_hex(std::string_view bytes) { return crc_text(crc32_of(0, bytes)); }

base::Error strange_answer(const std::string& about) {
    return {base::ErrorCode::malformed, std::string_view(":" + about + ": the board's answer makes no sense"),
            "Does something else print? Try once more."};
}

Download::Download(const BoardFiles::Sink& sink, Coding coding, bool has_sha256)
    : sink_(sink),
      coding_(coding),
      has_sha256_(has_sha256) {}

void Download::feed(std::string_view printed) {
    if (coding_ == Coding::base64) {
        for (const char c : printed) {
            if (c == '\n') {
                line();
                line_.clear();
            } else if (c != '\r' && line_.size() < line_max) {
                line_ += c;
            }
        }
        return;
    }
    for (const char c : printed) escaped(c);
    give(line_);
    line_.clear();
}

void Download::line() {
    if (line_.empty() || broken_ || !stopped_) return;
    if (line_[0] == '=') {
        said_hash_ = line_.substr(1);
        return;
    }
    std::array<unsigned char, line_max> bytes{};
    std::size_t size = 0;
    broken_ = sodium_base642bin(bytes.data(), bytes.size(), line_.data(), line_.size(), nullptr, &size, nullptr,
                                sodium_base64_VARIANT_ORIGINAL) != 0;
    if (!broken_) give({reinterpret_cast<const char*>(bytes.data()), size});
}

void Download::escaped(char byte) {
    if (ended_) {
        if (byte != '\r' && byte != '\n' && said_hash_.size() < line_max) said_hash_ += byte;
    } else if (escape_) {
        escape_ = false;
        ended_ = byte == '=';
        if (!ended_) line_ += static_cast<char>(byte - escape_shift);
    } else if (byte == escape_byte) {
        escape_ = true;
    } else {
        line_ += byte;
    }
}

void Download::give(std::string_view piece) {
    if (piece.empty() || broken_ || !stopped_) return;
    digest_.add(piece);
    crc_ = crc32_of(crc_, piece);
    stopped_ = sink_(piece);
}

base::Result<> Download::end(const std::string& path) {
    if (!stopped_) return tl::unexpected(stopped_.error());
    if (broken_ || said_hash_ != (has_sha256_ ? digest_.hex() : crc_text(crc_))) {
        return tl::unexpected(strange_answer(path));
    }
    return {};
}

} // namespace hub::workbench
