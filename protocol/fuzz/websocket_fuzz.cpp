// SPDX-License-Identifier: Apache-2.0
// Any server at all: no more comes out than went in, and what we write is read again as it was.
#include "base/expect.hpp"
#include "protocol/websocket/frame_reader.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace protocol::websocket;

struct Counter final : FrameSink {
    void on_data(Opcode kind, std::span<const std::uint8_t> bytes) override {
        expect(!bytes.empty() && (kind == Opcode::text || kind == Opcode::binary));
        data.append(bytes.begin(), bytes.end());
    }
    void on_control(Opcode kind, std::span<const std::uint8_t> bytes) override {
        expect(bytes.size() <= control_size_max && kind >= Opcode::close);
        control += bytes.size();
    }
    std::string data;
    std::size_t control = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Counter whole;
    FrameReader reader(whole);
    const bool good = reader.feed({data, size});
    expect(whole.data.size() + whole.control <= size);
    Counter pieces;
    FrameReader other(pieces);
    const std::size_t piece = size == 0 ? 1 : data[0] % 32U + 1;
    bool still_good = true;
    for (std::size_t i = 0; i < size; i += piece) still_good = other.feed({data + i, std::min(piece, size - i)});
    expect(still_good == good && pieces.data == whole.data && pieces.control == whole.control);

    std::string payload(data, data + std::min(size, written_size_max));
    const Mask mask{0x12, 0x34, 0x56, 0x78};
    std::array<std::uint8_t, head_size_max> head{};
    const std::size_t head_size = write_head(head, Opcode::binary, payload.size(), mask);
    head[1] &= 0x7F; // as a server would send it, which masks nothing
    Counter back;
    FrameReader reads_back(back);
    expect(reads_back.feed(std::span(head).first(head_size - mask.size())));
    expect(reads_back.feed({reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()}));
    expect(back.data == payload);
    return 0;
}
