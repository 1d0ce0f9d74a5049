// SPDX-License-Identifier: Apache-2.0
// Any server at all: what we say to it is short and well formed, and what we escape comes back as it was.
#include "base/expect.hpp"
#include "protocol/telnet/com_port_client.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace protocol::telnet;

/// The server's side: nothing but commands of three bytes may come, as no data is written.
class Wire final : public ComPortClient::Dependencies, public TelnetSink {
public:
    std::string sent;
    std::string board;
    std::size_t options = 0;

    void send(std::span<const std::uint8_t> bytes) override { sent.append(bytes.begin(), bytes.end()); }
    void on_bytes(std::span<const std::uint8_t> bytes) override { board.append(bytes.begin(), bytes.end()); }
    void on_data(std::span<const std::uint8_t> bytes) override { board.append(bytes.begin(), bytes.end()); }
    void on_option(Verb, std::uint8_t) override { ++options; }
    void on_subnegotiation(std::uint8_t, std::span<const std::uint8_t>) override { expect(false); }
};

std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Wire wire;
    ComPortClient client(wire);
    const std::size_t piece = size == 0 ? 1 : data[0] % 32U + 1;
    for (std::size_t i = 0; i < size; i += piece) client.receive({data + i, std::min(piece, size - i)});
    expect(wire.board.size() + wire.sent.size() <= size);
    Wire server;
    TelnetReader reader(server);
    reader.feed(bytes_of(wire.sent));
    expect(server.board.empty() && server.options * 3 == wire.sent.size());

    Wire there;
    ComPortClient writer(there);
    writer.write({data, size});
    Wire back;
    ComPortClient reading(back);
    reading.receive(bytes_of(there.sent));
    expect(back.board == std::string(data, data + size));
    return 0;
}
