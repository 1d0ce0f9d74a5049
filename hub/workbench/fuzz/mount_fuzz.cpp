// SPDX-License-Identifier: Apache-2.0
// A program on a board that may print anything, and ask for anything.
#include "base/expect.hpp"
#include "hub/workbench/mount_folder.hpp"
#include "hub/workbench/mount_requests.hpp"

#include <stdlib.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace hub::workbench {
namespace {

namespace fs = std::filesystem;

/// A folder with something in it, and one beside it that must stay as it is.
class Stage {
public:
    Stage() {
        std::string name = (fs::temp_directory_path() / "ouro-mount-XXXXXX").string();
        expect(::mkdtemp(name.data()) != nullptr);
        top_ = name;
        fs::create_directories(top_ / "in/d");
        fs::create_directories(top_ / "out");
        std::ofstream(top_ / "out/kept") << "kept";
        fs::create_symlink("../out", top_ / "in/link");
        folder_ = *MountFolder::open(top_ / "in", false);
    }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    ~Stage() { fs::remove_all(top_); }

    const MountFolder& folder() const { return *folder_; }
    bool outside_is_untouched() const {
        std::string kept;
        std::ifstream(top_ / "out/kept") >> kept;
        const auto entries = [](const fs::path& path) {
            return std::distance(fs::directory_iterator(path), fs::directory_iterator());
        };
        return kept == "kept" && entries(top_ / "out") == 1 && entries(top_) == 2;
    }

private:
    fs::path top_;
    std::optional<MountFolder> folder_;
};

class Ears final : public MountReader::Sink {
public:
    explicit Ears(const MountFolder& folder) : folder_(folder) {}
    void on_text(std::string_view bytes) override { size_ += bytes.size(); }
    void on_request(std::string_view json) override {
        constexpr std::size_t answer_max = 8 * 1024; // names of 255 bytes, written in escapes
        size_ += json.size() + 2;
        const std::string answer = folder_.answer(json);
        expect(json.size() < mount_request_max && answer.size() < answer_max && answer.ends_with("]\n"));
        expect(std::all_of(answer.begin(), answer.end() - 1, [](char c) { return c >= ' ' && c <= '~'; }));
    }
    std::size_t size() const { return size_; }

private:
    const MountFolder& folder_;
    std::size_t size_ = 0;
};

} // namespace
} // namespace hub::workbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hub::workbench;
    static const Stage stage;
    Ears ears(stage.folder());
    MountReader reader(ears);
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t half = input.size() / 2;
    reader.feed(input.substr(0, half));
    reader.feed(input.substr(half));
    reader.end();
    const auto returns = static_cast<std::size_t>(std::count(input.begin(), input.end(), '\r'));
    expect(ears.size() <= input.size() && ears.size() + returns >= input.size());
    expect(stage.outside_is_untouched());
    return 0;
}
