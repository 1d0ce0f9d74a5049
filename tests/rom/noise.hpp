// SPDX-License-Identifier: Apache-2.0
// A bad cable: bytes get lost, come twice, or come as others; always the same ones for the same seed.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace tests::rom {

class Noise {
public:
    /// `rate`: how likely each byte is hit.
    Noise(std::uint32_t seed, double rate) : random_(seed), rate_(rate) {}

    std::vector<std::uint8_t> on(std::span<const std::uint8_t> bytes) {
        std::vector<std::uint8_t> heard;
        heard.reserve(bytes.size());
        for (const std::uint8_t byte : bytes) {
            if (rate_ <= 0 || !std::bernoulli_distribution(rate_)(random_)) {
                heard.push_back(byte);
                continue;
            }
            ++hits_;
            switch (random_() % 3) {
            case 0: break;
            case 1: heard.insert(heard.end(), 2, byte); break;
            default: heard.push_back(static_cast<std::uint8_t>(byte ^ (1 + random_() % 255)));
            }
        }
        return heard;
    }

    std::uint64_t hits() const { return hits_; }

private:
    std::mt19937 random_;
    double rate_;
    std::uint64_t hits_ = 0;
};

} // namespace tests::rom
