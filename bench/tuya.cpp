// SPDX-License-Identifier: Apache-2.0
// The battery sensor: its codec beside a memcpy of the same bytes; from waking up to a confirmed report in virtual
// time, beside the 3 s that the vendor states and the exchanges of the original firmware; and how many bad days a
// second the tests play.
//
// The codec and the days are measured. The way of a report is computed: our session and our MCU at 9600 baud, with
// an exchange by radio as long as the table says. No radio takes part.
#include "protocol/tuya/frame_reader.hpp"
#include "tests/tuya/schedule.hpp"
#include "tests/tuya/world.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using base::from_ms;
using base::Micros;
using Bytes = std::vector<std::uint8_t>;

double seconds_of(const auto& work) {
    double best = 1e9;
    for (int round = 0; round < 15; ++round) {
        const auto start = std::chrono::steady_clock::now();
        work();
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

class Counter final : public protocol::tuya::FrameSink {
public:
    std::uint64_t frames = 0;
    void on_frame(const protocol::tuya::Frame&) override { ++frames; }
    void on_bad_sum(const protocol::tuya::Frame&, std::uint8_t, std::uint8_t) override {}
};

/// Reports of three datapoints, as one PIR sends them.
Bytes many_frames(std::size_t count) {
    constexpr std::array<std::uint8_t, 25> frame{0x55, 0xAA, 0, 5, 0, 0x12, 0x65, 1, 0, 1, 1, 0x67, 2,
                                                 0,    4,    0, 0, 0, 0x5A, 0x68, 1, 0, 1, 0, 0xAF};
    Bytes bytes;
    for (std::size_t i = 0; i < count; ++i) bytes.insert(bytes.end(), frame.begin(), frame.end());
    return bytes;
}

double bench_codec() {
    constexpr std::size_t frames = 100'000;
    const Bytes bytes = many_frames(frames);
    Bytes copy(bytes.size());
    Counter counter;
    std::uint64_t rounds = 0;
    const double read = seconds_of([&] {
        ++rounds;
        protocol::tuya::FrameReader reader(counter);
        for (std::size_t at = 0; at < bytes.size(); at += 128)
            reader.feed(std::span(bytes).subspan(at, std::min<std::size_t>(128, bytes.size() - at)), 0);
    });
    const double copied = seconds_of([&] {
        std::memcpy(copy.data(), bytes.data(), bytes.size());
        // Else the copy may be left out.
        asm volatile("" : : "r"(copy.data()) : "memory");
    });
    if (counter.frames != rounds * frames) {
        std::fprintf(stderr, "frames were lost\n");
        std::exit(1);
    }
    const double size = static_cast<double>(bytes.size()) / 1e6;
    const double ns = read / frames * 1e9;
    std::printf("codec    %8.1f MB/s  %6.1f ns a frame of 25 bytes; 9600 baud bring one in 26 ms\n", size / read, ns);
    std::printf("memcpy   %8.1f MB/s  %6.1f ns\n\n", size / copied, copied / frames * 1e9);
    return ns;
}

struct Step {
    std::string_view what;
    unsigned ours;
    unsigned original;
    Micros each;
};
constexpr Micros radio_start = from_ms(120);
constexpr std::array<Step, 8> joining{{{"802.11 authentication", 1, 1, from_ms(5)},
                                       {"802.11 association", 1, 1, from_ms(5)},
                                       {"WPA2 four-way handshake", 2, 2, from_ms(10)},
                                       {"DHCP (ours asks for its last address)", 1, 2, from_ms(50)},
                                       {"ARP", 1, 1, from_ms(5)},
                                       {"TCP connect", 1, 1, from_ms(5)},
                                       {"MQTT CONNECT", 1, 1, from_ms(10)},
                                       {"MQTT PUBLISH (ours is confirmed)", 1, 1, from_ms(10)}}};

struct Way {
    unsigned steps = 0;
    unsigned original_steps = 0;
    double wake_ms = 0;
};

Way bench_wake() {
    tuya_tests::World world(*firmware::ports::tuya_product("mirabella_pir"));
    world.mcu.arm();
    Way way;
    Micros at = radio_start;
    std::array<Micros, joining.size()> done{};
    std::printf("%-40s %4s %8s\n", "exchanges of an event's boot", "ours", "original");
    for (std::size_t i = 0; i < joining.size(); ++i) {
        const Step& step = joining[i];
        way.steps += step.ours;
        way.original_steps += step.original;
        done[i] = at += step.each * step.ours;
        std::printf("%-40s %4u %8u\n", std::string(step.what).c_str(), step.ours, step.original);
    }
    world.plan = {.joined = done[2], .addressed = done[3], .ready = done[6]};
    world.plan.to_broker = joining[7].each / 2;
    world.plan.confirmation = joining[7].each / 2;
    world.mcu.sense(true, 0);
    Micros delivered = base::never;
    world.on_told = [&](std::uint32_t) { delivered = world.session()->diagnostics().delivered_at; };
    (void)world.run_to([&] { return delivered != base::never; }, from_ms(10000));
    // One report carries all datapoints: one publish.
    way.steps += world.publishes - 1 + world.declarations;
    way.wake_ms = static_cast<double>(delivered) / 1000;
    std::printf("power on -> report confirmed %.0f ms (computed), power off at %.0f ms; the vendor states 3000 ms\n\n",
                way.wake_ms, static_cast<double>(world.told_events.front().first) / 1000);
    return way;
}

double bench_schedules() {
    constexpr std::uint32_t count = 4000;
    unsigned broken = 0;
    const auto start = std::chrono::steady_clock::now();
    for (std::uint32_t seed = 1; seed <= count; ++seed)
        broken += tuya_tests::play_schedule(seed).complaint.empty() ? 0 : 1;
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (broken > 0) std::exit(1);
    std::printf("%u bad days of a sensor in %.2f s\n", count, took);
    return count / took;
}

} // namespace

int main() {
    const double ns = bench_codec();
    const Way way = bench_wake();
    const double schedules = bench_schedules();
    std::printf("tuya: ns_per_frame=%.1f wake_ms=%.0f steps=%u original_steps=%u schedules_per_s=%.0f\n", ns,
                way.wake_ms, way.steps, way.original_steps, schedules);
    return 0;
}
