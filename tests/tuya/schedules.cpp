// SPDX-License-Identifier: Apache-2.0
// Plays seeded days of a battery sensor and says which ones broke a promise: tuya_schedules FIRST_SEED COUNT
#include "tests/tuya/schedule.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: tuya_schedules FIRST_SEED COUNT\n");
        return 2;
    }
    const auto first = static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10));
    const auto count = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    const auto start = std::chrono::steady_clock::now();
    unsigned broken = 0;
    std::uint64_t events = 0;
    std::uint64_t boots = 0;
    double days = 0;
    for (std::uint32_t seed = first; seed < first + count; ++seed) {
        const tuya_tests::Outcome outcome = tuya_tests::play_schedule(seed);
        events += outcome.events;
        boots += outcome.boots;
        days += static_cast<double>(outcome.virtual_ms) / 86'400'000;
        if (outcome.complaint.empty()) continue;
        if (++broken <= 5) std::printf("seed %u: %s\n", seed, outcome.complaint.c_str());
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("schedules=%u broken=%u events=%llu boots=%llu virtual_days=%.1f schedules_per_s=%.0f\n", count, broken,
                static_cast<unsigned long long>(events), static_cast<unsigned long long>(boots), days,
                count / took.count());
    return broken == 0 ? 0 : 1;
}
