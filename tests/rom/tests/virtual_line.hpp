// SPDX-License-Identifier: Apache-2.0
// A line to a FakeChip on which time moves only when somebody waits, so that minutes of flashing cost milliseconds.
#pragma once

#include "hub/workbench/flash/line.hpp"
#include "tests/rom/fake_chip.hpp"
#include "tests/rom/noise.hpp"

#include <algorithm>
#include <optional>

namespace tests::rom {

class VirtualLine final : public hub::workbench::flash::Line {
public:
    explicit VirtualLine(FakeChip& chip, std::uint32_t seed = 1, double noise = 0)
        : chip_(chip),
          to_chip_(seed, noise),
          to_host_(seed + 1'000'000, noise) {}

    /// Turnaround of the adapter, added to what comes back.
    base::Micros latency = 0;
    /// The plug is pulled after so many more bytes.
    std::optional<std::uint64_t> unplug_after;
    bool has_lines = true;
    bool has_rate = true;

    base::Micros now() override { return now_; }

    base::Result<> write(std::span<const std::uint8_t> bytes) override {
        if (unplug_after) {
            if (*unplug_after < bytes.size()) {
                gone_ = true;
            } else {
                *unplug_after -= bytes.size();
            }
        }
        if (gone_) return disconnected();
        sent_ += bytes.size();
        free_at_ = std::max(free_at_, now_) + static_cast<base::Micros>(bytes.size()) * 10'000'000 / baud_;
        chip_.receive(to_chip_.on(bytes), baud_, free_at_);
        return {};
    }

    base::Result<std::vector<std::uint8_t>> read(base::Micros deadline) override {
        if (gone_) return disconnected();
        for (;;) {
            const base::Micros due = std::min(due_at_host(), chip_.own_due());
            if (due > deadline) break;
            now_ = std::max(now_, due);
            chip_.advance(now_);
            auto heard = to_host_.on(chip_.take_output(baud_, now_ - latency));
            if (!heard.empty()) return heard;
        }
        now_ = std::max(now_, deadline);
        return std::vector<std::uint8_t>{};
    }

    base::Result<> set_baud(unsigned baud) override {
        if (!has_rate) return base::fail(base::ErrorCode::unsupported, "no rate");
        settle();
        baud_ = baud;
        return {};
    }

    base::Result<> set_lines(hub::workbench::ControlLines lines) override {
        if (!has_lines) return base::fail(base::ErrorCode::unsupported, "no lines");
        settle();
        chip_.set_lines(lines, now_);
        return {};
    }

    unsigned baud() const { return baud_; }
    std::uint64_t sent() const { return sent_; }
    std::uint64_t hits() const { return to_chip_.hits() + to_host_.hits(); }

private:
    base::Micros due_at_host() const {
        const base::Micros due = chip_.output_due();
        return due == base::never ? due : due + latency;
    }
    static tl::unexpected<base::Error> disconnected() {
        return base::fail(base::ErrorCode::disconnected, "the board is gone");
    }
    void settle() { now_ = std::max(now_, free_at_); }

    FakeChip& chip_;
    Noise to_chip_;
    Noise to_host_;
    base::Micros now_ = 0;
    base::Micros free_at_ = 0;
    unsigned baud_ = 115200;
    std::uint64_t sent_ = 0;
    bool gone_ = false;
};

} // namespace tests::rom
