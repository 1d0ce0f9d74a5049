// SPDX-License-Identifier: Apache-2.0
// The power is cut at every single write of an install.
#include "firmware/ports/shared/strict_flash.hpp"
#include "firmware/vm/flash_image.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace firmware::ports {
namespace {

constexpr contract::Storage::Geometry geometry{4096, 64, 256};

using Files = std::map<std::string, std::string>;
using Medium = std::vector<std::uint8_t>;

std::vector<vm::ImageFile> image_of(const Files& files) {
    std::vector<vm::ImageFile> image;
    for (const auto& [name, content] : files) {
        image.push_back({name, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()}});
    }
    return image;
}

base::Result<> install(contract::Storage& flash, const Files& files, std::string_view app = "door") {
    return vm::install_app(flash, app, image_of(files));
}

/// Whether the app is exactly this, as an install sees it that finds nothing to do.
bool holds(const Medium& medium, const Files& files, std::string_view app = "door") {
    Medium copy = medium;
    StrictFlash flash(copy, geometry);
    return install(flash, files, app).has_value() && copy == medium;
}

Medium blank() { return Medium(std::size_t{geometry.block_bytes} * geometry.block_count, 0xFF); }

Files old_app() {
    return {{"app.py", std::string(3000, 'o')}, {"old.py", "gone"}, {"parts/wheel.py", std::string(9000, 'w')}};
}
Files new_app() {
    return {
        {"app.py", std::string(5000, 'n')}, {"parts/wheel.py", "n"}, {"parts/deep/spoke.py", std::string(300, 's')}};
}
const Files neighbour = {{"app.py", "the app beside it"}};

Medium with_old_app() {
    Medium medium = blank();
    StrictFlash flash(medium, geometry);
    EXPECT_TRUE(install(flash, neighbour, "bell"));
    EXPECT_TRUE(install(flash, old_app()));
    return medium;
}

/// What is left when the power goes after so many writes; false when it was enough for all of it.
bool cut_install(Medium& medium, std::uint32_t writes) {
    StrictFlash flash(medium, geometry);
    flash.cut_after(writes);
    return !install(flash, new_app()).has_value();
}

void boot(Medium& medium) {
    StrictFlash flash(medium, geometry);
    ASSERT_TRUE(vm::finish_install(flash));
}

TEST(Install, row_3_28_a_power_cut_at_any_write_leaves_the_old_app_or_the_new_one) {
    const Medium before = with_old_app();
    std::uint32_t writes = 0;
    unsigned old_ones = 0;
    unsigned new_ones = 0;
    for (bool cut = true; cut; ++writes) {
        Medium medium = before;
        cut = cut_install(medium, writes);
        boot(medium);
        const bool is_old = holds(medium, old_app());
        const bool is_new = holds(medium, new_app());
        EXPECT_NE(is_old, is_new) << "after " << writes << " writes";
        EXPECT_TRUE(holds(medium, neighbour, "bell")) << "after " << writes << " writes";
        old_ones += is_old ? 1 : 0;
        new_ones += is_new ? 1 : 0;
    }
    EXPECT_GT(old_ones, 20U);
    EXPECT_GT(new_ones, 3U);
}

TEST(Install, a_second_cut_while_the_first_is_being_repaired_does_no_harm) {
    const Medium before = with_old_app();
    unsigned repairs = 0;
    for (std::uint32_t writes = 0;; ++writes) {
        Medium medium = before;
        if (!cut_install(medium, writes)) break;
        const Medium broken = medium;
        for (std::uint32_t more = 0;; ++more, ++repairs) {
            medium = broken;
            StrictFlash flash(medium, geometry);
            flash.cut_after(more);
            if (vm::finish_install(flash)) break;
            boot(medium);
            EXPECT_NE(holds(medium, old_app()), holds(medium, new_app())) << writes << " writes, then " << more;
        }
    }
    EXPECT_GT(repairs, 20U);
}

TEST(Install, the_next_install_cleans_up_after_a_cut) {
    const Medium before = with_old_app();
    for (std::uint32_t writes = 0;; writes += 3) {
        Medium medium = before;
        const bool cut = cut_install(medium, writes);
        StrictFlash flash(medium, geometry);
        ASSERT_TRUE(install(flash, new_app())) << "after " << writes << " writes";
        EXPECT_TRUE(holds(medium, new_app()));
        // Nothing is to be finished: the repair writes nothing.
        const Medium clean = medium;
        boot(medium);
        EXPECT_EQ(medium, clean) << "after " << writes << " writes";
        if (!cut) break;
    }
}

TEST(Install, a_first_install_is_whole_or_not_there) {
    for (std::uint32_t writes = 0;; ++writes) {
        Medium medium = blank();
        const bool cut = cut_install(medium, writes);
        StrictFlash flash(medium, geometry);
        const bool installed = vm::finish_install(flash).has_value() && holds(medium, new_app());
        if (!cut) {
            EXPECT_TRUE(installed);
            break;
        }
        EXPECT_TRUE(install(flash, new_app())) << "after " << writes << " writes";
    }
}

TEST(Install, what_does_not_fit_leaves_the_old_app_and_no_traces) {
    Medium medium = with_old_app();
    StrictFlash flash(medium, geometry);
    Files large = new_app();
    large["large.bin"] = std::string(std::size_t{geometry.block_bytes} * 60, 'x');
    const auto installed = install(flash, large);
    ASSERT_FALSE(installed);
    EXPECT_EQ(installed.error().code, base::ErrorCode::full);
    EXPECT_EQ(std::string(installed.error().message.view()), "writing /pyapps/door/large.bin: the flash is full");
    EXPECT_TRUE(holds(medium, old_app()));
    large["large.bin"] = std::string(std::size_t{geometry.block_bytes} * 30, 'x');
    EXPECT_TRUE(install(flash, large)) << "the room is free again";
}

TEST(Install, folders_deeper_than_any_app_are_replaced_too) {
    Medium medium = with_old_app();
    StrictFlash flash(medium, geometry);
    ASSERT_TRUE(install(flash, {{"a/b/c/d.py", "four deep"}, {"app.py", ""}}));
    ASSERT_TRUE(install(flash, {{"app.py", ""}}));
    EXPECT_TRUE(holds(medium, {{"app.py", ""}}));
    EXPECT_FALSE(install(flash, {{"a/b/c/d/e.py", "five deep"}}));
}

} // namespace
} // namespace firmware::ports
