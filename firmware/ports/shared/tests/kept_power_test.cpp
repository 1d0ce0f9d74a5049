// SPDX-License-Identifier: Apache-2.0
// The power goes at every single operation of the flash of a sensor's module, before it or in the midst of it:
// afterwards the record is the one before or the new one.
#include "firmware/ports/shared/simulated_face.hpp"
#include "firmware/runtime/tuya/kept_store.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace firmware::ports {
namespace {

using runtime::tuya::KeptRecord;
using runtime::tuya::KeptReport;
using runtime::tuya::KeptStore;

KeptRecord numbered(std::uint32_t number) {
    KeptRecord record;
    record.configured = true;
    record.declaration = number;
    KeptReport report;
    for (std::uint32_t i = 0; i < number % 57; ++i) (void)report.data.push_back(static_cast<std::uint8_t>(number));
    (void)record.kept.undelivered.push_back(report);
    return record;
}

class KeptPowerTest : public testing::TestWithParam<bool> {
protected:
    std::uint32_t kept() {
        KeptStore store(flash);
        store.boot();
        return store.record().declaration;
    }
    /// Saves one after the other until the power goes; returns the last that was safe.
    std::uint32_t live(std::uint32_t from, std::uint32_t saves) {
        KeptStore store(flash);
        store.boot();
        std::uint32_t safe = store.record().declaration;
        for (std::uint32_t i = 1; i <= saves; ++i) {
            store.save(numbered(from + i), 0);
            if (store.failed()) return safe;
            EXPECT_TRUE(store.saved());
            safe = from + i;
        }
        return safe;
    }

    std::vector<std::uint8_t> medium = std::vector<std::uint8_t>(SimulatedSmallFlash::medium_bytes, 0xFF);
    SimulatedSmallFlash flash{medium};
};

TEST_P(KeptPowerTest, a_cut_at_any_operation_leaves_the_record_before_or_the_new_one) {
    constexpr std::uint32_t saves = 40; // to the other block, and back
    std::uint32_t cut = 0;
    for (bool lived = false; !lived; ++cut) {
        std::fill(medium.begin(), medium.end(), std::uint8_t{0xFF});
        flash.power_on();
        if (GetParam()) flash.tear(cut);
        flash.cut_after(cut);
        const std::uint32_t safe = live(0, saves);
        lived = safe == saves;
        flash.power_on();
        const std::uint32_t found = kept();
        ASSERT_TRUE(found == safe || found == safe + 1) << "cut " << cut << ": " << found << " after " << safe;
        // And it can be used as if nothing had happened.
        ASSERT_EQ(live(100, 20), 120U) << "cut " << cut;
        ASSERT_EQ(kept(), 120U) << "cut " << cut;
    }
    EXPECT_GT(cut, 600U);
}

TEST_P(KeptPowerTest, cut_after_cut_after_cut_never_leaves_anything_else) {
    for (std::uint32_t seed = 1; seed <= 4; ++seed) {
        std::mt19937 random(seed);
        std::fill(medium.begin(), medium.end(), std::uint8_t{0xFF});
        flash.power_on();
        if (GetParam()) flash.tear(seed);
        std::uint32_t last = 0;
        for (int life = 0; life < 300; ++life) {
            flash.cut_after(static_cast<std::uint32_t>(random() % 60));
            const std::uint32_t safe = live(last, 20);
            flash.power_on();
            const std::uint32_t found = kept();
            ASSERT_TRUE(found == safe || found == safe + 1) << "seed " << seed << " life " << life;
            last = found;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Cuts, KeptPowerTest, testing::Bool(),
                         [](const auto& param) { return param.param ? "torn" : "clean"; });

} // namespace
} // namespace firmware::ports
