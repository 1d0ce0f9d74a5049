// SPDX-License-Identifier: Apache-2.0
#include "hub/jobs/uploads.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <set>

namespace hub::jobs {
namespace {

namespace fs = std::filesystem;

struct UploadsTest : testing::Test {
    UploadsTest() {
        std::string name = (fs::temp_directory_path() / "ouro-uploads-XXXXXX").string();
        folder = fs::path(::mkdtemp(name.data())) / "uploads";
    }
    ~UploadsTest() override { fs::remove_all(folder.parent_path()); }

    Uploads make() {
        return Uploads(
            folder, [this] { return now; }, [this](std::string_view id) { return needed.contains(std::string(id)); });
    }
    Upload send(Uploads& uploads, const std::string& name, const std::string& bytes = "firmware") {
        const auto file = uploads.begin(name);
        EXPECT_TRUE(file && (*file)->write(bytes));
        now += std::chrono::seconds(1);
        return *uploads.keep(**file, {"firmware for a test", "esp32"});
    }
    std::size_t files() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {})); }

    fs::path folder;
    core::Time now{std::chrono::microseconds(1'700'000'000'000'000)};
    std::set<std::string> needed;
};

TEST_F(UploadsTest, a_file_is_kept_under_a_name_of_ours_and_found_again_after_a_restart) {
    Uploads uploads = make();
    const Upload upload = send(uploads, "../../etc/my \x1b[2J firmware.bin");
    EXPECT_EQ(upload.id.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(uploads.file_of(upload), folder / (upload.id + ".bin"));
    EXPECT_EQ(fs::file_size(uploads.file_of(upload)), 8U);
    EXPECT_EQ(upload.name.find('\x1b'), std::string::npos);
    Uploads later = make();
    later.load();
    ASSERT_EQ(later.list().size(), 1U);
    EXPECT_EQ(json_of(later.list().front()), json_of(upload));
}

TEST_F(UploadsTest, what_was_not_kept_is_gone_with_its_end) {
    Uploads uploads = make();
    auto file = uploads.begin("a.bin");
    ASSERT_TRUE(file && (*file)->write("half"));
    EXPECT_EQ(uploads.begin("b.bin").error().code, base::ErrorCode::busy) << "one at a time";
    file->reset();
    EXPECT_EQ(files(), 0U);
    EXPECT_TRUE(uploads.begin("b.bin"));
}

TEST_F(UploadsTest, sixty_four_mebibytes_are_taken_and_one_byte_more_is_not) {
    Uploads uploads = make();
    auto file = uploads.begin("large.bin");
    ASSERT_TRUE(file);
    const std::string piece(std::size_t{8} * 1024 * 1024, 'a');
    for (std::uint64_t size = 0; size < upload_size_max; size += piece.size()) ASSERT_TRUE((*file)->write(piece));
    const auto more = (*file)->write("a");
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, base::ErrorCode::too_large);
}

TEST_F(UploadsTest, names_that_can_not_be_shown_are_refused) {
    Uploads uploads = make();
    EXPECT_FALSE(uploads.begin(""));
    EXPECT_FALSE(uploads.begin(std::string(129, 'a')));
    EXPECT_FALSE(uploads.begin("\xff"));
    EXPECT_TRUE(uploads.begin(std::string(128, 'a')));
}

TEST_F(UploadsTest, the_newest_eight_stay_and_what_a_job_needs) {
    Uploads uploads = make();
    const Upload oldest = send(uploads, "oldest");
    const Upload second = send(uploads, "second");
    needed.insert(oldest.id);
    for (std::size_t i = 0; i < uploads_max; ++i) send(uploads, "more");
    EXPECT_TRUE(uploads.find(oldest.id));
    EXPECT_FALSE(uploads.find(second.id));
    EXPECT_EQ(uploads.remove(oldest.id).error().code, base::ErrorCode::busy);
    needed.clear();
    EXPECT_EQ(uploads.list().size(), uploads_max);
    EXPECT_EQ(files(), 2 * uploads_max);
}

TEST_F(UploadsTest, a_week_old_one_goes) {
    Uploads uploads = make();
    send(uploads, "old");
    now += upload_age_max;
    EXPECT_EQ(uploads.list().size(), 1U);
    now += std::chrono::microseconds(1);
    EXPECT_TRUE(uploads.list().empty());
    EXPECT_EQ(files(), 0U);
}

TEST_F(UploadsTest, what_is_no_upload_is_cleared_away_at_the_start) {
    {
        Uploads uploads = make();
        const Upload cut = send(uploads, "cut");
        std::ofstream(uploads.file_of(cut)) << "x";
    }
    std::ofstream(folder / "0123456789abcdef.part") << "half";
    std::ofstream(folder / "nonsense.json") << "{";
    Uploads uploads = make();
    uploads.load();
    EXPECT_TRUE(uploads.list().empty());
    EXPECT_EQ(files(), 0U);
}

TEST_F(UploadsTest, one_is_removed_when_asked) {
    Uploads uploads = make();
    const Upload upload = send(uploads, "a");
    EXPECT_TRUE(uploads.remove(upload.id));
    EXPECT_EQ(uploads.remove(upload.id).error().code, base::ErrorCode::not_found);
    EXPECT_EQ(files(), 0U);
}

} // namespace
} // namespace hub::jobs
