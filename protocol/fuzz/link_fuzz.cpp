// SPDX-License-Identifier: Apache-2.0
// Any bytes at all: the reader loses and repeats none, and what parses as JSON can be walked and written again.
#include "base/expect.hpp"
#include "protocol/json/value.hpp"
#include "protocol/json/writer.hpp"
#include "protocol/link/frame_reader.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace {

void walk(const protocol::json::Value& value, int depth) {
    expect(depth <= protocol::json::depth_max);
    std::array<char, 2048> buffer{};
    if (const auto text = value.text(buffer)) {
        expect(value.equals(*text));
        std::array<char, 8192> copy{};
        protocol::json::Writer writer(copy);
        writer.text(*text);
        const auto again = protocol::json::parse(writer.view());
        expect(again.has_value() && again->equals(*text));
    }
    for (std::size_t i = 0; value.is(protocol::json::Type::array) && i < value.size(); ++i)
        walk(value.at(i), depth + 1);
}

class Checker final : public protocol::link::FrameSink {
public:
    std::string bytes;

    void on_frame(std::string_view json) override {
        bytes += '\x1E';
        bytes += json;
        bytes += '\n';
        if (const auto value = protocol::json::parse(json)) walk(*value, 1);
    }
    void on_console(std::span<const std::uint8_t> console) override { bytes.append(console.begin(), console.end()); }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Checker checker;
    protocol::link::FrameReader reader(checker);
    // The first byte chooses the size of the pieces, so that the fuzzer finds splits too.
    const std::size_t piece = size == 0 ? 1 : data[0] % 32U + 1;
    for (std::size_t i = 0; i < size; i += piece) reader.feed({data + i, std::min(piece, size - i)}, 0);
    reader.flush(protocol::link::half_frame_timeout);
    expect(checker.bytes == std::string(data, data + size));
    if (const auto value = protocol::json::parse({reinterpret_cast<const char*>(data), size})) walk(*value, 1);
    return 0;
}
