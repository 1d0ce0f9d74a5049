// SPDX-License-Identifier: Apache-2.0
// Any bytes at all: each lies in one frame or is skipped, the time at which they come notwithstanding; a frame that was
// read is the one that is written; and a good frame at the end is always found.
#include "base/expect.hpp"
#include "protocol/tuya/commands.hpp"
#include "protocol/tuya/datapoint.hpp"
#include "protocol/tuya/frame_reader.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace protocol::tuya;

class Checker final : public FrameSink {
public:
    std::vector<std::uint8_t> sent;
    FrameReader reader{*this};
    std::uint64_t framed = 0;
    std::uint8_t last_command = 0;

    void on_frame(const Frame& frame) override {
        std::array<std::uint8_t, frame_size_max> buffer{};
        const auto written = write_frame(frame, buffer);
        const auto at = static_cast<std::size_t>(reader.frame_at());
        expect(at + written.size() <= sent.size());
        expect(std::equal(written.begin(), written.end(), sent.begin() + static_cast<std::ptrdiff_t>(at)));
        framed += written.size();
        last_command = frame.command;
        walk(frame.data);
        walk(frame.data.subspan(std::min(frame.data.size(), record_time_size)));
        if (const auto time = read_record_time(frame.data)) expect(local_time_of(seconds_of(*time)) == time);
        (void)read_product(frame.data);
    }
    void on_bad_sum(const Frame&, std::uint8_t found, std::uint8_t right) override { expect(found != right); }

private:
    static void walk(std::span<const std::uint8_t> units) {
        DatapointReader datapoints(units);
        std::vector<std::uint8_t> copy(units.size());
        DatapointWriter writer(copy);
        while (const auto datapoint = datapoints.next()) {
            const bool has_number = datapoint->number().has_value();
            expect(has_number == (datapoint->type != DatapointType::raw && datapoint->type != DatapointType::string));
            writer.put(*datapoint);
        }
        expect(writer.ok());
        if (datapoints.skipped() == 0 && !datapoints.truncated())
            expect(std::equal(units.begin(), units.end(), copy.begin()));
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Checker checker;
    // The first byte chooses the size of the pieces, the second the time between them.
    const std::size_t piece = size == 0 ? 1 : data[0] % 32U + 1;
    const base::Micros pause = size < 2 ? 0 : base::from_ms(data[1] * 2);
    base::Micros now = 0;
    for (std::size_t i = 0; i < size; i += piece, now += pause) {
        const std::size_t count = std::min(piece, size - i);
        checker.sent.insert(checker.sent.end(), data + i, data + i + count);
        checker.reader.feed({data + i, count}, now);
    }
    now += half_frame_timeout;
    checker.reader.flush(now);
    expect(checker.reader.deadline() == base::never);
    expect(checker.framed + checker.reader.skipped() == size);
    constexpr std::array<std::uint8_t, 8> good{0x55, 0xAA, 0x00, 0xEE, 0x00, 0x01, 0x01, 0xEF};
    checker.last_command = 0;
    checker.sent.insert(checker.sent.end(), good.begin(), good.end());
    checker.reader.feed(good, now);
    expect(checker.last_command == 0xEE);
    return 0;
}
