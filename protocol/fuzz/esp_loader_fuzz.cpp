// SPDX-License-Identifier: Apache-2.0
// Any bytes from a bootloader: frames fit their bounds, come out again as they went in, and answers are views of them.
#include "base/expect.hpp"
#include "protocol/esp/response.hpp"
#include "protocol/esp/slip.hpp"

#include <algorithm>
#include <vector>

namespace {

using namespace protocol::esp;

void check(std::span<const std::uint8_t> frame) {
    expect(!frame.empty() && frame.size() <= frame_size_max);
    std::vector<std::uint8_t> wire(2 * frame.size() + 2);
    SlipWriter writer(wire);
    writer.append(frame);
    const std::size_t size = writer.finish();
    expect(size >= frame.size() + 2);
    SlipReader reader;
    for (std::size_t i = 0; i + 1 < size; ++i) expect(!reader.feed(wire[i]));
    const auto again = reader.feed(wire[size - 1]);
    expect(again && std::equal(again->begin(), again->end(), frame.begin(), frame.end()));
    const auto response = parse_response(frame);
    if (!response) return;
    expect(response->body.size() + 8 == frame.size());
    for (const std::size_t payload : {0, 16, 20, 32, 64}) {
        for (const std::size_t status_size : {2, 4}) {
            const auto status = status_of(*response, payload, status_size);
            if (status) expect(reason_text(status->reason) != nullptr);
        }
    }
    (void)parse_security_info(response->body);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    SlipReader reader;
    for (std::size_t i = 0; i < size; ++i) {
        if (const auto frame = reader.feed(data[i])) check(*frame);
    }
    return 0;
}
